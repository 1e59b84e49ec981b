//! What `#[pintle(…)]` says, read and checked.

use proc_macro2::Span;
use syn::{Attribute, Error, Path, Result, Type};

use crate::names::{is_group, is_kind, is_label};
use crate::parse::{Once, Spanned, Word};

/// What the attributes of a spec say, as they say it.
#[derive(Default)]
pub(crate) struct Attributes {
    pub(crate) group: Once<String>,
    pub(crate) version: Once<String>,
    pub(crate) kind: Once<String>,
    pub(crate) plural: Once<String>,
    pub(crate) singular: Once<String>,
    pub(crate) list_kind: Once<String>,
    pub(crate) short_names: Vec<Spanned<String>>,
    pub(crate) categories: Vec<Spanned<String>>,
    pub(crate) namespaced: Once<()>,
    pub(crate) cluster: Once<()>,
    pub(crate) status: Once<Type>,
    pub(crate) scale: Option<Scale>,
    pub(crate) printer_columns: Vec<PrinterColumn>,
    pub(crate) selectable_fields: Vec<Spanned<String>>,
    pub(crate) validations: Vec<Validation>,
    pub(crate) served: Once<bool>,
    pub(crate) storage: Once<bool>,
    pub(crate) deprecated: Once<Option<String>>,
    pub(crate) labels: Vec<(String, String)>,
    pub(crate) annotations: Vec<(String, String)>,
    pub(crate) crate_path: Once<Path>,
    pub(crate) struct_name: Once<String>,
    pub(crate) list_name: Once<String>,
    pub(crate) derives: Vec<Path>,
}

const WORDS: &[&str] = &[
    "group",
    "version",
    "kind",
    "plural",
    "singular",
    "list_kind",
    "short_names",
    "categories",
    "namespaced",
    "cluster",
    "status",
    "scale",
    "printer_column",
    "selectable_field",
    "validation",
    "served",
    "storage",
    "deprecated",
    "labels",
    "annotations",
    "crate",
    "struct_name",
    "list_name",
    "derive",
];

/// `scale(…)`
pub(crate) struct Scale {
    pub(crate) spec_replicas: Spanned<String>,
    pub(crate) status_replicas: Spanned<String>,
    pub(crate) label_selector: Once<String>,
}

/// `printer_column(…)`
pub(crate) struct PrinterColumn {
    pub(crate) name: Spanned<String>,
    pub(crate) type_: Spanned<String>,
    pub(crate) json_path: Spanned<String>,
    pub(crate) description: Once<String>,
    pub(crate) format: Once<String>,
    pub(crate) priority: Once<i32>,
}

/// `validation(…)`
pub(crate) struct Validation {
    pub(crate) rule: Spanned<String>,
    pub(crate) message: Once<String>,
    pub(crate) message_expression: Once<String>,
    pub(crate) reason: Once<String>,
    pub(crate) field_path: Once<String>,
    pub(crate) optional_old_self: Once<bool>,
}

impl Attributes {
    /// Reads the attributes `#[pintle(…)]` among these.
    ///
    /// # Errors
    /// When one says something that is not known, or not as it is said.
    pub(crate) fn read(attributes: &[Attribute]) -> Result<Self> {
        let mut read = Self::default();
        for attribute in attributes {
            if attribute.path().is_ident("pintle") {
                attribute.parse_nested_meta(|meta| read.word(&Word::of(&meta)))?;
            }
        }
        read.check()?;
        Ok(read)
    }

    fn word(&mut self, word: &Word<'_, '_>) -> Result<()> {
        match word.name.as_str() {
            "group" => word.text(&mut self.group),
            "version" => word.text(&mut self.version),
            "kind" => word.text(&mut self.kind),
            "plural" => word.text(&mut self.plural),
            "singular" => word.text(&mut self.singular),
            "list_kind" => word.text(&mut self.list_kind),
            "short_names" => word.texts(&mut self.short_names),
            "categories" => word.texts(&mut self.categories),
            "namespaced" => word.alone(&mut self.namespaced),
            "cluster" => word.alone(&mut self.cluster),
            "status" => word.type_(&mut self.status),
            "scale" => {
                if self.scale.is_some() {
                    return Err(word.error("`scale` is said twice"));
                }
                self.scale = Some(Scale::read(word)?);
                Ok(())
            }
            "printer_column" => {
                self.printer_columns.push(PrinterColumn::read(word)?);
                Ok(())
            }
            "selectable_field" => word.texts(&mut self.selectable_fields),
            "validation" => {
                self.validations.push(Validation::read(word)?);
                Ok(())
            }
            "served" => word.truth(&mut self.served),
            "storage" => word.truth(&mut self.storage),
            "deprecated" => word.alone_or_text(&mut self.deprecated),
            "labels" => word.pairs(&mut self.labels),
            "annotations" => word.pairs(&mut self.annotations),
            "crate" => word.path(&mut self.crate_path),
            "struct_name" => word.text(&mut self.struct_name),
            "list_name" => word.text(&mut self.list_name),
            "derive" => word.paths(&mut self.derives),
            _ => Err(word.unknown(WORDS)),
        }
    }

