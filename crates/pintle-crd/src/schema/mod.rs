//! Structural schemas from the schemas of schemars.
//!
//! Kubernetes takes a part of OpenAPI's schemas: nothing is referred to, every place in an object
//! has one type, and alternatives may demand something of a value, but not say what it is. Rust's
//! types, as schemars describes them, know more. Every schema is therefore taken apart into the
//! *shape* of a value and what is *demanded* of it ([`read`]); shapes of alternatives are merged,
//! their demands stay apart ([`variants`]); and both are put together again ([`emit`]).
//!
//! The invariant: a value that serde writes of a type is valid by the type's schema and keeps all
//! its fields, or there is an error. Where Kubernetes cannot demand what Rust does, it demands less.

mod checks;
mod emit;
mod format;
mod path;
mod read;
mod shape;
mod variants;

use pintle_api::apiextensions::v1::JSONSchemaProps;
use schemars::JsonSchema;
use schemars::generate::SchemaSettings;

pub(crate) use path::find;

use crate::Error;

/// The structural schema of a type, as a definition of a custom resource has it.
///
/// ```
/// use pintle_crd::structural_schema;
/// use schemars::JsonSchema;
///
/// #[derive(JsonSchema)]
/// struct Limits {
///     /// How many at once.
///     parallel: Option<u8>,
/// }
///
/// let schema = structural_schema::<Limits>()?;
/// let parallel = schema.properties.get("parallel").unwrap();
/// assert_eq!((&*parallel.type_, &*parallel.format), ("integer", "int32"));
/// assert_eq!((parallel.minimum, parallel.maximum), (Some(0.0), Some(255.0)));
/// assert!(parallel.nullable);
/// # Ok::<(), pintle_crd::Error>(())
/// ```
///
/// # Errors
/// When the type has values that no structural schema describes, or contains itself; the error
/// names the place.
pub fn structural_schema<T: JsonSchema + ?Sized>() -> Result<JSONSchemaProps, Error> {
    let mut generator = SchemaSettings::draft2020_12()
        .for_deserialize()
        .into_generator();
    let schema = generator.subschema_for::<T>();
    let node = read::Reader::new(generator.definitions()).read(&schema)?;
    emit::structural(node)
}
