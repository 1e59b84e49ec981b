//! `pintle get`.

use pintle_client::Verb;
use pintle_codec::{Value, yaml};

use crate::args::Get;
use crate::discovery::{ResourceType, discover};
use crate::error::{Error, Failures};
use crate::jsonpath;
use crate::listing::{self, OBJECTS, Scope, TABLE};
use crate::output::{self, Format, Stdout, Table, Widths};
use crate::session::Session;
use crate::target::{self, Target};

/// Shows the objects that are named or selected. What was found is shown even if something else was
/// not.
pub(super) async fn run(
    arguments: &Get,
    session: &Session,
    out: &mut Stdout,
) -> Result<(), Failures> {
    let named = target::parse(&arguments.what)?;
    check(arguments, &named)?;
    let names = || named.iter().map(|named| &*named.resource);
    let catalog = discover(session, |it| it.knows(names())).await?;
    let targets = target::resolve(named, &catalog)?;
    let mut failures = Failures::new();
    match arguments.output {
        Format::Table | Format::Wide | Format::Name => {
            let mut found = Vec::new();
            for target in &targets {
                let answers = find(target, arguments, session, TABLE, &mut failures).await;
                found.push((target.resource, table(&answers)));
            }
            show_tables(found, arguments, session, &failures, out)?;
        }
        _ => {
            let mut objects = Vec::new();
            for target in &targets {
                objects.extend(find(target, arguments, session, OBJECTS, &mut failures).await);
            }
            let single = matches!(targets.as_slice(), [only] if only.names.len() == 1);
            show_objects(objects, single, arguments, out)?;
        }
    }
    failures.finish()
}

fn check(arguments: &Get, named: &[target::Named<String>]) -> Result<(), Error> {
    let by_name = named.iter().any(|named| !named.names.is_empty());
    let with_labels = arguments.show_labels || !arguments.label_columns.is_empty();
    if with_labels && !matches!(arguments.output, Format::Table | Format::Wide) {
        return Err(Error::usage("labels are shown in tables only")
            .with_hint("leave out --show-labels and -L, or --output"));
    }
    let selection = &arguments.selection;
    if by_name && selection.all_namespaces {
        return Err(
            Error::usage("a resource cannot be retrieved by name across all namespaces")
                .with_hint("leave out -A and name a namespace with -n"),
        );
    }
    if by_name && (selection.label_selector.is_some() || selection.field_selector.is_some()) {
        return Err(Error::usage("names and selectors do not go together")
            .with_hint("leave out either the names or the selectors"));
    }
    Ok(())
}

/// What the server answers for a target: an answer for each name, or one for each page.
async fn find(
    target: &Target<'_>,
    arguments: &Get,
    session: &Session,
    accept: &str,
    failures: &mut Failures,
) -> Vec<Value> {
    let scope = Scope::new(target.resource, session, &arguments.selection);
    if target.names.is_empty() {
        let options = listing::options(&arguments.selection);
        let listed = listing::list(session, scope, &options, accept, |page| page).await;
        return failures
            .check(listed)
            .map_or(Vec::new(), |listing| listing.pages);
    }
    let mut found = Vec::new();
    for name in &target.names {
        match get(session, scope, name, accept).await {
            Err(error) if error.is_not_found() && arguments.ignore_not_found => {}
            Err(error) => failures.push(error.into()),
            Ok(answer) => found.push(answer),
        }
    }
    found
}

async fn get(
    session: &Session,
    scope: Scope<'_>,
    name: &str,
    accept: &str,
) -> Result<Value, pintle_client::Error> {
    let request = session.request(Verb::Get, scope.resource, scope.namespace);
    let request = request.name(name).header("accept", accept);
    session.send(request).await?.into_value()
}

fn table(answers: &[Value]) -> Table {
    let mut table = Table::default();
    answers
        .iter()
        .for_each(|answer| table.append(Table::read(answer)));
    table
}

