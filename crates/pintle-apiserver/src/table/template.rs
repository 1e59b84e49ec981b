//! The columns of what makes pods from a template.

use super::column::{
    Cell::{Each, Selector},
    Column, Path,
};

/// The names of the containers of `spec.template`.
pub(super) const CONTAINERS: Column = containers(TEMPLATE).wide();

/// The images of the containers of `spec.template`.
pub(super) const IMAGES: Column = images(TEMPLATE).wide();

/// The selector of pods.
pub(super) const SELECTOR: Column = selector(&["spec", "selector"]);

/// The names of the containers at a path.
pub(super) const fn containers(path: Path) -> Column {
    let description = "The names of the template's containers.";
    Column::new("Containers", description, Each(path, "name"))
}

/// The images of the containers at a path.
pub(super) const fn images(path: Path) -> Column {
    let description = "The images of the template's containers.";
    Column::new("Images", description, Each(path, "image"))
}

/// The selector at a path.
pub(super) const fn selector(path: Path) -> Column {
    Column::new("Selector", SELECTS, Selector(path)).wide()
}

/// What every selector of pods is for.
pub(super) const SELECTS: &str = "The labels by which pods belong to it.";

const TEMPLATE: Path = &["spec", "template", "spec", "containers"];