    /// Checks what was said, word by word, and reports all that is wrong.
    fn check(&self) -> Result<()> {
        let mut problems = Problems::default();
        let label = "a label: lower-case letters, digits and dashes, a letter first, at most 63";
        for (what, said) in [
            ("version", &self.version),
            ("plural", &self.plural),
            ("singular", &self.singular),
        ] {
            problems.unless(said, is_label, |text| {
                format!("the {what} {text:?} is not {label}")
            });
        }
        let names = self.short_names.iter().chain(&self.categories);
        for said in names {
            let said = Some(said.clone());
            problems.unless(&said, is_label, |text| format!("{text:?} is not {label}"));
        }
        problems.unless(&self.group, is_group, |text| {
            format!("{text:?} is no group: it is a domain with a dot, such as \"example.com\"")
        });
        for said in [&self.kind, &self.list_kind] {
            problems.unless(said, is_kind, |text| {
                format!("{text:?} is no kind: it is spelled LikeThis, in letters and digits")
            });
        }
        for said in [&self.struct_name, &self.list_name] {
            let is_name = |text: &str| syn::parse_str::<syn::Ident>(text).is_ok();
            problems.unless(said, is_name, |text| {
                format!("{text:?} is no name of a type")
            });
        }
        if let (Some(_), Some(cluster)) = (&self.namespaced, &self.cluster) {
            problems.add(
                cluster.span,
                "a resource is `namespaced` or of the `cluster`, not both",
            );
        }
        if let Some(deprecated) = &self.deprecated
            && let Some(warning) = &deprecated.value
            && (warning.is_empty() || warning.len() > 256 || warning.contains(char::is_control))
        {
            problems.add(
                deprecated.span,
                "the warning is one line of 1 to 256 bytes; without one, write `deprecated` alone",
            );
        }
        for path in &self.derives {
            let name = path.segments.last().map(|last| last.ident.to_string());
            if let Some(name @ ("Clone" | "Serialize" | "Deserialize")) = name.as_deref() {
                let span = path
                    .segments
                    .last()
                    .map_or_else(Span::call_site, |it| it.ident.span());
                problems.add(span, format!("an object is `{name}` anyway: leave it out"));
            }
        }
        self.check_paths(&mut problems);
        for validation in &self.validations {
            validation.check(&mut problems);
        }
        for column in &self.printer_columns {
            column.check(&mut problems);
        }
        problems.into_result()
    }

    fn check_paths(&self, problems: &mut Problems) {
        for field in &self.selectable_fields {
            let said = Some(field.clone());
            problems.unless(&said, is_path, not_a_path);
        }
        if let Some(scale) = &self.scale {
            let spec = Some(scale.spec_replicas.clone());
            let within = |part: &'static str| move |text: &str| text.starts_with(part);
            problems.unless(&spec, within(".spec."), |text| {
                format!("{text:?} is not a path within the spec, such as \".spec.replicas\"")
            });
            let status = Some(scale.status_replicas.clone());
            problems.unless(&status, within(".status."), |text| {
                format!("{text:?} is not a path within the status, such as \".status.replicas\"")
            });
            let either = |text: &str| text.starts_with(".spec.") || text.starts_with(".status.");
            problems.unless(&scale.label_selector, either, |text| {
                format!("{text:?} is not a path within the spec or the status")
            });
            if self.status.is_none() {
                problems.add(
                    scale.status_replicas.span,
                    "a resource that is scaled says how many there are: give it a status, \
                     `status = \"…\"`",
                );
            }
        }
    }
}

impl Scale {
    fn read(word: &Word<'_, '_>) -> Result<Self> {
        let (mut spec, mut status, mut label_selector) = (None, None, None);
        let form = "(spec_replicas: \".spec.replicas\", status_replicas: \".status.replicas\")";
        word.words(form, |part| match part.name.as_str() {
            "spec_replicas" => part.text(&mut spec),
            "status_replicas" => part.text(&mut status),
            "label_selector" => part.text(&mut label_selector),
            _ => Err(part.unknown(&["spec_replicas", "status_replicas", "label_selector"])),
        })?;
        Ok(Self {
            spec_replicas: required(word, form, "spec_replicas", spec)?,
            status_replicas: required(word, form, "status_replicas", status)?,
            label_selector,
        })
    }
}

