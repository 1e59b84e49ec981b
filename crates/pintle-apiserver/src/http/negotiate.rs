//! Which representation a client gets, and in which it may send.

use http::{HeaderMap, header};

use crate::status::Failure;

/// The representation of objects in a response. All of them are JSON.
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

/// Chooses the representation that a client likes best among those that `offers` accepts.
pub(crate) fn negotiate(
    headers: &HeaderMap,
    offers: fn(Representation) -> bool,
) -> Result<Representation, Failure> {
    let Some(accept) = headers.get(header::ACCEPT) else {
        return Ok(Representation::Object);
    };
    // What is no text matches nothing.
    let accept = accept.to_str().unwrap_or_default();
    if accept.is_empty() {
        return Ok(Representation::Object);
    }
    let mut clauses: Vec<_> = accept.split(',').filter_map(clause).collect();
    clauses.sort_by(|(a, _), (b, _)| b.total_cmp(a));
    let mut offered = clauses.into_iter().map(|(_, asked)| asked);
    offered
        .find(|asked| offers(*asked))
        .ok_or_else(|| Failure::not_acceptable(JSON))
}

/// The body is in a format that the server reads.
pub(crate) fn check_content_type(headers: &HeaderMap) -> Result<(), Failure> {
    let Some(content_type) = headers.get(header::CONTENT_TYPE) else {
        return Ok(());
    };
    let content_type = content_type.to_str().unwrap_or_default();
    let media_type = content_type.split(';').next().unwrap_or_default().trim();
    if media_type.is_empty() || media_type.eq_ignore_ascii_case(JSON) {
        Ok(())
    } else {
        Err(Failure::unsupported_media_type(JSON))
    }
}

/// What a clause of an `Accept` header asks for, if it is one of the representations, and how much.
fn clause(text: &str) -> Option<(f64, Representation)> {
    let mut parts = text.split(';').map(str::trim);
    let media_type = parts.next()?.to_ascii_lowercase();
    if !matches!(media_type.as_str(), JSON | "application/*" | "*/*") {
        return None;
    }
    let (mut quality, mut kind, mut group, mut version) = (1.0, "", "", "");
    for parameter in parts {
        let (key, value) = parameter.split_once('=').unwrap_or((parameter, ""));
        match key.trim() {
            "q" => quality = value.trim().parse().unwrap_or(1.0),
            "as" => kind = value,
            "g" => group = value,
            "v" => version = value,
            "stream" if value != "watch" && !value.is_empty() => return None,
            // Peers are other API servers behind this one, of which there are none.
            "profile" if !matches!(value, "" | "nopeer") => return None,
            _ => {}
        }
    }
    let version = match version {
        "v1" => "v1",
        "v1beta1" => "v1beta1",
        "v2" => "v2",
        "v2beta1" => "v2beta1",
        _ => "",
    };
    let representation = match (kind, group, version) {
        ("", "", _) => Representation::Object,
        ("Table", META, "v1" | "v1beta1") => Representation::Table(version),
        ("PartialObjectMetadata", META, "v1" | "v1beta1") => Representation::Metadata(version),
        ("PartialObjectMetadataList", META, "v1" | "v1beta1") => {
            Representation::MetadataList(version)
        }
        ("APIGroupDiscoveryList", "apidiscovery.k8s.io", "v2" | "v2beta1") => {
            Representation::Discovery(version)
        }
        _ => return None,
    };
    Some((quality, representation))
}

pub(crate) const JSON: &str = "application/json";
const META: &str = "meta.k8s.io";

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn chosen(accept: &'static str) -> Result<Representation, Failure> {
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT, HeaderValue::from_static(accept));
        negotiate(&headers, |asked| {
            !matches!(asked, Representation::Discovery(_))
        })
    }

    #[test]
    fn the_best_liked_offer_wins() {
        use Representation::{Metadata, Object, Table};
        for (accept, representation) in [
            ("", Object),
            ("*/*", Object),
            ("application/json", Object),
            (
                "application/vnd.kubernetes.protobuf, application/json",
                Object,
            ),
            (
                "application/json;as=Table;v=v1;g=meta.k8s.io,application/json",
                Table("v1"),
            ),
            (
                "application/json;q=0.5, application/json;as=Table;v=v1beta1;g=meta.k8s.io",
                Table("v1beta1"),
            ),
            (
                "application/vnd.kubernetes.protobuf;as=PartialObjectMetadata;g=meta.k8s.io;v=v1,application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1,application/json",
                Metadata("v1"),
            ),
            (
                "application/json;as=Table;v=v9;g=meta.k8s.io,application/json",
                Object,
            ),
            (
                "application/json;as=APIGroupDiscoveryList;v=v2;g=apidiscovery.k8s.io,*/*",
                Object,
            ),
        ] {
            assert_eq!(chosen(accept).unwrap(), representation, "{accept}");
        }
        for accept in ["application/vnd.kubernetes.protobuf", "text/plain", ",,"] {
            assert_eq!(chosen(accept).unwrap_err().code(), 406, "{accept}");
        }
    }

    #[test]
    fn bodies_are_json() {
        let check = |content_type: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
            check_content_type(&headers).map_err(|failure| failure.code().as_u16())
        };
        assert_eq!(check_content_type(&HeaderMap::new()).ok(), Some(()));
        assert_eq!(check("application/json; charset=utf-8"), Ok(()));
        assert_eq!(check("text/plain"), Err(415));
        assert_eq!(check("application/vnd.kubernetes.protobuf"), Err(415));
    }
}
