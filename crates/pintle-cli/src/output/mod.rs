//! How objects are shown on standard output.

mod json;
mod objects;
mod stdout;
mod table;

pub(crate) use json::pretty as json;
pub(crate) use objects::{items, list, tidy};
pub(crate) use stdout::Stdout;
pub(crate) use table::{Column, Row, Table, Widths};
