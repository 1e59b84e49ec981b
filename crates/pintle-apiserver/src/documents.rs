//! What the server makes of documents, for the proofs that hold it against Kubernetes' own.
//!
//! Not a part of the crate's interface: it follows the server's inside and may change at any time.

use pintle_codec::{
    TypeMeta, json,
    protobuf::{Envelope, Writer},
};

use crate::{
    generated::resources::RESOURCES,
    schema::{Struct, TypeFacts, decode, decode_protobuf, encode_protobuf, protobuf_to_json},
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

    /// Reads JSON. Unknown fields are left out.
    ///
    /// # Errors
    /// What the server would answer.
    pub fn read_json(&self, document: &[u8]) -> Result<Document, String> {
        let decoded = decode(document, self.schema).map_err(|error| error.to_string())?;
        Ok(Document {
            kind: self.clone(),
            object: decoded.object,
        })
    }

    /// What the server would warn of in JSON.
    ///
    /// # Errors
    /// What the server would answer.
    pub fn excess(&self, document: &[u8]) -> Result<Vec<String>, String> {
        let decoded = decode(document, self.schema).map_err(|error| error.to_string())?;
        Ok(decoded.excess)
    }

    /// Reads protobuf in its envelope.
    ///
    /// # Errors
    /// When it is malformed.
    pub fn read_protobuf(&self, document: &[u8]) -> Result<Document, String> {
        let read = || decode_protobuf(Envelope::open(document)?.raw(), self.schema);
        let object = read().map_err(|error| error.to_string())?;
        Ok(Document {
            kind: self.clone(),
            object,
        })
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
