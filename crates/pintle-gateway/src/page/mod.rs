//! The page: three files that the program brings, written by hand and served as they are.

use http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, HeaderValue, IF_NONE_MATCH,
};
use http::{HeaderMap, Response, StatusCode};
use ring::digest::{SHA256, digest};

use crate::body::Body;

/// A file of the page.
#[derive(Debug, PartialEq)]
pub(crate) struct Asset {
    path: &'static str,
    media_type: &'static str,
    content: &'static str,
}

static ASSETS: [Asset; 4] = [
    Asset {
        path: "/",
        media_type: "text/html; charset=utf-8",
        content: include_str!("page.html"),
    },
    Asset {
        path: "/page.css",
        media_type: "text/css; charset=utf-8",
        content: include_str!("page.css"),
    },
    Asset {
        path: "/page.js",
        media_type: "text/javascript; charset=utf-8",
        content: include_str!("page.js"),
    },
    Asset {
        path: "/favicon.svg",
        media_type: "image/svg+xml",
        content: include_str!("favicon.svg"),
    },
];

impl Asset {
    /// The file that is at a path.
    pub(crate) fn at(path: &str) -> Option<&'static Self> {
        ASSETS.iter().find(|asset| asset.path == path)
    }

    /// The file, unless the browser has it.
    pub(crate) fn answer(&self, request: &HeaderMap) -> Response<Body> {
        let tag = self.tag();
        let known = request
            .get(IF_NONE_MATCH)
            .is_some_and(|known| known == tag.as_str());
        let mut response = Response::new(match known {
            true => Body::Empty,
            false => Body::text(self.content),
        });
        if known {
            *response.status_mut() = StatusCode::NOT_MODIFIED;
        }
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(self.media_type));
        headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
        // It is asked for each time, so that a new version of the gateway is seen at once.
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
        let tag = HeaderValue::try_from(tag).expect("hexadecimal digits in quotes make a header");
        headers.insert(ETAG, tag);
        response
    }

    fn tag(&self) -> String {
        let digest = digest(&SHA256, self.content.as_bytes());
        let digits = digest
            .as_ref()
            .iter()
            .take(8)
            .map(|byte| format!("{byte:02x}"));
        format!("\"{}\"", digits.collect::<String>())
    }
}

/// Nothing but the page's own files runs or is loaded, and nobody frames it.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; \
     connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_browser_that_has_a_file_gets_no_other() {
        let asset = Asset::at("/page.js").unwrap();
        let first = asset.answer(&HeaderMap::new());
        assert_eq!(first.status(), 200);
        let mut headers = HeaderMap::new();
        headers.insert(IF_NONE_MATCH, first.headers()[ETAG].clone());
        let second = asset.answer(&headers);
        assert_eq!(second.status(), 304);
    }

    #[test]
    fn nothing_is_loaded_from_elsewhere() {
        for asset in &ASSETS {
            let elsewhere = asset.content.replace("http://www.w3.org/2000/svg", "");
            for sign in [
                "http://",
                "https://",
                "//cdn",
                "eval(",
                "innerHTML",
                "style=\"",
                "onclick=",
            ] {
                assert!(!elsewhere.contains(sign), "{} has {sign}", asset.path);
            }
        }
    }
}
