//! The map beside the standard library's, and the cell under readers and a writer.

mod cell;
mod map;
