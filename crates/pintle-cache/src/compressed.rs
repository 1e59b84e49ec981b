//! [`Compression`], objects compressed one by one, with a dictionary of what they have in common.
//!
//! Invariant: what is compressed with a dictionary holds that dictionary.

use std::hash::{BuildHasher as _, RandomState};
use std::io;
use std::marker::PhantomData;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use pintle_client::{Error, ErrorKind};
use pintle_codec::{Decoder, Format, Map, Str};
use pintle_meta::{AnyObject, Lazy, Metadata, Object, Packed};
use zstd::bulk::{Compressor, Decompressor};

/// Compresses the objects of an informer, once it has seen enough of them to know what they have in
/// common. Those before stay as they are until they change.
#[derive(Default)]
pub(crate) struct Compression {
    dictionary: OnceLock<Arc<Dictionary>>,
    samples: Mutex<Samples>,
    known_labels: Mutex<KnownLabels>,
}

/// Labels that were packed lately: objects that were made alike have the same.
#[derive(Default)]
struct KnownLabels {
    /// Each in the place that its hash names.
    places: Vec<Arc<str>>,
    hasher: RandomState,
}

/// What objects have in common, and contexts that know it.
struct Dictionary {
    bytes: Vec<u8>,
    /// To make one takes longer than to use it.
    compressors: Mutex<Vec<Compressor<'static>>>,
    decompressors: Mutex<Vec<Decompressor<'static>>>,
}

#[derive(Default)]
struct Samples {
    bytes: Vec<u8>,
    sizes: Vec<usize>,
}

/// An object whose bytes are compressed.
struct Compressed<K> {
    /// The texts that are asked for most, then the object, compressed: one block for all of them.
    block: Box<[u8]>,
    /// Where in the block the name, the namespace, the uid and the version end.
    ends: [u16; 4],
    /// How many bytes the object has once it is not compressed.
    length: u32,
    format: Format,
    is_deleting: bool,
    is_pruned: bool,
    generation: i64,
    /// Keys and values, a zero behind each: labels are asked for often, and have none.
    labels: Arc<str>,
    /// Unpacked when somebody asks.
    annotations: OnceLock<Box<Map<Str>>>,
    dictionary: Arc<Dictionary>,
    kind: PhantomData<fn() -> K>,
}

impl Compression {
    /// The object compressed, if there is a dictionary by now.
    pub(crate) fn take<K: Object>(&self, object: AnyObject) -> Result<AnyObject, Error> {
        let Some(lazy) = object.downcast::<K>() else {
            return Ok(object);
        };
        let failed = |error: Box<dyn std::error::Error + Send + Sync>| {
            let message = format!("object {} cannot be compressed", lazy.key());
            Error::with_message(ErrorKind::InvalidObject, message).because(error)
        };
        let encoded;
        let (bytes, format) = match lazy.as_bytes() {
            Some(kept) => kept,
            None => {
                encoded = encode(&lazy).map_err(|error| failed(error.into()))?;
                (&encoded[..], format_of::<K>())
            }
        };
        let Some(dictionary) = self.dictionary.get() else {
            self.sample(bytes);
            return Ok(object);
        };
        let metadata = lazy.object_meta().map_err(|error| failed(error.into()))?;
        let mut block = Vec::new();
        let mut ends = [0; 4];
        let texts = [
            &metadata.name,
            &metadata.namespace,
            &metadata.uid,
            &metadata.resource_version,
        ];
        for (end, text) in ends.iter_mut().zip(texts) {
            block.extend_from_slice(text.as_bytes());
            let Ok(place) = u16::try_from(block.len()) else {
                // No server gives such names. The object stays as it is.
                return Ok(object);
            };
            *end = place;
        }
        let compressed = dictionary
            .compress(bytes)
            .map_err(|error| failed(error.into()))?;
        block.reserve_exact(compressed.len());
        block.extend_from_slice(&compressed);
        let mut labels = String::new();
        for (key, value) in metadata.labels.iter() {
            for text in [key, value.as_str()] {
                labels.push_str(text);
                labels.push('\0');
            }
        }
        let packed = Compressed::<K> {
            block: block.into(),
            ends,
            length: u32::try_from(bytes.len()).unwrap_or(u32::MAX),
            format,
            is_deleting: lazy.is_deleting(),
            is_pruned: lazy.is_pruned(),
            generation: lazy.generation(),
            labels: lock(&self.known_labels).share(&labels),
            annotations: OnceLock::new(),
            dictionary: dictionary.clone(),
            kind: PhantomData,
        };
        Ok(Lazy::packed(packed).erase())
    }

    /// Looks at one more object; makes a dictionary when it has seen enough.
    fn sample(&self, bytes: &[u8]) {
        let samples = {
            // A sample is there with its size, or neither.
            let mut samples = self.samples.lock().unwrap_or_else(PoisonError::into_inner);
            samples.bytes.extend_from_slice(bytes);
            samples.sizes.push(bytes.len());
            if samples.sizes.len() < SAMPLES {
                return;
            }
            std::mem::take(&mut *samples)
        };
        // Objects without anything in common have no dictionary. More of them may have.
        let Ok(dictionary) = zstd::dict::from_continuous(&samples.bytes, &samples.sizes, LARGEST)
        else {
            return;
        };
        // Of two that were made at the same time, one is used.
        let _ = self.dictionary.set(Arc::new(Dictionary {
            bytes: dictionary,
            compressors: Mutex::default(),
            decompressors: Mutex::default(),
        }));
    }
}

