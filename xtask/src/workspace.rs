//! Where the checkout is.

use std::path::{Path, PathBuf};

/// The root of the checkout that this binary was built from.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("xtask is a folder of the checkout")
        .to_owned()
}
