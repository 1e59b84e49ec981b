//! How `kubectl explain` lays out what it says; ours is the same, to the byte.

use std::fmt::Write as _;

use pintle_codec::Value;
use pintle_meta::GroupVersionKind;

use super::document::Schema;
use super::wrap::wrap;

/// The page about a field, or about the whole type; none if there is no such field.
pub(super) fn render(
    schema: Schema<'_>,
    kind: &GroupVersionKind,
    fields: &[&str],
    recursive: bool,
) -> Option<String> {
    let mut page = String::new();
    if !kind.group.is_empty() {
        put(&mut page, format_args!("GROUP:      {}\n", kind.group));
    }
    put(
        &mut page,
        format_args!(
            "KIND:       {}\nVERSION:    {}\n\n",
            kind.kind, kind.version
        ),
    );
    page.push_str(&follow(schema, fields, &[], recursive)?);
    page.push('\n');
    Some(page)
}

/// Goes down the fields to the one that is asked for.
fn follow<'a>(
    schema: Schema<'a>,
    fields: &[&str],
    history: &[&'a str],
    recursive: bool,
) -> Option<String> {
    let resolved = schema.resolved();
    let Some((field, rest)) = fields.split_first() else {
        return Some(about(resolved, recursive));
    };
    let mut history = history.to_vec();
    if let Some(reference) = schema.reference() {
        if history.contains(&reference) {
            return None;
        }
        history.push(reference);
    }
    if let Some(property) = resolved.property(field) {
        let mut page = String::new();
        if rest.is_empty() {
            put(
                &mut page,
                format_args!("FIELD: {field} <{}>\n", type_of(property)),
            );
            let choices = property.choices();
            if !choices.is_empty() {
                page.push_str("ENUM:");
                for choice in choices {
                    put(&mut page, format_args!("\n    {}", spelled(choice)));
                }
            }
            page.push_str("\n\n");
        }
        page.push_str(&follow(property, rest, &[], recursive)?);
        return Some(page);
    }
    if let Some(inner) = resolved.items().or_else(|| resolved.additional()) {
        return follow(inner, fields, &history, recursive);
    }
    let mut alternatives = resolved.all_of().into_iter();
    alternatives.find_map(|inner| follow(inner, fields, &history, recursive))
}

/// What a schema is, and its fields.
fn about(schema: Schema<'_>, recursive: bool) -> String {
    let mut words = String::new();
    describe(schema, &mut words);
    if words.is_empty() {
        words.push_str("<empty>");
    }
    let mut page = format!("DESCRIPTION:\n{}\n", indent(4, &wrap(76, &words)));
    if let Some(docs) = schema.external_docs() {
        page.push('\n');
        external_docs(docs, 0, &mut page);
    }
    let mut fields = String::new();
    list(schema, 1, &[], recursive, &mut fields);
    if !fields.is_empty() {
        page.push_str("FIELDS:\n");
        page.push_str(&fields);
    }
    page
}

/// The words of a schema and of those that it consists of.
fn describe(schema: Schema<'_>, words: &mut String) {
    let schema = schema.resolved();
    if let Some(text) = schema.text("description") {
        words.push_str(text);
        words.push('\n');
    }
    let parts = schema.all_of().into_iter();
    let parts = parts.chain(schema.items()).chain(schema.additional());
    parts.for_each(|part| describe(part, words));
}

/// The fields of a schema, each once on a way down.
fn list<'a>(
    schema: Schema<'a>,
    level: usize,
    history: &[&'a str],
    recursive: bool,
    out: &mut String,
) {
    let mut history = history.to_vec();
    if let Some(reference) = schema.reference() {
        if history.contains(&reference) {
            return;
        }
        history.push(reference);
    }
    let resolved = schema.resolved();
    for (name, property) in resolved.properties() {
        detail(resolved, name, property, level, recursive, out);
        if recursive {
            list(property, level + 1, &history, recursive, out);
        }
    }
    let inner = resolved.all_of().into_iter();
    let inner = inner.chain(resolved.items()).chain(resolved.additional());
    inner.for_each(|inner| list(inner, level, &history, recursive, out));
}

fn detail(
    parent: Schema<'_>,
    name: &str,
    schema: Schema<'_>,
    level: usize,
    short: bool,
    out: &mut String,
) {
    let margin = level * 2;
    put(
        out,
        format_args!("{:margin$}{name}\t<{}>", "", type_of(schema)),
    );
    if parent.requires(name) {
        out.push_str(" -required-");
    }
    let choices = schema.choices();
    if !choices.is_empty() {
        let mut texts: Vec<String> = choices.iter().take(FEW).map(spelled).collect();
        if choices.len() > FEW {
            texts.push("....".to_owned());
        }
        put(
            out,
            format_args!("\n{:margin$}enum: {}", "", texts.join(", ")),
        );
    }
    out.push('\n');
    if short {
        return;
    }
    let words = schema.text("description").unwrap_or("<no description>");
    let width = 78usize.saturating_sub(margin);
    put(
        out,
        format_args!("{}\n", indent(margin + 2, &wrap(width, words))),
    );
    if let Some(docs) = schema.external_docs() {
        out.push('\n');
        external_docs(docs, margin + 2, out);
    }
    out.push('\n');
}

fn external_docs(docs: Schema<'_>, margin: usize, out: &mut String) {
    put(out, format_args!("{:margin$}EXTERNAL DOCS:\n", ""));
    if let Some(words) = docs.text("description") {
        let words = wrap(76usize.saturating_sub(margin), words);
        put(out, format_args!("{}\n", indent(margin + 4, &words)));
    }
    if let Some(url) = docs.text("url") {
        put(
            out,
            format_args!("{}\n", indent(margin + 4, &format!("URL: {url}"))),
        );
    }
}

/// A short word for what a schema lets through: `string`, `[]Container`, `map[string]Quantity`.
fn type_of(schema: Schema<'_>) -> String {
    if let Some(items) = schema.items() {
        return format!("[]{}", type_of(items));
    }
    if let Some(values) = schema.additional() {
        return format!("map[string]{}", type_of(values));
    }
    if let [only] = schema.all_of()[..]
        && schema.properties().is_empty()
    {
        return type_of(only);
    }
    let plain = |schema: Schema<'_>| match schema.text("type") {
        None | Some("object") => "Object".to_owned(),
        Some(name) => name.to_owned(),
    };
    let Some(reference) = schema.reference() else {
        return plain(schema);
    };
    match schema.resolved().text("type") {
        None | Some("object") => {
            let name = reference.rsplit(['/', '.']).next().unwrap_or_default();
            if name.is_empty() {
                "Object".to_owned()
            } else {
                name.to_owned()
            }
        }
        Some(name) => name.to_owned(),
    }
}

/// A choice; an empty text is shown as one.
fn spelled(choice: &Value) -> String {
    match choice {
        Value::String(text) if text.is_empty() => "\"\"".to_owned(),
        other => crate::jsonpath::go_text(other),
    }
}

/// Every line further in, empty ones too.
fn indent(by: usize, text: &str) -> String {
    let margin = " ".repeat(by);
    format!("{margin}{}", text.replace('\n', &format!("\n{margin}")))
}

fn put(out: &mut String, text: std::fmt::Arguments<'_>) {
    out.write_fmt(text)
        .expect("a string takes what is written to it");
}

/// How many choices a list of fields shows.
const FEW: usize = 4;
