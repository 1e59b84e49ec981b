//! [`Definition`], a custom resource's definition in the making.

use pintle_api::apiextensions::v1::{
    CustomResourceColumnDefinition, CustomResourceDefinition, CustomResourceDefinitionNames,
    CustomResourceDefinitionSpec, CustomResourceDefinitionVersion, CustomResourceSubresourceScale,
    CustomResourceSubresourceStatus, CustomResourceSubresources, CustomResourceValidation,
    JSONSchemaProps, ResourceScope, SelectableField, ValidationRule,
};
use pintle_codec::{Map, Str};
use pintle_meta::{Resource, Scope as _};
use schemars::JsonSchema;

use crate::error::ErrorKind;
use crate::{Error, Rule, schema};

/// The definition of a custom resource in the making, with one version.
///
/// What the derive makes; to be used by hand where a type implements
/// [`CustomResource`](trait@crate::CustomResource) itself. Group, version, kind, plural, list kind
/// and scope are those that the type has as a [`Resource`]; everything else is said here.
///
/// ```
/// # use pintle_crd::CustomResource as _;
/// # #[derive(Clone, serde::Deserialize, serde::Serialize, schemars::JsonSchema, pintle_crd::CustomResource)]
/// # #[pintle(group = "example.com", version = "v1", crate = "pintle_crd")]
/// # struct BackupSpec { schedule: String }
/// use pintle_crd::{Definition, Rule};
///
/// // `Backup` is any resource; schemars describes what its field `spec` is.
/// let definition = Definition::of::<Backup>()
///     .spec::<BackupSpec>()
///     .short_names(["bk"])
///     .rule(Rule::new("self.metadata.name.size() < 40"))
///     .build()?;
/// assert_eq!(definition.metadata.name, "backups.example.com");
/// assert_eq!(definition.spec.versions[0].name, "v1");
/// # Ok::<(), pintle_crd::Error>(())
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct Definition {
    group: Str,
    scope: ResourceScope,
    names: CustomResourceDefinitionNames,
    labels: Map<Str>,
    annotations: Map<Str>,
    description: Str,
    spec: Option<Result<JSONSchemaProps, Error>>,
    status: Option<Result<JSONSchemaProps, Error>>,
    rules: Vec<Rule>,
    version: CustomResourceDefinitionVersion,
    scale: Option<CustomResourceSubresourceScale>,
}

impl Definition {
    /// The definition of a resource. Its version is served and stored, unless it is said otherwise.
    pub fn of<K: Resource>() -> Self {
        let scope = if K::Scope::NAMESPACED {
            ResourceScope::NAMESPACED
        } else {
            ResourceScope::CLUSTER
        };
        Self {
            group: K::GROUP.into(),
            scope,
            names: CustomResourceDefinitionNames {
                plural: K::PLURAL.into(),
                singular: K::KIND.to_ascii_lowercase().into(),
                kind: K::KIND.into(),
                list_kind: K::LIST_KIND.into(),
                ..CustomResourceDefinitionNames::default()
            },
            labels: Map::new(),
            annotations: Map::new(),
            description: Str::new(),
            spec: None,
            status: None,
            rules: Vec::new(),
            version: CustomResourceDefinitionVersion {
                name: K::VERSION.into(),
                served: true,
                storage: true,
                ..CustomResourceDefinitionVersion::default()
            },
            scale: None,
        }
    }

    /// The type of the field `spec`, which objects must have.
    pub fn spec<S: JsonSchema>(mut self) -> Self {
        self.spec = Some(schema::structural_schema::<S>());
        self
    }

    /// The type of the field `status`. It is written through a subresource of its own.
    pub fn status<S: JsonSchema>(mut self) -> Self {
        self.status = Some(schema::structural_schema::<S>());
        self
    }

    /// What the resource is, for `kubectl explain`.
    pub fn description(mut self, description: impl Into<Str>) -> Self {
        self.description = description.into();
        self
    }

    /// The name of one object in commands; the kind in lower case unless it is set.
    pub fn singular(mut self, singular: impl Into<Str>) -> Self {
        self.names.singular = singular.into();
        self
    }

    /// Short names for commands.
    pub fn short_names<S: Into<Str>>(mut self, names: impl IntoIterator<Item = S>) -> Self {
        let names = names.into_iter().map(Into::into);
        self.names.short_names.extend(names);
        self
    }

    /// Names of groups of resources that this one is in, such as `all`.
    pub fn categories<S: Into<Str>>(mut self, names: impl IntoIterator<Item = S>) -> Self {
        self.names
            .categories
            .extend(names.into_iter().map(Into::into));
        self
    }

    /// A label of the definition itself.
    pub fn label(mut self, key: impl Into<Str>, value: impl Into<Str>) -> Self {
        self.labels.insert(key, value.into());
        self
    }

    /// An annotation of the definition itself.
    pub fn annotation(mut self, key: impl Into<Str>, value: impl Into<Str>) -> Self {
        self.annotations.insert(key, value.into());
        self
    }

    /// A column of the table that `kubectl get` prints.
    pub fn printer_column(mut self, column: CustomResourceColumnDefinition) -> Self {
        self.version.additional_printer_columns.push(column);
        self
    }

