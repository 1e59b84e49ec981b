//! [`Authenticator`], which finds out who makes a request.

use std::sync::Arc;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use http::{HeaderMap, HeaderName, HeaderValue, header};

use super::{
    BearerTokens, User,
    service_account::{Reviewed, ServiceAccountTokens},
};
use crate::registry::Registry;

/// Finds out who makes a request.
pub(crate) struct Authenticator {
    bearers: BearerTokens,
    accounts: ServiceAccountTokens,
    registry: Arc<Registry>,
}

impl Authenticator {
    /// One that knows these tokens, and those of the service accounts of a registry.
    pub(crate) fn new(
        bearers: BearerTokens,
        accounts: ServiceAccountTokens,
        registry: Arc<Registry>,
    ) -> Self {
        Self {
            bearers,
            accounts,
            registry,
        }
    }

    /// The tokens of service accounts.
    pub(crate) fn accounts(&self) -> &ServiceAccountTokens {
        &self.accounts
    }

    /// Who makes a request with these headers: whoever its connection is of, or else whoever its
    /// token is of. Credentials are taken out of the headers, so that they are passed on to nobody.
    pub(crate) fn authenticate(
        &self,
        peer: Option<&Arc<User>>,
        headers: &mut HeaderMap,
    ) -> Option<Arc<User>> {
        let own = headers.remove(header::AUTHORIZATION);
        let subprotocol = take_subprotocol(headers);
        if let Some(peer) = peer {
            return Some(peer.clone());
        }
        let token = match (&own, subprotocol) {
            (Some(own), _) => bearer(own)?.to_owned(),
            (None, Some(token)) => token,
            (None, None) => return None,
        };
        let reviewed = self.review(&token, self.accounts.audiences()).ok()?;
        Some(Arc::new(reviewed.user))
    }

    /// Whom a token is of, if it is for one of these audiences; the error says why it is nobody's.
    pub(crate) fn review(&self, token: &str, audiences: &[String]) -> Result<Reviewed, String> {
        const INVALID: &str = "invalid bearer token";
        if let Some(user) = self.bearers.user(token) {
            // It says of nobody whom it is for: it is for this server.
            let own = self.accounts.audiences().iter();
            let meant: Vec<String> = own.filter(|own| audiences.contains(own)).cloned().collect();
            if meant.is_empty() {
                return Err(INVALID.to_owned());
            }
            return Ok(Reviewed {
                user: user.clone(),
                audiences: meant,
            });
        }
        match self.accounts.review(token, audiences, &self.registry) {
            Ok(Some(reviewed)) => Ok(reviewed),
            Ok(None) => Err(INVALID.to_owned()),
            Err(why) => Err(format!("[{INVALID}, {why}]")),
        }
    }
}

/// The token of an `Authorization` header.
fn bearer(value: &HeaderValue) -> Option<&str> {
    let mut words = value.to_str().ok()?.trim().split(' ');
    let is_bearer = words.next()?.eq_ignore_ascii_case("bearer");
    words.next().filter(|token| is_bearer && !token.is_empty())
}

/// The token that a browser, which can set no other header, puts beside the protocols of a WebSocket.
/// It is taken out if there is something else to choose from.
fn take_subprotocol(headers: &mut HeaderMap) -> Option<String> {
    const PREFIX: &str = "base64url.bearer.authorization.k8s.io.";
    let offered = headers.get_all(SUBPROTOCOLS).iter();
    let offered = offered.filter_map(|value| value.to_str().ok());
    let offered = offered.flat_map(|value| value.split(',').map(str::trim));
    let (tokens, others): (Vec<&str>, Vec<&str>) =
        offered.partition(|protocol| protocol.starts_with(PREFIX));
    let [token] = tokens[..] else {
        return None;
    };
    let token = URL_SAFE_NO_PAD.decode(&token[PREFIX.len()..]).ok()?;
    let token = String::from_utf8(token).ok()?;
    let others = HeaderValue::try_from(others.join(", ")).ok()?;
    if others.is_empty() {
        return None;
    }
    headers.insert(SUBPROTOCOLS, others);
    Some(token)
}

const SUBPROTOCOLS: HeaderName = header::SEC_WEBSOCKET_PROTOCOL;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bearer_token_is_the_second_word() {
        let token = |text: &'static str| {
            let value = HeaderValue::from_static(text);
            bearer(&value).map(str::to_owned)
        };
        assert_eq!(token("Bearer abc"), Some("abc".into()));
        assert_eq!(token(" bearer abc def "), Some("abc".into()));
        for other in ["", "abc", "Bearer", "Bearer  abc", "Basic YTpi"] {
            assert_eq!(token(other), None, "{other}");
        }
    }

    #[test]
    fn a_browsers_token_is_taken_out_of_its_protocols() {
        let taken = |protocols: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(SUBPROTOCOLS, HeaderValue::from_static(protocols));
            let token = take_subprotocol(&mut headers);
            (token, headers[SUBPROTOCOLS].to_str().unwrap().to_owned())
        };
        let with = "base64url.bearer.authorization.k8s.io.YWJj, v5.channel.k8s.io";
        assert_eq!(
            taken(with),
            (Some("abc".to_owned()), "v5.channel.k8s.io".to_owned())
        );
        for without in [
            "v5.channel.k8s.io, v4.channel.k8s.io",
            "base64url.bearer.authorization.k8s.io.YWJj",
            "base64url.bearer.authorization.k8s.io.!, v5.channel.k8s.io",
        ] {
            assert_eq!(taken(without), (None, without.to_owned()));
        }
    }
}
