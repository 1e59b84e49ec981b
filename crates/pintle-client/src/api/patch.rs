//! Changing parts of objects.

use pintle_codec::{Object as Tree, Str, Value, json};
use pintle_meta::Object;
use pintle_meta::v1::PatchOptions;

use super::{Api, Holds};
use crate::{Error, Request};

/// A change of parts of an object, in one of the forms that the API has.
///
/// ```
/// use pintle_client::{JsonPatch, Patch};
///
/// let label = Patch::merge(r#"{"metadata":{"labels":{"stage":"two"}}}"#);
/// let guarded = Patch::json(
///     JsonPatch::new()
///         .test("/spec/replicas", 2)
///         .replace("/spec/replicas", 3),
/// );
/// # let _ = (label, guarded);
/// ```
#[derive(Clone, Debug)]
pub struct Patch {
    content_type: &'static str,
    body: Vec<u8>,
}

/// The operations of a JSON patch (RFC 6902), done one after the other, or none of them.
///
/// Paths are JSON pointers: a `/` before each step, and `~1` and `~0` for `/` and `~` in one; see
/// [`JsonPatch::path`].
#[derive(Clone, Debug, Default)]
#[must_use]
pub struct JsonPatch(Vec<Value>);

impl Patch {
    /// A JSON merge patch (RFC 7396): an object whose fields replace those of the same name, whose
    /// `null`s remove them, and in which a list replaces a list. The text is JSON.
    pub fn merge(document: impl Into<Vec<u8>>) -> Self {
        Self::new("application/merge-patch+json", document.into())
    }

    /// A strategic merge patch: as a merge patch, but lists whose elements have keys are merged
    /// element by element. Only built-in resources take it. The text is JSON.
    pub fn strategic(document: impl Into<Vec<u8>>) -> Self {
        Self::new("application/strategic-merge-patch+json", document.into())
    }

    /// A JSON patch (RFC 6902).
    pub fn json(operations: JsonPatch) -> Self {
        let mut body = Vec::new();
        json::write(&Value::Array(operations.0), &mut body);
        Self::new("application/json-patch+json", body)
    }

    /// A configuration that server-side apply applies: JSON or YAML. [`Api::apply`] makes one from
    /// an apply configuration.
    pub fn apply(document: impl Into<Vec<u8>>) -> Self {
        Self::new("application/apply-patch+yaml", document.into())
    }

    pub(super) fn merge_tree(tree: Tree) -> Self {
        let mut body = Vec::new();
        json::write(&Value::Object(tree), &mut body);
        Self::merge(body)
    }

    fn new(content_type: &'static str, body: Vec<u8>) -> Self {
        Self { content_type, body }
    }

    /// The media type that says which sort of patch it is.
    pub fn content_type(&self) -> &'static str {
        self.content_type
    }

    /// The document, in JSON, or in YAML if that is what is applied.
    pub fn body(&self) -> &[u8] {
        &self.body
    }

    /// Makes it the body of a request.
    pub(super) fn body_of(&self, request: Request) -> Request {
        request.body_bytes(self.content_type, self.body.clone())
    }
}

impl JsonPatch {
    /// No operation.
    pub fn new() -> Self {
        Self::default()
    }

    /// The path of these steps.
    ///
    /// ```
    /// use pintle_client::JsonPatch;
    ///
    /// let path = JsonPatch::path(["metadata", "annotations", "example.org/owner"]);
    /// assert_eq!(path, "/metadata/annotations/example.org~1owner");
    /// ```
    pub fn path<S: AsRef<str>>(steps: impl IntoIterator<Item = S>) -> String {
        let mut path = String::new();
        for step in steps {
            path.push('/');
            path.push_str(&step.as_ref().replace('~', "~0").replace('/', "~1"));
        }
        path
    }

    /// Puts a value where there is none, in place of one, or before an element of a list; `-` stands
    /// for the end of a list.
    pub fn add(self, path: impl Into<Str>, value: impl Into<Value>) -> Self {
        self.operation("add", path, [("value", value.into())])
    }

    /// Removes a value, which must be there.
    pub fn remove(self, path: impl Into<Str>) -> Self {
        self.operation("remove", path, [])
    }

    /// Puts a value in place of one that must be there.
    pub fn replace(self, path: impl Into<Str>, value: impl Into<Value>) -> Self {
        self.operation("replace", path, [("value", value.into())])
    }

    /// Moves a value from one place to another.
    pub fn move_from(self, from: impl Into<Str>, path: impl Into<Str>) -> Self {
        self.operation("move", path, [("from", Value::String(from.into()))])
    }

    /// Copies a value from one place to another.
    pub fn copy_from(self, from: impl Into<Str>, path: impl Into<Str>) -> Self {
        self.operation("copy", path, [("from", Value::String(from.into()))])
    }

    /// Refuses the whole patch unless the value at a path is this one.
    pub fn test(self, path: impl Into<Str>, value: impl Into<Value>) -> Self {
        self.operation("test", path, [("value", value.into())])
    }

    fn operation<const N: usize>(
        mut self,
        name: &'static str,
        path: impl Into<Str>,
        more: [(&'static str, Value); N],
    ) -> Self {
        let mut operation = Tree::new();
        operation.insert("op", name.into());
        operation.insert("path", Value::String(path.into()));
        for (field, value) in more {
            operation.insert(field, value);
        }
        self.0.push(operation.into());
        self
    }
}

impl<K: Object, P: Holds> Api<K, P> {
    /// Changes parts of an object and returns it as the server completed it.
    ///
    /// A patch that names a `metadata.resourceVersion` is refused when the object has changed since.
    ///
    /// # Cancel safety
    /// When the future is dropped, the server may have received the request and may act on it.
    ///
    /// # Errors
    /// [`Error::is_not_found`] when there is no such object, [`Error::is_invalid`] when the patch
    /// cannot be applied, [`Error::is_conflict`]; see [`Request::send`].
    pub async fn patch(
        &self,
        name: &str,
        patch: &Patch,
        options: &PatchOptions,
    ) -> Result<K, Error> {
        self.patch_part(name, None, patch, options).await
    }

    /// Changes parts of the status of an object.
    ///
    /// # Cancel safety
    /// As [`Api::patch`].
    ///
    /// # Errors
    /// As [`Api::patch`]; [`Error::is_not_found`] also when the resource has no status of its own.
    pub async fn patch_status(
        &self,
        name: &str,
        patch: &Patch,
        options: &PatchOptions,
    ) -> Result<K, Error> {
        self.patch_part(name, Some("status"), patch, options).await
    }

    /// Changes an object, or a part of it that is changed on its own.
    pub(super) async fn patch_part(
        &self,
        name: &str,
        part: Option<&str>,
        patch: &Patch,
        options: &PatchOptions,
    ) -> Result<K, Error> {
        let mut request = self.at(self.rest.patch()).name(name);
        if let Some(part) = part {
            request = request.subresource([part]);
        }
        let request = patch.body_of(request.versioned_params(options));
        self.object(&request.send().await?)
    }
}
