//! Custom resources by derive: the server takes each definition, keeps what is valid as it was
//! written, and refuses what is not.

mod defined;
mod enums;
mod lifecycle;
mod subresources;
mod values;

use defined::{Defined, refused_with};

pub(super) use enums::*;
pub(super) use lifecycle::*;
pub(super) use subresources::*;
pub(super) use values::*;
