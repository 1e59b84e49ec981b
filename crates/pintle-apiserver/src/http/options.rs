//! The options of requests, read from the query and checked.

use pintle_meta::LabelSelector;

use super::{api::Call, query::Query};
use crate::{
    registry::{FieldValidation, Mode, Served},
    selector::FieldSelector,
    status::{Failure, Qualified},
    store::Revision,
    validation::{FieldError, validate_dry_run, validate_field_manager, validate_field_validation},
};

/// The options of lists and watches.
#[derive(Clone, Debug)]
pub(crate) struct ListOptions {
    /// Which labels.
    pub(crate) labels: LabelSelector,
    /// Which fields.
    pub(crate) fields: FieldSelector,
    /// Whether to watch.
    pub(crate) watch: bool,
    /// Whether a watch sends bookmarks.
    pub(crate) bookmarks: bool,
    /// The revision, as it was given.
    pub(crate) resource_version: String,
    /// How the revision is meant.
    pub(crate) version_match: VersionMatch,
    /// How long a watch lasts, in seconds.
    pub(crate) timeout: Option<i64>,
    /// The most objects of a page; zero for all.
    pub(crate) limit: usize,
    /// Where a list goes on; empty for its beginning.
    pub(crate) continue_token: String,
    /// Whether a watch starts with the objects that there are.
    pub(crate) send_initial_events: Option<bool>,
}

/// How the revision of a request is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum VersionMatch {
    /// It depends.
    Unset,
    /// That one.
    Exact,
    /// That one or a later one.
    NotOlderThan,
}

/// The options of creates and updates.
#[derive(Clone, Copy, Debug)]
pub(crate) struct WriteOptions {
    /// Whether nothing is to be done in the end.
    pub(crate) dry_run: bool,
    /// What happens to fields that are unknown or repeated.
    pub(crate) validation: FieldValidation,
}

/// The options of patches.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PatchOptions {
    /// What they have in common with those of other writes.
    pub(crate) write: WriteOptions,
}

impl ListOptions {
    /// Reads the options of a request for `served`.
    pub(crate) fn read(query: Query<'_>, served: Served, watch: bool) -> Result<Self, Failure> {
        let bad = |error: &dyn std::fmt::Display| Failure::bad_request(error.to_string());
        let labels = LabelSelector::parse(&query.text("labelSelector"));
        let version_match = query.text("resourceVersionMatch");
        let limit = query.integer("limit")?.unwrap_or_default();
        let mut options = Self {
            labels: labels.map_err(|error| bad(&error.reason()))?,
            fields: FieldSelector::default(),
            watch: watch || query.flag("watch").unwrap_or_default(),
            bookmarks: query.flag("allowWatchBookmarks").unwrap_or_default(),
            resource_version: query.text("resourceVersion").into_owned(),
            version_match: match &*version_match {
                "Exact" => VersionMatch::Exact,
                "NotOlderThan" => VersionMatch::NotOlderThan,
                _ => VersionMatch::Unset,
            },
            timeout: query.integer("timeoutSeconds")?,
            limit: usize::try_from(limit).unwrap_or_default(),
            continue_token: query.text("continue").into_owned(),
            send_initial_events: query.flag("sendInitialEvents"),
        };
        let fields = served.field_selector(&query.text("fieldSelector"));
        let anything = matches!(&*options.resource_version, "" | "0");
        let says_nothing = options.send_initial_events.is_none() && version_match.is_empty();
        let version_match = if options.watch && anything && says_nothing {
            // What watches without a revision did before one could ask for it.
            options.send_initial_events = Some(true);
            options.version_match = VersionMatch::NotOlderThan;
            "NotOlderThan".into()
        } else {
            version_match
        };
        let errors = match options.watch {
            true => options.watch_errors(&version_match),
            false => options.list_errors(&version_match),
        };
        if !errors.is_empty() {
            return Err(invalid("ListOptions", &errors));
        }
        options.fields = fields.map_err(|error| bad(&error))?;
        Ok(options)
    }