impl KnownLabels {
    fn share(&mut self, labels: &str) -> Arc<str> {
        if self.places.is_empty() {
            self.places.resize(LABELS, "".into());
        }
        let at = self.hasher.hash_one(labels) as usize % LABELS;
        let known = &mut self.places[at];
        if **known != *labels {
            *known = labels.into();
        }
        known.clone()
    }
}

/// The bytes of an object that is not kept as bytes.
fn encode<K: Object>(object: &Lazy<K>) -> Result<Vec<u8>, pintle_codec::Error> {
    let mut bytes = Vec::new();
    object.get()?.encode_item(format_of::<K>(), &mut bytes)?;
    Ok(bytes)
}

fn format_of<K: Object>() -> Format {
    K::FORMATS.first().copied().unwrap_or(Format::Json)
}

impl Dictionary {
    fn compress(&self, bytes: &[u8]) -> io::Result<Vec<u8>> {
        let known = lock(&self.compressors).pop();
        let mut compressor = match known {
            Some(compressor) => compressor,
            None => Compressor::with_dictionary(LEVEL, &self.bytes)?,
        };
        let compressed = compressor.compress(bytes)?;
        put_back(&self.compressors, compressor);
        Ok(compressed)
    }

    fn decompress(&self, bytes: &[u8], length: usize) -> io::Result<Vec<u8>> {
        let known = lock(&self.decompressors).pop();
        let mut decompressor = match known {
            Some(decompressor) => decompressor,
            None => Decompressor::with_dictionary(&self.bytes)?,
        };
        let decompressed = decompressor.decompress(bytes, length)?;
        put_back(&self.decompressors, decompressor);
        Ok(decompressed)
    }
}

impl<K> Compressed<K> {
    /// One of the texts.
    fn text(&self, at: usize) -> &str {
        let start = if at == 0 { 0 } else { self.end(at - 1) };
        let text = std::str::from_utf8(&self.block[start..self.end(at)]);
        text.expect("it was a text when it was put there")
    }

    fn end(&self, at: usize) -> usize {
        usize::from(self.ends[at])
    }

    /// The object, compressed.
    fn object(&self) -> &[u8] {
        &self.block[self.end(RESOURCE_VERSION)..]
    }
}

impl<K: Object> Packed<K> for Compressed<K> {
    fn unpack(&self) -> Result<Lazy<K>, pintle_codec::Error> {
        let bytes = self
            .dictionary
            .decompress(self.object(), self.length as usize);
        let bytes = bytes.map_err(|error| {
            let kind = pintle_codec::ErrorKind::InvalidValue;
            pintle_codec::Error::new(kind, 0, error.to_string())
        })?;
        let mut decoder = Decoder::new().incomplete(self.is_pruned);
        K::decode_item(&bytes, self.format, &mut decoder).map(Lazy::from)
    }

    fn size(&self) -> usize {
        size_of::<Self>() + self.block.len() + self.labels.len()
    }
}

impl<K: Object> Metadata for Compressed<K> {
    fn name(&self) -> &str {
        self.text(NAME)
    }

    fn namespace(&self) -> &str {
        self.text(NAMESPACE)
    }

    fn uid(&self) -> &str {
        self.text(UID)
    }

    fn resource_version(&self) -> &str {
        self.text(RESOURCE_VERSION)
    }

    fn generation(&self) -> i64 {
        self.generation
    }

    fn is_deleting(&self) -> bool {
        self.is_deleting
    }

    fn label(&self, key: &str) -> Option<&str> {
        let mut texts = self.labels.split_terminator('\0');
        while let (Some(known), Some(value)) = (texts.next(), texts.next()) {
            if known == key {
                return Some(value);
            }
        }
        None
    }

    fn annotation(&self, key: &str) -> Option<&str> {
        let annotations = self.annotations.get_or_init(|| {
            let metadata = self.unpack().and_then(|object| object.object_meta());
            // They were read when the object was packed.
            Box::new(metadata.map(|it| it.annotations).unwrap_or_default())
        });
        annotations.get(key).map(Str::as_str)
    }

    fn is_pruned(&self) -> bool {
        self.is_pruned
    }
}

/// Keeps a context for the next one who needs it, unless there are enough.
fn put_back<T>(contexts: &Mutex<Vec<T>>, context: T) {
    let mut contexts = lock(contexts);
    if contexts.len() < CONTEXTS {
        contexts.push(context);
    }
}

fn lock<T>(shared: &Mutex<T>) -> MutexGuard<'_, T> {
    // What is in it is put in and taken out whole.
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The texts of an object, in their order.
const NAME: usize = 0;
const NAMESPACE: usize = 1;
const UID: usize = 2;
const RESOURCE_VERSION: usize = 3;

/// After so many objects the dictionary is made.
const SAMPLES: usize = 500;

/// How many different labels of objects are remembered.
const LABELS: usize = 512;

/// The largest dictionary, in bytes. Each context has a copy.
const LARGEST: usize = 112 << 10;

/// zstd's own default: what takes longer saves little of objects as small as these.
const LEVEL: i32 = 3;

/// How many contexts are kept; as many threads can work without making one.
const CONTEXTS: usize = 4;
