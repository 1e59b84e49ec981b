//! How objects are shown on standard output.

mod custom_columns;
mod format;
mod json;
mod objects;
mod stdout;
mod table;

pub(crate) use custom_columns::CustomColumns;
pub(crate) use format::{Format, ParseFormatError};
pub(crate) use json::pretty as json;
pub(crate) use objects::{items, list, tidy};
pub(crate) use stdout::Stdout;
pub(crate) use table::{Column, Row, Table, Widths, sanitise};
