//! Commands that show and change objects.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::output::Format;

/// Show objects
///
/// A type is a plural, a singular, a short name or a kind, and may say its group and version:
/// pods, pod, po, Pod, deployments.apps, deployments.v1.apps.
#[derive(Args, Debug)]
#[command(
    override_usage = "pintle get [OPTIONS] TYPE[,TYPE...] [NAME...]\n       pintle get [OPTIONS] TYPE/NAME..."
)]
pub(crate) struct Get {
    /// TYPE[,TYPE...] [NAME...], or TYPE/NAME...
    #[arg(required = true, value_name = "TYPE [NAME]")]
    pub(crate) what: Vec<String>,
    #[command(flatten)]
    pub(crate) selection: Selection,
    /// How objects are shown: table, wide, json, yaml, name, jsonpath=TEMPLATE, jsonpath-as-json=TEMPLATE,
    /// jsonpath-file=FILE, custom-columns=HEADING:PATH,..., custom-columns-file=FILE
    #[arg(long, short, value_name = "FORMAT", default_value = "table")]
    pub(crate) output: Format,
    /// Leave the headings of columns out
    #[arg(long)]
    pub(crate) no_headers: bool,
    /// Show labels in a last column
    #[arg(long)]
    pub(crate) show_labels: bool,
    /// Show the values of these labels in columns of their own
    #[arg(long, short = 'L', value_name = "LABEL", value_delimiter = ',')]
    pub(crate) label_columns: Vec<String>,
    /// Keep metadata.managedFields in JSON and YAML
    #[arg(long)]
    pub(crate) show_managed_fields: bool,
    /// Succeed when a named object does not exist
    #[arg(long)]
    pub(crate) ignore_not_found: bool,
}

/// Show what happens to objects: one line an event, until Ctrl-C
///
/// Begins with what there is, as ADDED. A line is the type of the event, NAMESPACE/NAME, and the
/// columns that `get` shows.
#[derive(Args, Debug)]
#[command(
    override_usage = "pintle watch [OPTIONS] TYPE [NAME]\n       pintle watch [OPTIONS] TYPE/NAME"
)]
pub(crate) struct Watch {
    /// TYPE [NAME], or TYPE/NAME
    #[arg(required = true, value_name = "TYPE [NAME]")]
    pub(crate) what: Vec<String>,
    #[command(flatten)]
    pub(crate) selection: Selection,
    /// How events are shown; json is one line an event
    #[arg(long, short, value_enum, default_value_t)]
    pub(crate) output: Output,
    /// How often to try again in a row when the connection is lost
    #[arg(long, value_name = "N", default_value_t = 5)]
    pub(crate) retries: u32,
}

/// Create the objects of files, or bring those that exist to what the files say
///
/// The file is laid over an object that exists. What the file does not speak of stays, whoever put
/// it there; a field that was removed from the file stays too, until it is null there. Lists are
/// replaced, but for those of a pod that admission adds to, such as volumes and tolerations: of
/// these, elements that the file lacks stay.
#[derive(Args, Debug)]
pub(crate) struct Apply {
    /// File of YAML documents or JSON, directory of such files, or - for standard input
    #[arg(long = "filename", short, required = true, value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
}

/// Delete objects, and wait until they are gone
#[derive(Args, Debug)]
#[command(
    override_usage = "pintle delete [OPTIONS] TYPE NAME...\n       pintle delete [OPTIONS] TYPE/NAME...\n       pintle delete [OPTIONS] TYPE -l SELECTOR\n       pintle delete [OPTIONS] -f FILE"
)]
pub(crate) struct Delete {
    /// TYPE [NAME...], or TYPE/NAME...
    #[arg(
        required_unless_present = "files",
        conflicts_with = "files",
        value_name = "TYPE [NAME]"
    )]
    pub(crate) what: Vec<String>,
    /// Delete the objects of this file, of the files of this directory, or of standard input (-)
    #[arg(long = "filename", short, value_name = "FILE", conflicts_with_all = ["label_selector", "field_selector", "all_namespaces"])]
    pub(crate) files: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) selection: Selection,
    /// Delete all objects of the type
    #[arg(long, conflicts_with_all = ["label_selector", "field_selector", "files"])]
    pub(crate) all: bool,
    /// Wait until the objects are gone
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_value_t = true, default_missing_value = "true", action = clap::ArgAction::Set)]
    pub(crate) wait: bool,
    /// Succeed when an object does not exist
    #[arg(long)]
    pub(crate) ignore_not_found: bool,
}

/// Which objects of a type.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct Selection {
    /// In all namespaces, whatever --namespace says
    #[arg(long, short = 'A')]
    pub(crate) all_namespaces: bool,
    /// Only objects whose labels match, such as app=web,tier!=cache
    #[arg(long = "selector", short = 'l', value_name = "SELECTOR")]
    pub(crate) label_selector: Option<String>,
    /// Only objects whose fields match, such as status.phase=Running
    #[arg(long, value_name = "SELECTOR")]
    pub(crate) field_selector: Option<String>,
}

/// How objects are shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Output {
    /// A table
    #[default]
    Table,
    /// A table with more columns
    Wide,
    /// JSON
    Json,
    /// YAML
    Yaml,
    /// TYPE/NAME
    Name,
}
