//! In which format and form a client gets what it asks for, and in which format it sends.
//!
//! The real server looks at `Accept` twice: its routes refuse what is none of their media types,
//! whatever the parameters; its handlers then choose by type and parameters. Both say so in words of
//! their own.

use http::{HeaderMap, header, request};

use super::{accept, query::Query, route::Route};
use crate::{
    encoding::{Encoding, Format},
    status::Failure,
};

/// The form of what is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Representation {
    /// The objects themselves.
    Object,
    /// A table that shows them, in this version of `meta.k8s.io`.
    Table(&'static str),
    /// Their metadata, in this version of `meta.k8s.io`.
    Metadata(&'static str),
    /// A list of their metadata, in this version of `meta.k8s.io`.
    MetadataList(&'static str),
    /// Aggregated discovery, in this version of `apidiscovery.k8s.io`.
    Discovery(&'static str),
}

/// What an endpoint can answer with.
#[derive(Debug)]
pub(crate) struct Offer {
    /// The media types of its route; none if everything comes to its handler.
    produces: &'static [&'static str],
    /// The formats of its handler.
    formats: &'static [Format],
    /// The forms of its handler.
    forms: Forms,
}

/// The forms that there may be of what an endpoint has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Forms {
    /// None but the thing itself.
    Plain,
    /// Those of objects.
    Objects,
    /// Those of objects, but no table.
    Answers,
    /// Those of discovery.
    Discovery,
}

/// How an answer is to be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Negotiated {
    /// How it is spelt.
    pub(crate) encoding: Encoding,
    /// What it is.
    pub(crate) form: Representation,
}

impl Offer {
    /// One object, or what becomes of one.
    pub(crate) const OBJECT: Self = Self {
        produces: &[JSON, YAML, PROTOBUF, CBOR],
        formats: &Format::ALL,
        forms: Forms::Objects,
    };

    /// What is answered to a question, and is no object.
    pub(crate) const ANSWER: Self = Self {
        forms: Forms::Answers,
        ..Self::OBJECT
    };

    /// Many objects, which may also be watched.
    pub(crate) const OBJECTS: Self = Self {
        produces: &[
            JSON,
            YAML,
            PROTOBUF,
            CBOR,
            "application/json;stream=watch",
            "application/vnd.kubernetes.protobuf;stream=watch",
            CBOR_SEQUENCE,
        ],
        ..Self::OBJECT
    };

    /// The resources of a group version.
    pub(crate) const RESOURCES: Self = Self {
        forms: Forms::Plain,
        ..Self::OBJECT
    };

    /// The versions of the core group.
    pub(crate) const CORE_VERSIONS: Self = Self {
        produces: &[JSON, YAML, PROTOBUF],
        ..Self::GROUPS
    };

    /// All groups.
    pub(crate) const GROUPS: Self = Self {
        produces: &[],
        formats: &[Format::Json, Format::Yaml, Format::Protobuf],
        forms: Forms::Discovery,
    };

    /// One group.
    pub(crate) const GROUP: Self = Self {
        forms: Forms::Plain,
        ..Self::GROUPS
    };

    fn allows(&self, format: Format, form: Representation) -> bool {
        match (self.forms, form) {
            (_, Representation::Object) => true,
            (Forms::Objects, Representation::Table(_)) => {
                matches!(format, Format::Json | Format::Yaml)
            }
            (
                Forms::Objects | Forms::Answers,
                Representation::Metadata(_) | Representation::MetadataList(_),
            ) => true,
            (Forms::Discovery, Representation::Discovery(_)) => true,
            _ => false,
        }
    }
}

