//! Custom resources of Kubernetes from Rust types.
//!
//! A struct that serde reads and writes and schemars describes is the spec of a resource; the derive
//! makes the rest of it: the object around the spec, its list, what clients need to know of it, and
//! the definition that a cluster needs.
//!
//! ```
//! use pintle_api::core::v1::EnvVar;
//! use pintle_crd::{CustomResource, Rule};
//! use pintle_meta::v1::Condition;
//! use schemars::JsonSchema;
//! use serde::{Deserialize, Serialize};
//!
//! /// A website, and how it is served.
//! #[derive(Clone, Deserialize, Serialize, JsonSchema, CustomResource)]
//! #[serde(rename_all = "camelCase")]
//! #[pintle(group = "example.com", version = "v1", status = "WebsiteStatus", short_names("ws"))]
//! #[pintle(printer_column(name: "URL", type: "string", json_path: ".spec.url"))]
//! #[pintle(validation(rule: "self.metadata.name.size() <= 40", message: "the name is too long"))]
//! # #[pintle(crate = "pintle_crd")]
//! struct WebsiteSpec {
//!     url: String,
//!     #[schemars(transform = Rule::new("self >= 1").message("a website is served by somebody"))]
//!     replicas: i32,
//!     #[serde(default)]
//!     env: Vec<EnvVar>,
//! }
//!
//! #[derive(Clone, Default, Deserialize, Serialize, JsonSchema)]
//! struct WebsiteStatus {
//!     #[serde(default)]
//!     conditions: Vec<Condition>,
//! }
//!
//! // An object, to be created through `client.api::<Website>()`:
//! let spec = WebsiteSpec { url: "https://example.com".into(), replicas: 2, env: vec![] };
//! let website = Website::new("home", spec);
//! assert_eq!(website.metadata.name, "home");
//!
//! // The definition, for the cluster:
//! let definition = Website::try_crd()?;
//! assert_eq!(definition.metadata.name, "websites.example.com");
//! assert_eq!(definition.spec.names.list_kind, "WebsiteList");
//! # Ok::<(), pintle_crd::Error>(())
//! ```
//!
//! # Schemas
//!
//! The schema of a definition says what schemars says of the types, in the form that Kubernetes
//! wants ([`structural_schema`]); a value that serde writes is valid by it and keeps all its fields.
//! In detail:
//!
//! - `Option<T>` may be `null`, and need not be there. A field with `#[serde(default)]` need not be
//!   there either, and the server fills in its default.
//! - Enums without fields are text with a choice of values. Enums with fields are objects that have
//!   the fields of all variants, and alternatives of what each variant demands; that holds for every
//!   way in which serde tags enums. Variants written as text beside others written as objects are an
//!   error: give the former braces (`Plain {}`).
//! - `serde_json::Value` and [`RawExtension`](pintle_meta::RawExtension) are kept as they come, and so
//!   are the fields of a flattened map.
//! - [`IntOrString`](pintle_meta::IntOrString), and untagged enums of a number and text, are
//!   `x-kubernetes-int-or-string`.
//! - Sets are lists of the type `set`: the server refuses what is there twice.
//! - Numbers have the limits of their type. A `u64` is kept as far as an `i64` goes.
//! - A type that contains itself is an error. `#[schemars(with = "Option<RawExtension>")]` leaves the
//!   inner one open, as `with = "serde_json::Value"` leaves whatever cannot be described.
//! - Types of Kubernetes' own API can be part of a spec or a status.
//!
//! What schemars has no words for is said with its attribute `extend`:
//!
//! ```
//! # use schemars::JsonSchema;
//! #[derive(JsonSchema)]
//! struct Pool {
//!     /// Merged by name when several apply it.
//!     #[schemars(extend("x-kubernetes-list-type" = "map", "x-kubernetes-list-map-keys" = ["name"]))]
//!     members: Vec<Member>,
//! }
//!
//! #[derive(JsonSchema)]
//! struct Member {
//!     name: String,
//!     weight: u8,
//! }
//!
//! let schema = pintle_crd::structural_schema::<Pool>()?;
//! let members = schema.properties.get("members").unwrap();
//! assert_eq!(members.x_kubernetes_list_map_keys[0], "name");
//! # Ok::<(), pintle_crd::Error>(())
//! ```
//!
//! What the server is to demand beyond types are [`Rule`]s.
//!
//! This crate is pure: it performs no I/O, reads no clock and knows no asynchronous runtime.

