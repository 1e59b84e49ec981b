//! [`Quantity`], an amount of a resource.
//!
//! The parts: `number` and `large` are decimal numbers and know nothing of units; `parse` reads
//! text into a number and a format, `spelling` is the way back; `amount` is the type that brings
//! them together. The invariant: everything takes time and memory in the length of the text at
//! most, never in the size of the number, so that `1e2000000000` is as harmless as `1`.

mod amount;
mod large;
mod number;
mod parse;
mod spelling;

pub use amount::{Quantity, QuantityFormat};
pub use parse::{ParseQuantityError, QuantityErrorKind};