/// Chooses what a client likes best of an offer.
pub(crate) fn negotiate(
    offer: &Offer,
    headers: &HeaderMap,
    query: Query<'_>,
) -> Result<Negotiated, Failure> {
    let Some(clauses) = accept::clauses(headers) else {
        return Ok(Negotiated {
            encoding: encoding(Format::Json, false, headers, query),
            form: Representation::Object,
        });
    };
    let is_produced = |clause: &accept::Clause<'_>| {
        let media_type = clause.media_type.as_str();
        // Of a wildcard in one part only, routes know nothing.
        media_type == "*/*" || offer.produces.contains(&media_type)
    };
    if !offer.produces.is_empty() && !clauses.iter().any(is_produced) {
        return Err(Failure::not_produced(&offer.produces.join(", ")));
    }
    choose(offer, &clauses, headers, query).ok_or_else(|| {
        let accepted = offer.formats.iter().map(|format| format.media_type());
        Failure::not_acceptable(&accepted.collect::<Vec<_>>().join(", "))
    })
}

/// The format of a watch's events: not all have streams.
pub(crate) fn check_stream(negotiated: Negotiated) -> Result<(), Failure> {
    if negotiated.encoding.format.stream_type().is_some() {
        return Ok(());
    }
    const STREAMS: &str = "application/json;stream=watch, \
        application/vnd.kubernetes.protobuf;stream=watch, application/cbor-seq";
    Err(Failure::not_acceptable(STREAMS))
}

/// How a failure is spelt: as the client would like an object, or in JSON for people, if it likes
/// nothing of that.
pub(crate) fn of_failure(head: &request::Parts) -> Encoding {
    let query = Query::new(head.uri.query());
    let Some(clauses) = accept::clauses(&head.headers) else {
        return encoding(Format::Json, false, &head.headers, query);
    };
    let offer = match Route::of(head.uri.path()) {
        Route::CoreVersions | Route::Groups | Route::Group(_) => &Offer::GROUP,
        _ => &Offer::RESOURCES,
    };
    match choose(offer, &clauses, &head.headers, query) {
        Some(negotiated) => negotiated.encoding,
        None => Encoding {
            format: Format::Json,
            pretty: true,
        },
    }
}

/// The format of the body of a request.
pub(crate) fn content_format(headers: &HeaderMap) -> Result<Format, Failure> {
    let Some(content_type) = headers.get(header::CONTENT_TYPE) else {
        return Ok(Format::Json);
    };
    let content_type = content_type.to_str().unwrap_or("?");
    let (media_type, parameters) = content_type.split_once(';').unwrap_or((content_type, ""));
    let media_type = media_type.trim().to_ascii_lowercase();
    let is_malformed = |parameter: &str| !parameter.trim().is_empty() && !parameter.contains('=');
    let format = match media_type.as_str() {
        "" if content_type.is_empty() => Some(Format::Json),
        _ if parameters.split(';').any(is_malformed) => None,
        known => Format::ALL
            .into_iter()
            .find(|format| format.media_type() == known),
    };
    format.ok_or_else(|| {
        let accepted = Format::ALL.map(Format::media_type);
        Failure::unsupported_media_type(&accepted.join(", "))
    })
}

