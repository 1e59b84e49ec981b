//! Deployments: their annotations are part of what is rolled out.

use super::{Generation, Kind};

pub(super) static KIND: Kind = Kind {
    generation: Generation::SpecAndAnnotations,
    status_keeps_labels: true,
    ..Kind::PLAIN
};