fn show_tables(
    found: Vec<(&ResourceType, Table)>,
    arguments: &Get,
    session: &Session,
    failures: &Failures,
    out: &mut Stdout,
) -> Result<(), Error> {
    if found.iter().all(|(_, table)| table.rows.is_empty()) {
        // Something that failed speaks for itself.
        let silent = arguments.ignore_not_found || matches!(arguments.output, Format::Name);
        if failures.is_empty() && !silent {
            session
                .messages()
                .line(&nothing_found(&found, arguments, session));
        }
        return Ok(());
    }
    let several = found.len() > 1;
    let mut text = String::new();
    for (resource, table) in found
        .into_iter()
        .filter(|(_, table)| !table.rows.is_empty())
    {
        let object_type = resource.object_type();
        if matches!(arguments.output, Format::Name) {
            let lines = table.rows.iter();
            lines.for_each(|row| text += &format!("{object_type}/{}\n", row.name));
            continue;
        }
        if !text.is_empty() {
            text.push('\n');
        }
        let with_namespace = arguments.selection.all_namespaces && resource.namespaced;
        let prefix = several.then_some(object_type.as_str());
        let mut table = match arguments.output {
            Format::Wide => table,
            _ => table.narrow(),
        };
        add_labels(&mut table, arguments);
        lay_out(
            table,
            with_namespace,
            prefix,
            !arguments.no_headers,
            &mut text,
        );
    }
    out.write(&text)
}

fn nothing_found(found: &[(&ResourceType, Table)], arguments: &Get, session: &Session) -> String {
    let namespaced = found.iter().any(|(resource, _)| resource.namespaced);
    match namespaced && !arguments.selection.all_namespaces {
        true => format!("No resources found in {} namespace.", session.namespace()),
        false => "No resources found".to_owned(),
    }
}

/// The columns of labels that are asked for.
fn add_labels(table: &mut Table, arguments: &Get) {
    for label in &arguments.label_columns {
        let name = label.rsplit('/').next().unwrap_or(label);
        let value = |row: &output::Row| row.label(label).unwrap_or("<none>").to_owned();
        table.add_column(name.to_uppercase(), value);
    }
    if arguments.show_labels {
        table.add_column("LABELS".to_owned(), |row| {
            let labels = row
                .labels
                .iter()
                .map(|(name, value)| format!("{name}={value}"));
            match labels.collect::<Vec<_>>().join(",") {
                none if none.is_empty() => "<none>".to_owned(),
                labels => labels,
            }
        });
    }
}

/// Appends a table.
fn lay_out(
    mut table: Table,
    with_namespace: bool,
    prefix: Option<&str>,
    with_headings: bool,
    out: &mut String,
) {
    if let Some(object_type) = prefix {
        for row in &mut table.rows {
            if let Some(name) = row.cells.first_mut() {
                *name = format!("{object_type}/{name}");
            }
        }
    }
    let namespace = |text| with_namespace.then_some(text).into_iter();
    let headings = || namespace("NAMESPACE").chain(table.headings());
    let mut widths = Widths::default();
    if with_headings {
        widths.fit(headings());
    }
    for row in &table.rows {
        widths.fit(namespace(row.namespace.as_str()).chain(row.cells.iter().map(String::as_str)));
    }
    if with_headings {
        widths.line(headings(), out);
    }
    for row in &table.rows {
        let cells = row.cells.iter().map(String::as_str);
        widths.line(namespace(row.namespace.as_str()).chain(cells), out);
    }
}

/// Shows one object as it is, several as a `List`.
fn show_objects(
    answers: Vec<Value>,
    single: bool,
    arguments: &Get,
    out: &mut Stdout,
) -> Result<(), Error> {
    let mut objects: Vec<Value> = answers.into_iter().flat_map(output::items).collect();
    // Who names a path means what is there.
    let whole = !matches!(arguments.output, Format::Json | Format::Yaml);
    for object in &mut objects {
        output::tidy(object, whole || arguments.show_managed_fields);
    }
    if let Format::CustomColumns(columns) = &arguments.output {
        return out.write(&columns.render(&objects, !arguments.no_headers)?);
    }
    let shown = match (single, objects.pop()) {
        (true, Some(object)) => object,
        (true, None) => return Ok(()),
        (false, last) => {
            objects.extend(last);
            output::list(objects)
        }
    };
    out.write(&text(&shown, &arguments.output)?)
}

/// An object in a format that is not a table.
pub(super) fn text(object: &Value, format: &Format) -> Result<String, jsonpath::Error> {
    Ok(match format {
        Format::Yaml => yaml::write(object),
        Format::JsonPath(template) => template.render(object)?,
        Format::JsonPathAsJson(template) => template.render_as_json(object)?,
        _ => output::json(object),
    })
}