fn choose(
    offer: &Offer,
    clauses: &[accept::Clause<'_>],
    headers: &HeaderMap,
    query: Query<'_>,
) -> Option<Negotiated> {
    clauses.iter().find_map(|clause| {
        offer.formats.iter().find_map(|format| {
            let form = form_of(clause)?;
            let has_stream = format.stream_type().is_some();
            let stream = clause.parameter("stream");
            let fits = clause.takes(format.media_type())
                && (stream.is_empty() || stream == "watch" && has_stream)
                // Peers are other API servers behind this one, of which there are none.
                && matches!(clause.parameter("profile"), "" | "nopeer")
                && offer.allows(*format, form);
            let pretty = clause.parameter("pretty") == "1";
            fits.then(|| Negotiated {
                encoding: encoding(*format, pretty, headers, query),
                form,
            })
        })
    })
}

/// The form that a clause asks for, if there is such a form of anything.
fn form_of(clause: &accept::Clause<'_>) -> Option<Representation> {
    if !["as", "g", "v"].iter().any(|name| clause.has(name)) {
        return Some(Representation::Object);
    }
    let version = match clause.parameter("v") {
        "v1" => "v1",
        "v1beta1" => "v1beta1",
        "v2" => "v2",
        "v2beta1" => "v2beta1",
        _ => return None,
    };
    match (clause.parameter("as"), clause.parameter("g"), version) {
        ("Table", META, "v1" | "v1beta1") => Some(Representation::Table(version)),
        ("PartialObjectMetadata", META, "v1" | "v1beta1") => {
            Some(Representation::Metadata(version))
        }
        ("PartialObjectMetadataList", META, "v1" | "v1beta1") => {
            Some(Representation::MetadataList(version))
        }
        ("APIGroupDiscoveryList", "apidiscovery.k8s.io", "v2" | "v2beta1") => {
            Some(Representation::Discovery(version))
        }
        _ => None,
    }
}

/// Whether JSON is for people: the client says so, or is a program that shows it to them.
fn encoding(format: Format, pretty: bool, headers: &HeaderMap, query: Query<'_>) -> Encoding {
    let said = query.text("pretty");
    let pretty = pretty
        || match &*said {
            "" => {
                let agent = headers.get(header::USER_AGENT);
                let agent = agent
                    .and_then(|agent| agent.to_str().ok())
                    .unwrap_or_default();
                PEOPLE.iter().any(|start| agent.starts_with(start))
            }
            said => matches!(said, "1" | "t" | "T" | "true" | "TRUE" | "True"),
        };
    Encoding { format, pretty }
}

pub(crate) const JSON: &str = Format::Json.media_type();
const YAML: &str = Format::Yaml.media_type();
const PROTOBUF: &str = Format::Protobuf.media_type();
const CBOR: &str = Format::Cbor.media_type();
const CBOR_SEQUENCE: &str = "application/cbor-seq";
const META: &str = "meta.k8s.io";

/// How those clients begin their name that show what they get to people.
const PEOPLE: [&str; 3] = ["curl", "Wget", "Mozilla/5.0"];

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn headers(accept: &'static str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT, HeaderValue::from_static(accept));
        headers
    }

    fn chosen(offer: &Offer, accept: &'static str) -> Result<(Format, Representation), String> {
        let negotiated = negotiate(offer, &headers(accept), Query::new(None));
        let negotiated = negotiated.map_err(|failure| failure.to_string())?;
        Ok((negotiated.encoding.format, negotiated.form))
    }

    #[test]
    fn the_best_liked_offer_wins() {
        use Format::{Cbor, Json, Protobuf, Yaml};
        use Representation::{Metadata, MetadataList, Object, Table};
        for (accept, expected) in [
            ("", (Json, Object)),
            ("*/*", (Json, Object)),
            ("application/json", (Json, Object)),
            ("application/yaml", (Yaml, Object)),
            ("application/cbor", (Cbor, Object)),
            ("application/*, application/yaml;q=0.5", (Json, Object)),
            ("*/*, application/yaml", (Yaml, Object)),
            (
                "application/vnd.kubernetes.protobuf, application/json",
                (Protobuf, Object),
            ),
            (
                "application/vnd.kubernetes.protobuf;stream=watch",
                (Protobuf, Object),
            ),
            ("application/json;q=0.5, application/yaml", (Yaml, Object)),
            (
                "application/vnd.kubernetes.protobuf;as=Table;v=v1;g=meta.k8s.io,application/json;as=Table;v=v1;g=meta.k8s.io,application/json",
                (Json, Table("v1")),
            ),
            (
                "application/yaml;as=Table;v=v1beta1;g=meta.k8s.io",
                (Yaml, Table("v1beta1")),
            ),
            (
                "application/vnd.kubernetes.protobuf;as=PartialObjectMetadata;g=meta.k8s.io;v=v1,application/json",
                (Protobuf, Metadata("v1")),
            ),
            (
                "application/cbor;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1",
                (Cbor, MetadataList("v1")),
            ),
            (
                "application/json;as=Table;v=v9;g=meta.k8s.io,application/json",
                (Json, Object),
            ),
            (
                "application/json;as=APIGroupDiscoveryList;v=v2;g=apidiscovery.k8s.io,*/*",
                (Json, Object),
            ),
        ] {
            assert_eq!(chosen(&Offer::OBJECT, accept), Ok(expected), "{accept}");
        }
    }

    // The messages are those of kube-apiserver 1.36.3 with the gate CBORServingAndStorage.
    #[test]
    fn what_is_not_offered_is_not_acceptable() {
        const PLAIN: &str = "only the following media types are accepted: application/json, \
            application/yaml, application/vnd.kubernetes.protobuf, application/cbor \
            (NotAcceptable, 406)";
        const ROUTE: &str = "406: Not Acceptable\n\nAvailable representations: application/json, \
            application/yaml, application/vnd.kubernetes.protobuf, application/cbor";
        for accept in [
            "application/cbor;as=Table;v=v1;g=meta.k8s.io",
            "application/vnd.kubernetes.protobuf;as=Table;v=v1;g=meta.k8s.io",
            "application/json;stream=foo",
            "application/yaml;stream=watch",
            "application/json;v=v1",
        ] {
            assert_eq!(
                chosen(&Offer::OBJECT, accept),
                Err(PLAIN.to_owned()),
                "{accept}"
            );
        }
        assert_eq!(
            chosen(&Offer::OBJECTS, "application/cbor-seq"),
            Err(PLAIN.to_owned())
        );
        for accept in ["text/html", "application/*", ",,", "application/cbor-seq"] {
            let message = chosen(&Offer::OBJECT, accept).unwrap_err();
            assert_eq!(message, format!("{ROUTE} (NotAcceptable, 406)"), "{accept}");
        }
        assert_eq!(
            chosen(&Offer::OBJECTS, "text/html").unwrap_err(),
            format!(
                "{ROUTE}, application/json;stream=watch, \
                 application/vnd.kubernetes.protobuf;stream=watch, application/cbor-seq \
                 (NotAcceptable, 406)"
            )
        );
        assert_eq!(
            chosen(&Offer::GROUPS, "application/cbor").unwrap_err(),
            "only the following media types are accepted: application/json, application/yaml, \
             application/vnd.kubernetes.protobuf (NotAcceptable, 406)"
        );
    }

    #[test]
    fn json_is_indented_for_people() {
        let pretty = |agent: &'static str, query: &'static str, accept: &'static str| {
            let mut headers = headers(accept);
            headers.insert(header::USER_AGENT, HeaderValue::from_static(agent));
            let negotiated = negotiate(&Offer::OBJECT, &headers, Query::new(Some(query)));
            negotiated.unwrap().encoding.pretty
        };
        assert!(pretty("curl/8.0", "", "*/*"));
        assert!(pretty("Mozilla/5.0 (X11)", "", ""));
        assert!(!pretty("kubectl/v1.36", "", "application/json"));
        assert!(!pretty("curl/8.0", "pretty=false", "*/*"));
        assert!(!pretty("curl/8.0", "pretty=x", "*/*"));
        assert!(pretty("kubectl", "pretty=true", "application/json"));
        assert!(pretty("kubectl", "", "application/json;pretty=1"));
    }

    #[test]
    fn bodies_are_in_one_of_four_formats() {
        let format = |content_type: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
            content_format(&headers).map_err(|failure| failure.code().as_u16())
        };
        assert_eq!(content_format(&HeaderMap::new()).ok(), Some(Format::Json));
        assert_eq!(format(""), Ok(Format::Json));
        assert_eq!(format("APPLICATION/JSON; charset=utf-8"), Ok(Format::Json));
        assert_eq!(format("application/json;stream=watch"), Ok(Format::Json));
        assert_eq!(format("application/yaml"), Ok(Format::Yaml));
        assert_eq!(
            format("application/vnd.kubernetes.protobuf"),
            Ok(Format::Protobuf)
        );
        assert_eq!(format("application/cbor"), Ok(Format::Cbor));
        assert_eq!(format("application/json;charset"), Err(415));
        assert_eq!(format("text/plain"), Err(415));
        assert_eq!(format("application/*"), Err(415));
    }
}
