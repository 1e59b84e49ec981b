//! PEM text, and the file it came from.
//!
//! Invariant: `Debug` shows where the text came from and how long it is, never the text, because it
//! may be a private key.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// Certificates or a private key, PEM encoded.
///
/// The text was read when the configuration was loaded. When it came from a file, the file is kept
/// beside it, because what the file holds may be replaced while the program runs.
#[derive(Clone, PartialEq, Eq)]
pub struct Pem {
    bytes: Arc<[u8]>,
    file: Option<PathBuf>,
}

impl Pem {
    /// PEM text held in memory.
    pub fn from_bytes(bytes: impl Into<Vec<u8>>) -> Self {
        Self {
            bytes: bytes.into().into(),
            file: None,
        }
    }

    /// Reads `path`.
    ///
    /// # Errors
    ///
    /// Whatever reading the file fails with. What is in the file is not looked at.
    pub fn from_file(path: impl Into<PathBuf>) -> io::Result<Self> {
        let path = path.into();
        Ok(Self {
            bytes: std::fs::read(&path)?.into(),
            file: Some(path),
        })
    }

    /// The PEM text. If this is a private key, keep it out of logs and errors.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Whether the text is one or more certificates, as far as PEM goes: what is in them is not looked
    /// at.
    pub(crate) fn is_certificates(&self) -> bool {
        let Ok(text) = std::str::from_utf8(&self.bytes) else {
            return false;
        };
        let mut blocks = text.split("-----BEGIN CERTIFICATE-----").skip(1).peekable();
        blocks.peek().is_some()
            && blocks.all(|block| {
                let Some((base64, _)) = block.split_once("-----END CERTIFICATE-----") else {
                    return false;
                };
                let base64: String = base64.split_ascii_whitespace().collect();
                STANDARD.decode(base64).is_ok_and(|der| !der.is_empty())
            })
    }

    /// The file that the text was read from, if it came from one.
    pub fn file(&self) -> Option<&Path> {
        self.file.as_deref()
    }
}

impl fmt::Debug for Pem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.file {
            Some(file) => write!(f, "Pem({}, {} bytes)", file.display(), self.bytes.len()),
            None => write!(f, "Pem({} bytes)", self.bytes.len()),
        }
    }
}
