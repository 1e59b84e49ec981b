//! The metadata of an unstructured object, read and set.

use pintle_codec::{Error, Map, Message, Str, Value, json};

use super::{State, Tree, Unstructured};
use crate::v1::{ManagedFieldsEntry, ObjectMeta, OwnerReference};
use crate::{Metadata, Time};

/// What is of another type than metadata are is taken for absent, as in Go.
impl Metadata for Unstructured {
    fn name(&self) -> &str {
        match &self.0 {
            State::Kept(kept) => kept.document.name(),
            State::Tree(tree) => tree.text(&["metadata", "name"]),
        }
    }

    fn namespace(&self) -> &str {
        match &self.0 {
            State::Kept(kept) => kept.document.namespace(),
            State::Tree(tree) => tree.text(&["metadata", "namespace"]),
        }
    }

    fn uid(&self) -> &str {
        match &self.0 {
            State::Kept(kept) => kept.document.uid(),
            State::Tree(tree) => tree.text(&["metadata", "uid"]),
        }
    }

    fn resource_version(&self) -> &str {
        match &self.0 {
            State::Kept(kept) => kept.document.resource_version(),
            State::Tree(tree) => tree.text(&["metadata", "resourceVersion"]),
        }
    }

    fn generation(&self) -> i64 {
        match &self.0 {
            State::Kept(kept) => kept.document.generation(),
            State::Tree(tree) => {
                let generation = tree.metadata("generation").and_then(Value::as_int);
                generation.unwrap_or_default()
            }
        }
    }

    fn is_deleting(&self) -> bool {
        match &self.0 {
            State::Kept(kept) => kept.document.is_deleting(),
            State::Tree(tree) => {
                let time = tree.metadata("deletionTimestamp").and_then(Value::as_str);
                let time = time.and_then(|time| time.parse().ok());
                time.is_some_and(|time: Time| !time.is_zero())
            }
        }
    }

    fn label(&self, key: &str) -> Option<&str> {
        match &self.0 {
            State::Kept(kept) => kept.document.label(key),
            State::Tree(tree) => tree.map_entry("labels", key),
        }
    }

    fn annotation(&self, key: &str) -> Option<&str> {
        match &self.0 {
            State::Kept(kept) => kept.document.annotation(key),
            State::Tree(tree) => tree.map_entry("annotations", key),
        }
    }

    fn is_pruned(&self) -> bool {
        match &self.0 {
            State::Kept(kept) => kept.document.is_pruned(),
            State::Tree(tree) => tree.is_pruned,
        }
    }
}

/// Setters. As in Go, what is set to nothing is removed.
impl Unstructured {
    /// All of the metadata: owners, finalizers, times, and whatever [`Metadata`] does not ask for.
    ///
    /// # Errors
    /// When something in them is of another type than metadata are.
    pub fn object_meta(&self) -> Result<ObjectMeta, Error> {
        match &self.0 {
            State::Kept(kept) => kept.document.object_meta(),
            State::Tree(tree) => {
                let mut metadata = ObjectMeta::default();
                if let Some(value) = tree.object.get("metadata").filter(|value| !value.is_null()) {
                    let mut text = Vec::new();
                    json::write(value, &mut text);
                    pintle_codec::Decoder::new()
                        .incomplete(tree.is_pruned)
                        .decode_json(&text, &mut metadata)
                        .map_err(|error| error.within_field("metadata"))?;
                }
                Ok(metadata)
            }
        }
    }

    /// Sets the name.
    pub fn set_name(&mut self, name: &str) {
        self.set_text("name", name);
    }

    /// Sets the name from which the server generates one.
    pub fn set_generate_name(&mut self, prefix: &str) {
        self.set_text("generateName", prefix);
    }

    /// Sets the namespace.
    pub fn set_namespace(&mut self, namespace: &str) {
        self.set_text("namespace", namespace);
    }

    /// Sets the uid.
    pub fn set_uid(&mut self, uid: &str) {
        self.set_text("uid", uid);
    }

    /// Sets the version: the one that an update replaces.
    pub fn set_resource_version(&mut self, version: &str) {
        self.set_text("resourceVersion", version);
    }

