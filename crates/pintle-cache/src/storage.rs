//! [`Storage`], in what form objects are kept.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use pintle_client::{Error, ErrorKind};
use pintle_codec::Decoder;
use pintle_meta::{AnyObject, Lazy, Object};

use crate::intake::Step;

/// In what form an informer keeps its objects. Whoever reads them does not see a difference but in
/// time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Storage {
    /// As the bytes that came. Metadata is at hand; the rest is decoded when somebody looks at it,
    /// and kept as long as somebody holds it. The default: it takes the least time to sync and less
    /// memory than decoded objects.
    #[default]
    Lazy,
    /// Decoded, once. For objects that are looked into all the time: reading one costs nothing. A pod
    /// takes a quarter more memory, and two and a half times as long to be taken in.
    Typed,
    /// As bytes, each object compressed with a dictionary of what the objects have in common: a pod
    /// takes less than a third of the memory, a few microseconds more to be read, and three times as
    /// long to be taken in. For many objects that are rarely looked into; metadata is at hand, annotations
    /// excepted.
    ///
    /// The dictionary is made of the first 500 objects, which stay as they came until they change.
    #[cfg(feature = "compressed")]
    Compressed,
}

impl Storage {
    /// How many objects may be read ahead of whoever brings them into the form. Until then they have
    /// their full size.
    pub(crate) fn ahead(self) -> usize {
        match self {
            Self::Lazy | Self::Typed => 1_000,
            #[cfg(feature = "compressed")]
            Self::Compressed => 100,
        }
    }

    /// What brings objects into the form.
    pub(crate) fn step<K: Object>(self) -> Option<Step> {
        let unlike = || Error::with_message(ErrorKind::InvalidObject, "an object of another type");
        match self {
            Self::Lazy => None,
            Self::Typed => {
                // One for all objects, so that they share what they repeat.
                let decoder = Mutex::new(Decoder::new());
                Some(Arc::new(move |object: AnyObject| {
                    let object: Lazy<K> = object.downcast().ok_or_else(unlike)?;
                    let key = object.key();
                    // What it knows of other objects is whole, whatever became of the last.
                    let mut decoder = decoder.lock().unwrap_or_else(PoisonError::into_inner);
                    let decoded = object.into_decoded(&mut decoder).map_err(|error| {
                        let message = format!("object {key} cannot be decoded");
                        Error::with_message(ErrorKind::InvalidObject, message).because(error)
                    })?;
                    Ok(decoded.erase())
                }))
            }
            #[cfg(feature = "compressed")]
            Self::Compressed => {
                let compression = crate::compressed::Compression::default();
                Some(Arc::new(move |object| compression.take::<K>(object)))
            }
        }
    }
}

impl fmt::Display for Storage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Lazy => "lazy",
            Self::Typed => "typed",
            #[cfg(feature = "compressed")]
            Self::Compressed => "compressed",
        })
    }
}