#[doc(hidden)]
pub mod __derive;
mod custom_resource;
mod definition;
mod error;
mod manifest;
mod object;
mod rule;
mod schema;
mod versions;

pub use custom_resource::CustomResource;
pub use definition::Definition;
pub use error::{Error, ErrorKind};
pub use manifest::to_yaml;
pub use rule::Rule;
pub use schema::structural_schema;
pub use versions::{Conversion, merge_versions};

/// Makes a custom resource of the type of its spec: the object, its list, and what makes the object a
/// [`Resource`](pintle_meta::Resource) and a [`CustomResource`](trait@CustomResource).
///
/// The spec is a struct (or an enum with fields) that is `Clone`, that serde reads and writes, and
/// that schemars describes; so is the status. A spec `WebsiteSpec` of the kind `Website` gives
///
/// ```text
/// #[derive(Clone)]
/// struct Website { metadata: ObjectMeta, spec: WebsiteSpec, status: Option<WebsiteStatus> }
/// type WebsiteList = ObjectList<Website>;
/// impl Website { fn new(name: impl Into<Str>, spec: WebsiteSpec) -> Self }
/// ```
///
/// as visible as the spec is, with serde's traits. The object says `kind` and `apiVersion` when it is
/// written, and refuses a document of another kind when it is read. The documentation of the spec
/// becomes that of the object, and what `kubectl explain` says.
///
/// # What `#[pintle(…)]` says
///
/// There may be several of these attributes on a spec. What stands in parentheses is said with a
/// colon; with `=` it is understood too, but clippy takes two columns of one type for a repetition
/// then. What Kubernetes would not take is an error
/// where it stands, if that can be known without the types, and else of
/// [`try_crd`](CustomResource::try_crd()).
///
/// | word | meaning |
/// |---|---|
/// | `group = "example.com"` | required: the API group |
/// | `version = "v1"` | required: the version that these types are |
/// | `kind = "Website"` | the kind; without it, the name of the spec without `Spec` |
/// | `plural = "websites"` | the name in paths; without it, the English plural of the kind |
/// | `singular = "website"` | the name in commands; without it, the kind in lower case |
/// | `list_kind = "WebsiteList"` | the kind of lists |
/// | `short_names("ws", …)`, `categories("all", …)` | more names in commands |
/// | `cluster` | objects belong to the whole cluster; `namespaced`, the default, says the contrary |
/// | `status = "WebsiteStatus"` | the type of the status, which is then written by a subresource |
/// | `scale(spec_replicas: ".spec.replicas", status_replicas: ".status.replicas", label_selector: ".status.selector")` | the subresource that autoscalers use; the selector may be left out |
/// | `printer_column(name: "URL", type: "string", json_path: ".spec.url")` | a column of `kubectl get`; may have `description`, `format` and `priority: 1`, for `-o wide` only; may be said again |
/// | `selectable_field(".spec.url", …)` | fields for `--field-selector` |
/// | `validation(rule: "self.spec.a < self.spec.b", message: "…")` | a [`Rule`] for the whole object; may have `message_expression`, `reason`, `field_path` and `optional_old_self`; may be said again |
/// | `served = false` | the server does not serve this version |
/// | `storage = false` | objects are stored in another version: see [`merge_versions`] |
/// | `deprecated`, `deprecated = "use v2"` | users of this version are warned |
/// | `labels("k" = "v", …)`, `annotations("k" = "v", …)` | of the definition itself |
/// | `struct_name = "Website"` | the name of the object's type; without it, the kind |
/// | `list_name = "WebsiteList"` | the name of the list's type |
/// | `derive(Debug, PartialEq)` | more traits for the object to derive |
/// | `crate = "::pintle"` | where `pintle` or `pintle_crd` is found, if not at `::pintle` |
///
/// Rules, lists that are maps, and other things within the spec are said with schemars' attributes:
/// see [`Rule`] and the [overview](crate).
///
/// The program needs `serde` (with its feature `derive`) and `schemars` 1 among its own dependencies.
pub use pintle_derive::CustomResource;