    /// A field that field selectors know.
    pub fn selectable_field(mut self, json_path: impl Into<Str>) -> Self {
        let json_path = json_path.into();
        let fields = &mut self.version.selectable_fields;
        fields.push(SelectableField { json_path });
        self
    }

    /// The subresource `scale`.
    pub fn scale(mut self, scale: CustomResourceSubresourceScale) -> Self {
        self.scale = Some(scale);
        self
    }

    /// A rule for the object as a whole.
    pub fn rule(mut self, rule: Rule) -> Self {
        self.rules.push(rule);
        self
    }

    /// Whether the server serves this version.
    pub fn served(mut self, served: bool) -> Self {
        self.version.served = served;
        self
    }

    /// Whether the server stores objects in this version. One version of a resource is stored.
    pub fn storage(mut self, storage: bool) -> Self {
        self.version.storage = storage;
        self
    }

    /// Users of this version are warned.
    pub fn deprecated(mut self) -> Self {
        self.version.deprecated = true;
        self
    }

    /// Users of this version are warned with these words.
    pub fn deprecation_warning(mut self, warning: impl Into<Str>) -> Self {
        self.version.deprecation_warning = Some(warning.into());
        self.deprecated()
    }

    /// The definition.
    ///
    /// # Errors
    /// When a type has values that no structural schema describes, or a path leads nowhere.
    pub fn build(self) -> Result<CustomResourceDefinition, Error> {
        let resource = format!(
            "{} of {}/{}",
            self.names.kind, self.group, self.version.name
        );
        self.complete().map_err(|error| error.of(resource))
    }

    fn complete(mut self) -> Result<CustomResourceDefinition, Error> {
        let has_status = self.status.is_some();
        let schema = root(
            self.description,
            [("spec", self.spec.take()), ("status", self.status.take())],
            self.rules,
        )?;
        check_paths(&schema, &self.version, self.scale.as_ref())?;
        let mut version = self.version;
        if has_status || self.scale.is_some() {
            let status = CustomResourceSubresourceStatus {};
            version.subresources = Some(Box::new(CustomResourceSubresources {
                status: has_status.then(|| Box::new(status)),
                scale: self.scale.map(Box::new),
            }));
        }
        version.schema = Some(Box::new(CustomResourceValidation {
            open_apiv3_schema: Some(Box::new(schema)),
        }));
        let mut definition = CustomResourceDefinition::default();
        definition.metadata.name = format!("{}.{}", self.names.plural, self.group).into();
        definition.metadata.labels = self.labels;
        definition.metadata.annotations = self.annotations;
        definition.spec = CustomResourceDefinitionSpec {
            group: self.group,
            names: self.names,
            scope: self.scope,
            versions: [version].into(),
            ..CustomResourceDefinitionSpec::default()
        };
        Ok(definition)
    }
}

/// The schema of a whole object.
fn root(
    description: Str,
    parts: [(&str, Option<Result<JSONSchemaProps, Error>>); 2],
    rules: Vec<Rule>,
) -> Result<JSONSchemaProps, Error> {
    let mut root = JSONSchemaProps {
        type_: "object".into(),
        description,
        x_kubernetes_validations: rules.into_iter().map(ValidationRule::from).collect(),
        ..JSONSchemaProps::default()
    };
    for (name, type_) in [
        ("apiVersion", "string"),
        ("kind", "string"),
        ("metadata", "object"),
    ] {
        let property = JSONSchemaProps {
            type_: type_.into(),
            ..JSONSchemaProps::default()
        };
        root.properties.insert(name, property);
    }
    for (name, part) in parts {
        let Some(part) = part else { continue };
        let part = part.map_err(|error| error.within_field(name))?;
        if part.type_ != "object" {
            let detail = "the type is not written as an object, which a part of a resource is";
            return Err(Error::unsupported(detail).within_field(name));
        }
        root.properties.insert(name, part);
    }
    if root.properties.contains_key("spec") {
        root.required.push("spec".into());
    }
    Ok(root)
}

/// Checks that paths lead to fields that the schema has, of types that Kubernetes takes there.
fn check_paths(
    schema: &JSONSchemaProps,
    version: &CustomResourceDefinitionVersion,
    scale: Option<&CustomResourceSubresourceScale>,
) -> Result<(), Error> {
    for column in &version.additional_printer_columns {
        schema::find(schema, &column.json_path)?;
    }
    for field in &version.selectable_fields {
        expect_type(schema, &field.json_path, &["string", "boolean", "integer"])?;
    }
    if let Some(scale) = scale {
        expect_type(schema, &scale.spec_replicas_path, &["integer"])?;
        expect_type(schema, &scale.status_replicas_path, &["integer"])?;
        if let Some(path) = &scale.label_selector_path {
            expect_type(schema, path, &["string"])?;
        }
    }
    Ok(())
}

fn expect_type(schema: &JSONSchemaProps, path: &str, types: &[&str]) -> Result<(), Error> {
    match schema::find(schema, path)? {
        Some(field) if !types.contains(&field.type_.as_str()) => Err(Error::new(
            ErrorKind::InvalidPath,
            format!(
                "the path {path:?} leads to {:?}, where Kubernetes takes {}",
                field.type_.as_str(),
                types.join(" or ")
            ),
        )),
        _ => Ok(()),
    }
}
