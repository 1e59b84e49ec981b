//! What the server makes of documents, for the proofs that hold it against Kubernetes' own.
//!
//! Not a part of the crate's interface: it follows the server's inside and may change at any time.

use bytes::Bytes;
use pintle_codec::{
    TypeMeta, cbor, json,
    protobuf::{Envelope, Writer},
};

use crate::{
    encoding::{Format, Payload, cbor_object},
    generated::resources::RESOURCES,
    schema::{Decoded, Struct, Tree, TypeFacts, encode_protobuf, protobuf_to_json},
};

/// A kind of objects that the server knows.
#[derive(Clone, Debug)]
pub struct Kind {
    schema: &'static Struct,
    type_: TypeFacts,
}

/// An object of a kind, as the server works on it.
#[derive(Clone, Debug)]
pub struct Document {
    kind: Kind,
    object: pintle_codec::Object,
}

impl Kind {
    /// The kind of this name, if it is that of a resource or of something below one. The core group's
    /// name is empty.
    pub fn find(group: &str, version: &str, kind: &str) -> Option<Self> {
        let wanted = match group {
            "" => version.to_owned(),
            group => format!("{group}/{version}"),
        };
        let all = RESOURCES.iter().flat_map(|resource| {
            let below = resource.subresources.iter();
            let below = below.map(|sub| (sub.api_version, sub.kind, sub.schema));
            let whole = (resource.api_version, resource.kind, resource.schema);
            [whole].into_iter().chain(below)
        });
        let mut all = all.filter(|(api_version, ..)| *api_version == wanted);
        let (api_version, kind, schema) = all.find(|(_, known, _)| *known == kind)?;
        let type_ = TypeFacts { api_version, kind };
        Some(Self { schema, type_ })
    }

    /// Reads a document in a format: `json`, `yaml`, `protobuf` or `cbor`. Unknown fields are left out.
    ///
    /// # Errors
    /// What the server would answer.
    pub fn read(&self, format: &str, document: &[u8]) -> Result<Document, String> {
        Ok(Document {
            kind: self.clone(),
            object: self.decode(format, document)?.object,
        })
    }

    /// What the server would warn of in a document.
    ///
    /// # Errors
    /// What the server would answer.
    pub fn excess(&self, format: &str, document: &[u8]) -> Result<Vec<String>, String> {
        Ok(self.decode(format, document)?.excess)
    }

    fn decode(&self, format: &str, document: &[u8]) -> Result<Decoded, String> {
        let format = Format::ALL.into_iter().find(|known| {
            let media_type = known.media_type();
            media_type.rsplit(['/', '.']).next() == Some(format)
        });
        let format = format.ok_or("no such format")?;
        let payload = Payload::new(format, Bytes::copy_from_slice(document));
        payload.type_meta().map_err(|error| error.to_string())?;
        payload
            .decode(self.schema)
            .map_err(|error| error.to_string())
    }

    /// Makes JSON of protobuf as it is stored, without reading it first.
    ///
    /// # Errors
    /// When it is malformed, or not as the server stores it.
    pub fn stored_to_json(&self, document: &[u8]) -> Result<Vec<u8>, String> {
        let mut json = Vec::new();
        Envelope::open(document)
            .and_then(|envelope| {
                let message = envelope.raw();
                protobuf_to_json(message, self.schema, Some(self.type_), &mut json)
            })
            .map_err(|error| error.to_string())?;
        Ok(json)
    }
}

impl Document {
    /// The object in JSON.
    pub fn to_json(&self) -> Vec<u8> {
        let TypeFacts { api_version, kind } = self.kind.type_;
        let type_ = [("kind", kind.into()), ("apiVersion", api_version.into())];
        let own = self
            .object
            .iter()
            .filter(|(key, _)| !matches!(*key, "kind" | "apiVersion"));
        let fields = own.map(|(key, value)| (key, value.clone()));
        let object: pintle_codec::Object = type_.into_iter().chain(fields).collect();
        let mut text = Vec::new();
        json::write(&object.into(), &mut text);
        text
    }

    /// The object in CBOR.
    pub fn to_cbor(&self) -> Vec<u8> {
        let mut tree = Tree::new(self.object.clone(), self.kind.schema);
        tree.set(&["kind"], self.kind.type_.kind.into());
        tree.set(&["apiVersion"], self.kind.type_.api_version.into());
        let mut out = cbor::MAGIC.to_vec();
        cbor_object(&tree, &mut out);
        out
    }

    /// The object in protobuf, in its envelope.
    pub fn to_protobuf(&self) -> Vec<u8> {
        let TypeFacts { api_version, kind } = self.kind.type_;
        let type_meta = TypeMeta {
            api_version: api_version.into(),
            kind: kind.into(),
        };
        let mut writer = Writer::new();
        Envelope::write(&type_meta, &mut writer, |writer| {
            encode_protobuf(&self.object, self.kind.schema, writer);
        });
        writer.written().to_vec()
    }
}
