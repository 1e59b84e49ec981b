//! Commands that tell about a server's types, and about this program.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use clap_complete::Shell;

/// List the types of objects that the server knows
#[derive(Args, Debug)]
pub(crate) struct ApiResources {
    /// Only types of this group; "" is the core group
    #[arg(long, value_name = "GROUP")]
    pub(crate) api_group: Option<String>,
    /// Only types whose objects are in namespaces, or with =false only those whose objects are not
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    pub(crate) namespaced: Option<bool>,
    /// Only types that support all of these verbs
    #[arg(long, value_name = "VERB", value_delimiter = ',')]
    pub(crate) verbs: Vec<String>,
    /// Only types that are in all of these categories
    #[arg(long, value_name = "CATEGORY", value_delimiter = ',')]
    pub(crate) categories: Vec<String>,
    /// Sort by name or kind [default: by group, then by name]
    #[arg(long, value_enum)]
    pub(crate) sort_by: Option<SortBy>,
    /// How types are shown
    #[arg(long, short, value_enum, default_value_t)]
    pub(crate) output: TypesOutput,
    /// Leave the headings of columns out
    #[arg(long)]
    pub(crate) no_headers: bool,
}

/// What types are sorted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum SortBy {
    /// Their plurals
    Name,
    /// Their kinds
    Kind,
}

/// How types are shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum TypesOutput {
    /// A table
    #[default]
    Table,
    /// A table with verbs and categories
    Wide,
    /// PLURAL.GROUP
    Name,
}

/// List the groups and versions that the server knows
#[derive(Args, Debug)]
pub(crate) struct ApiVersions {}

/// Tell what a type, or a field of it, is
///
/// The words are those of the server's OpenAPI documents.
#[derive(Args, Debug)]
pub(crate) struct Explain {
    /// TYPE, or TYPE.FIELD.FIELD...
    #[arg(value_name = "TYPE[.FIELD...]")]
    pub(crate) what: String,
    /// The type in this group and version, such as apps/v1
    #[arg(long, value_name = "GROUP/VERSION")]
    pub(crate) api_version: Option<String>,
    /// All fields of the fields, without words
    #[arg(long)]
    pub(crate) recursive: bool,
}

/// Show the versions of this program and of the API server
#[derive(Args, Debug)]
pub(crate) struct Version {
    /// Do not ask the server
    #[arg(long)]
    pub(crate) client: bool,
}

/// Print a script that completes this program's command lines in a shell
///
/// For bash: source <(pintle completion bash)
#[derive(Args, Debug)]
pub(crate) struct Completion {
    /// The shell
    #[arg(value_enum)]
    pub(crate) shell: Shell,
}

/// Print the manual page, or write one for each command into a directory
#[derive(Args, Debug)]
pub(crate) struct Man {
    /// Directory to write pages to
    #[arg(long, value_name = "DIRECTORY")]
    pub(crate) directory: Option<PathBuf>,
}
