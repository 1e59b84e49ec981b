//! What every alternative shares: the representation of values, and the readers and writers of
//! tokens. Nothing here knows a struct of the API.

mod json_read;
mod json_write;
mod leaf;
mod list;
mod map;
mod protobuf;
mod scan;
mod serde_impls;
mod time;

pub use json_read::{Failed, JsonReader, Read};
pub use json_write::JsonWriter;
pub use leaf::{IntOrString, Quantity, RawJson};
pub use list::List;
pub use map::Map;
pub use protobuf::{Malformed, ProtobufReader, Wire};
pub use time::Time;

/// A string of at most 24 bytes is stored in place.
pub use compact_str::CompactString as Str;
