//! From which site a request comes, where a browser says so.

use http::header::{HeaderName, HeaderValue, ORIGIN};
use http::request::Parts;
use http::{HeaderMap, Method};

use super::Refusal;

/// The sites whose pages may send requests.
#[derive(Debug)]
pub(super) struct Sites {
    others: Vec<String>,
    scheme: &'static str,
}

impl Sites {
    pub(super) fn new(others: Vec<String>, is_https: bool) -> Self {
        let others = others.into_iter();
        Self {
            others: others
                .map(|origin| origin.trim_end_matches('/').to_lowercase())
                .collect(),
            scheme: if is_https { "https" } else { "http" },
        }
    }

    /// Lets a request pass that comes from no page, from one of the gateway's own, or from one of a
    /// site that is allowed.
    pub(super) fn check(&self, head: &Parts, host: &str) -> Result<(), Refusal> {
        let mut origins = head.headers.get_all(ORIGIN).iter();
        if let Some(origin) = origins.next() {
            if origins.next().is_some() {
                return Err(Refusal::bad_request("the request has two origins"));
            }
            let origin = origin.to_str().unwrap_or_default().to_lowercase();
            let own = format!("{}://{}", self.scheme, host.to_lowercase());
            return match origin == own || self.others.contains(&origin) {
                true => Ok(()),
                false => Err(FOREIGN),
            };
        }
        // Browsers send no origin with what a page merely refers to, but say where it comes from.
        let text = |name: HeaderName| head.headers.get(name).and_then(|value| value.to_str().ok());
        match text(FETCH_SITE) {
            None | Some("same-origin" | "none") => Ok(()),
            Some(_) if is_visit(head, text(FETCH_MODE)) => Ok(()),
            Some(_) => Err(FOREIGN),
        }
    }

    /// Whether pages of other sites may read answers.
    pub(super) fn are_several(&self) -> bool {
        !self.others.is_empty()
    }

    /// The other site that a request comes from, if it is one that is allowed: its pages may read the answer.
    pub(super) fn other(&self, headers: &HeaderMap) -> Option<HeaderValue> {
        let origin = headers.get(ORIGIN)?;
        let text = origin.to_str().ok()?.to_lowercase();
        self.others.contains(&text).then(|| origin.clone())
    }
}

/// Whether a person follows a link to the page.
fn is_visit(head: &Parts, mode: Option<&str>) -> bool {
    head.method == Method::GET && head.uri.path() == "/" && mode == Some("navigate")
}

const FOREIGN: Refusal = Refusal {
    status: http::StatusCode::FORBIDDEN,
    message: "the request comes from a page of another site; allow it with --allow-origin",
};

const FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
const FETCH_MODE: HeaderName = HeaderName::from_static("sec-fetch-mode");
