//! The codecs, through the public interface.

mod message;
mod tree;