impl PrinterColumn {
    fn read(word: &Word<'_, '_>) -> Result<Self> {
        let (mut name, mut type_, mut json_path) = (None, None, None);
        let (mut description, mut format, mut priority) = (None, None, None);
        let form = "(name: \"…\", type: \"string\", json_path: \".spec.…\")";
        word.words(form, |part| match part.name.as_str() {
            "name" => part.text(&mut name),
            "type" => part.text(&mut type_),
            "json_path" => part.text(&mut json_path),
            "description" => part.text(&mut description),
            "format" => part.text(&mut format),
            "priority" => part.number(&mut priority),
            _ => Err(part.unknown(&[
                "name",
                "type",
                "json_path",
                "description",
                "format",
                "priority",
            ])),
        })?;
        Ok(Self {
            name: required(word, form, "name", name)?,
            type_: required(word, form, "type", type_)?,
            json_path: required(word, form, "json_path", json_path)?,
            description,
            format,
            priority,
        })
    }

    fn check(&self, problems: &mut Problems) {
        let type_ = Some(self.type_.clone());
        problems.unless_in("type of a column", &type_, &COLUMN_TYPES);
        problems.unless_in("format of a column", &self.format, &COLUMN_FORMATS);
        problems.unless(&Some(self.json_path.clone()), is_path, not_a_path);
    }
}

impl Validation {
    fn read(word: &Word<'_, '_>) -> Result<Self> {
        let (mut rule, mut message, mut message_expression) = (None, None, None);
        let (mut reason, mut field_path, mut optional_old_self) = (None, None, None);
        let form = "(rule: \"…\", message: \"…\")";
        word.words(form, |part| match part.name.as_str() {
            "rule" => part.text(&mut rule),
            "message" => part.text(&mut message),
            "message_expression" => part.text(&mut message_expression),
            "reason" => part.text(&mut reason),
            "field_path" => part.text(&mut field_path),
            "optional_old_self" => part.truth(&mut optional_old_self),
            _ => Err(part.unknown(&[
                "rule",
                "message",
                "message_expression",
                "reason",
                "field_path",
                "optional_old_self",
            ])),
        })?;
        Ok(Self {
            rule: required(word, form, "rule", rule)?,
            message,
            message_expression,
            reason,
            field_path,
            optional_old_self,
        })
    }

    fn check(&self, problems: &mut Problems) {
        let has_text = |text: &str| !text.trim().is_empty();
        let rule = Some(self.rule.clone());
        for said in [
            &rule,
            &self.message,
            &self.message_expression,
            &self.field_path,
        ] {
            problems.unless(said, has_text, |_| {
                "there is nothing in it: leave it out".to_owned()
            });
        }
        for said in [&self.message, &self.field_path] {
            let is_line = |text: &str| !text.trim().contains(['\n', '\r']);
            problems.unless(said, is_line, |_| {
                "Kubernetes wants this in one line".to_owned()
            });
        }
        if self.rule.value.trim().contains(['\n', '\r']) && self.message.is_none() {
            problems.add(
                self.rule.span,
                "a rule of several lines cannot stand for its message: say `message: \"…\"` too",
            );
        }
        problems.unless_in("reason", &self.reason, &REASONS);
    }
}

fn required<T>(word: &Word<'_, '_>, form: &str, name: &str, value: Once<T>) -> Result<Spanned<T>> {
    let missing = || word.error(format!("`{name}` is missing: write `{}{form}`", word.name));
    value.ok_or_else(missing)
}

fn is_path(text: &str) -> bool {
    text.len() > 1 && text.starts_with('.') && !text.starts_with("..")
}

fn not_a_path(text: &str) -> String {
    format!("{text:?} is no path: it begins with a dot, as \".spec.name\" does")
}

/// All that is wrong, each at its place.
#[derive(Default)]
struct Problems(Option<Error>);

impl Problems {
    fn add(&mut self, span: Span, message: impl std::fmt::Display) {
        let problem = Error::new(span, message);
        match &mut self.0 {
            Some(problems) => problems.combine(problem),
            None => self.0 = Some(problem),
        }
    }

    fn unless(
        &mut self,
        said: &Once<String>,
        is_right: impl Fn(&str) -> bool,
        message: impl Fn(&str) -> String,
    ) {
        if let Some(Spanned { value, span }) = said
            && !is_right(value)
        {
            self.add(*span, message(value));
        }
    }

    fn unless_in(&mut self, what: &str, said: &Once<String>, known: &[&str]) {
        self.unless(
            said,
            |text| known.contains(&text),
            |text| format!("{text:?} is no {what}; there are {}", known.join(", ")),
        );
    }

    fn into_result(self) -> Result<()> {
        self.0.map_or(Ok(()), Err)
    }
}

const COLUMN_TYPES: [&str; 5] = ["boolean", "date", "integer", "number", "string"];

const COLUMN_FORMATS: [&str; 8] = [
    "byte",
    "date",
    "date-time",
    "double",
    "float",
    "int32",
    "int64",
    "password",
];

const REASONS: [&str; 4] = [
    "FieldValueDuplicate",
    "FieldValueForbidden",
    "FieldValueInvalid",
    "FieldValueRequired",
];