    fn list_errors(&self, version_match: &str) -> Vec<FieldError> {
        let mut errors = Vec::new();
        let mut forbid = |why: &str| errors.push(FieldError::forbidden(MATCH, why));
        if !version_match.is_empty() {
            if self.resource_version.is_empty() {
                forbid("resourceVersionMatch is forbidden unless resourceVersion is provided");
            }
            if !self.continue_token.is_empty() {
                forbid("resourceVersionMatch is forbidden when continue is provided");
            }
            if self.version_match == VersionMatch::Exact && self.resource_version == "0" {
                forbid("resourceVersionMatch \"exact\" is forbidden for resourceVersion \"0\"");
            }
            if self.version_match == VersionMatch::Unset {
                let supported = ["Exact", "NotOlderThan", ""];
                errors.push(FieldError::not_supported(MATCH, version_match, &supported));
            }
        }
        if self.send_initial_events.is_some() {
            let why = "sendInitialEvents is forbidden for list";
            errors.push(FieldError::forbidden("sendInitialEvents", why));
        }
        errors
    }

    fn watch_errors(&self, version_match: &str) -> Vec<FieldError> {
        let mut errors = Vec::new();
        let mut forbid = |why: &str| errors.push(FieldError::forbidden(MATCH, why));
        let is_not_older = self.version_match == VersionMatch::NotOlderThan;
        if self.send_initial_events.is_some() && !is_not_older {
            forbid("sendInitialEvents requires setting resourceVersionMatch to NotOlderThan");
        }
        if !version_match.is_empty() {
            if self.send_initial_events.is_none() {
                forbid(
                    "resourceVersionMatch is forbidden for watch unless sendInitialEvents is \
                     provided",
                );
            }
            if !self.continue_token.is_empty() {
                forbid("resourceVersionMatch is forbidden when continue is provided");
            }
            if !is_not_older {
                let supported = ["NotOlderThan"];
                errors.push(FieldError::not_supported(MATCH, version_match, &supported));
            }
        }
        errors
    }
}

impl PatchOptions {
    /// Reads the options of a patch, which may be meant for server-side apply.
    pub(crate) fn read(query: Query<'_>, applies: bool) -> Result<Self, Failure> {
        let mut errors = Vec::new();
        let force = query.flag("force");
        if applies && query.text("fieldManager").is_empty() {
            const WHY: &str = "is required for apply patch";
            errors.push(FieldError::required("fieldManager", WHY));
        }
        if !applies && force.is_some() {
            const WHY: &str = "may not be specified for non-apply patch";
            errors.push(FieldError::forbidden("force", WHY));
        }
        let write = WriteOptions::checked(query, "PatchOptions", errors)?;
        Ok(Self { write })
    }
}

impl WriteOptions {
    /// Reads the options of a create or an update; `kind` is their name.
    pub(crate) fn read(query: Query<'_>, kind: &'static str) -> Result<Self, Failure> {
        Self::checked(query, kind, Vec::new())
    }

    fn checked(
        query: Query<'_>,
        kind: &'static str,
        mut errors: Vec<FieldError>,
    ) -> Result<Self, Failure> {
        let dry_run: Vec<_> = query.all("dryRun").collect();
        let dry_run: Vec<_> = dry_run.iter().map(|value| &**value).collect();
        let validation = query.text("fieldValidation");
        errors.extend(validate_field_manager(&query.text("fieldManager")));
        errors.extend(validate_dry_run(&dry_run));
        errors.extend(validate_field_validation(&validation));
        if !errors.is_empty() {
            return Err(invalid(kind, &errors));
        }
        Ok(Self {
            dry_run: !dry_run.is_empty(),
            validation: match &*validation {
                "Ignore" => FieldValidation::Ignore,
                "Strict" => FieldValidation::Strict,
                _ => FieldValidation::Warn,
            },
        })
    }
}

impl Call<'_> {
    /// For whom the request writes, and whether in earnest.
    pub(super) fn mode(&self, options: WriteOptions) -> Mode<'_> {
        Mode {
            user: Some(self.user),
            dry_run: options.dry_run,
        }
    }
}

/// The options of a request are not valid.
pub(super) fn invalid(kind: &'static str, errors: &[FieldError]) -> Failure {
    let kind = Qualified {
        group: "meta.k8s.io",
        name: kind,
    };
    Failure::invalid(kind, "", errors)
}

/// Reads a revision; none for an empty text. The error is what is wrong with it.
pub(super) fn revision(text: &str) -> Result<Option<Revision>, String> {
    if text.is_empty() {
        return Ok(None);
    }
    match text.parse() {
        Ok(revision) if !text.starts_with('+') => Ok(Some(Revision::new(revision))),
        _ => {
            let shown = crate::quote::Quoted(text);
            Err(format!(
                "resourceVersion: Invalid value: {shown}: strconv.ParseUint: parsing {shown}: \
                 invalid syntax"
            ))
        }
    }
}

const MATCH: &str = "resourceVersionMatch";
