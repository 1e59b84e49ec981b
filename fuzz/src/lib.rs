//! What the fuzz targets share: what must hold of objects in each format, and where to begin.
//!
//! A target is one file in `fuzz_targets/`, named for what it reads. It takes any bytes, must not
//! panic, and checks what follows when they could be read.

pub mod objects;
pub mod seeds;
pub mod streams;