    /// Sets the number of the desired state.
    pub fn set_generation(&mut self, generation: i64) {
        let generation = (generation != 0).then_some(generation);
        self.set_metadata("generation", generation.map(Value::Int));
    }

    /// Sets the labels, all of them.
    pub fn set_labels(&mut self, labels: &Map<Str>) {
        self.set_map("labels", labels);
    }

    /// Sets the annotations, all of them.
    pub fn set_annotations(&mut self, annotations: &Map<Str>) {
        self.set_map("annotations", annotations);
    }

    /// Sets the time at which the object was created.
    pub fn set_creation_timestamp(&mut self, time: Option<Time>) {
        let time = time.filter(|time| *time != Time::default());
        self.set_metadata(
            "creationTimestamp",
            time.map(|time| time.to_string().into()),
        );
    }

    /// Sets the time at which the object is to be gone.
    pub fn set_deletion_timestamp(&mut self, time: Option<Time>) {
        self.set_metadata(
            "deletionTimestamp",
            time.map(|time| time.to_string().into()),
        );
    }

    /// Sets how long the object has from its deletion until it is to be gone, in seconds.
    pub fn set_deletion_grace_period_seconds(&mut self, seconds: Option<i64>) {
        self.set_metadata("deletionGracePeriodSeconds", seconds.map(Value::Int));
    }

    /// Sets the finalizers, all of them.
    pub fn set_finalizers<'a>(&mut self, finalizers: impl IntoIterator<Item = &'a str>) {
        let finalizers: Vec<Value> = finalizers.into_iter().map(Value::from).collect();
        let finalizers = (!finalizers.is_empty()).then_some(finalizers);
        self.set_metadata("finalizers", finalizers.map(Value::Array));
    }

    /// Sets the owners, all of them.
    pub fn set_owner_references(&mut self, owners: &[OwnerReference]) {
        self.set_messages("ownerReferences", owners);
    }

    /// Sets what managers own of the object. An empty list is sent as one: it takes the object from
    /// all managers.
    pub fn set_managed_fields(&mut self, managed_fields: Option<&[ManagedFieldsEntry]>) {
        match managed_fields {
            Some([]) => self.set_metadata("managedFields", Some(Value::Array(Vec::new()))),
            managed_fields => {
                self.set_messages("managedFields", managed_fields.unwrap_or_default());
            }
        }
    }

    fn set_text(&mut self, field: &str, text: &str) {
        let text = (!text.is_empty()).then(|| text.into());
        self.set_metadata(field, text);
    }

    fn set_map(&mut self, field: &str, map: &Map<Str>) {
        let entries = map.iter().map(|(key, text)| (key, text.clone().into()));
        let object = (!map.is_empty()).then(|| entries.collect());
        self.set_metadata(field, object.map(Value::Object));
    }

    fn set_messages<M: Message>(&mut self, field: &str, messages: &[M]) {
        let tree = |message| {
            let mut text = Vec::new();
            json::encode(message, &mut text);
            json::parse(&text).expect("what is written is JSON")
        };
        let list: Vec<Value> = messages.iter().map(|message| tree(message)).collect();
        self.set_metadata(field, (!list.is_empty()).then_some(Value::Array(list)));
    }

    fn set_metadata(&mut self, field: &str, value: Option<Value>) {
        let Some(value) = value else {
            self.remove(&["metadata", field]);
            return;
        };
        let metadata = self.edit().entry("metadata");
        // Metadata that are no object say nothing.
        if metadata.as_object().is_none() {
            *metadata = Value::Object(pintle_codec::Object::new());
        }
        if let Some(metadata) = metadata.as_object_mut() {
            metadata.insert(field, value);
        }
    }
}

impl Tree {
    fn metadata(&self, field: &str) -> Option<&Value> {
        self.object.get("metadata")?.get(field)
    }

    /// The text of `key` in a map of the metadata, where null is an empty text. As in Go, a map in
    /// which something else stands is no map.
    fn map_entry(&self, map: &str, key: &str) -> Option<&str> {
        let map = self.metadata(map)?.as_object()?;
        let is_text = |value: &Value| matches!(value, Value::Null | Value::String(_));
        let value = map.get(key)?;
        let is_map = map.iter().all(|(_, value)| is_text(value));
        is_map.then(|| value.as_str().unwrap_or_default())
    }
}
