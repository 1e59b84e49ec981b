//! The inputs: sets of objects, prepared once for all peers.
//!
//! A set is a file of objects, each after its length as a little-endian `u32`.

use std::fs;
use std::io::{self, BufWriter, Write as _};
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::{Failure, Format};

/// A set that was read: its objects are slices of one buffer.
#[derive(Debug)]
pub struct Set {
    bytes: Vec<u8>,
    ends: Vec<usize>,
}

impl Set {
    /// Reads a set from its file.
    ///
    /// # Errors
    /// When it cannot be read, or ends within an object.
    pub fn read(path: &Path) -> Result<Self, Failure> {
        let bytes = fs::read(path).map_err(|error| format!("{}: {error}", path.display()))?;
        let mut ends = Vec::new();
        let mut at = 0;
        while at < bytes.len() {
            let prefix = bytes[at..].first_chunk::<LENGTH>();
            let length = prefix.map(|prefix| u32::from_le_bytes(*prefix) as usize);
            at = length
                .map(|length| at + LENGTH + length)
                .filter(|&end| end <= bytes.len())
                .ok_or_else(|| format!("{}: ends within an object", path.display()))?;
            ends.push(at);
        }
        Ok(Self { bytes, ends })
    }

    /// The bytes of each object.
    pub fn objects(&self) -> Vec<&[u8]> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        let bounds = starts.zip(&self.ends);
        bounds
            .map(|(start, &end)| &self.bytes[start + LENGTH..end])
            .collect()
    }
}

/// Writes objects as a set.
pub(crate) fn write(path: &Path, objects: impl Iterator<Item = Vec<u8>>) -> io::Result<()> {
    let mut file = BufWriter::new(fs::File::create(path)?);
    for object in objects {
        let length = u32::try_from(object.len()).map_err(io::Error::other)?;
        file.write_all(&length.to_le_bytes())?;
        file.write_all(&object)?;
    }
    file.flush()
}

/// What is known of every input, from the file `inputs.json` of their directory.
pub(crate) struct Catalogue {
    directory: PathBuf,
    inputs: Vec<Described>,
}

#[derive(Deserialize)]
struct Described {
    name: String,
    kind: String,
}

impl Catalogue {
    pub(crate) fn read(directory: PathBuf) -> Result<Self, Failure> {
        let path = directory.join("inputs.json");
        let text = fs::read(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        let inputs = serde_json::from_slice(&text)?;
        Ok(Self { directory, inputs })
    }

    /// The kind of an input's objects.
    pub(crate) fn kind(&self, input: &str) -> Result<&str, Failure> {
        self.inputs
            .iter()
            .find(|described| described.name == input)
            .map(|described| described.kind.as_str())
            .ok_or_else(|| format!("{input}: no such input").into())
    }

    pub(crate) fn open(&self, input: &str, format: Format) -> Result<Set, Failure> {
        let suffix = match format {
            Format::Json => "json",
            Format::Protobuf => "pb",
        };
        Set::read(&self.directory.join(format!("{input}.{suffix}")))
    }
}

const LENGTH: usize = size_of::<u32>();
