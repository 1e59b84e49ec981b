//! Tokens of OpenID Connect, renewed with a refresh token: the auth provider `oidc`.
//!
//! Invariant: a refresh token is used by one request at a time, since the issuer may take it back when it
//! hands out the next one.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE, URL_SAFE_NO_PAD};
use http::header::{AUTHORIZATION, CONTENT_TYPE, HeaderValue};
use http::{Request, Response, StatusCode};
use pintle_codec::{Value, json};
use pintle_config::{AuthProvider, Config, Pem, Persister, Secret};
use pintle_env::{Time, Timestamp};

use super::exec::escaped;
use super::flight::{Flight, Work};
use super::{bearer, sensitive};
use crate::body::Body;
use crate::error::{BoxError, Error, ErrorKind};
use crate::time;
use crate::transport::Transport;

/// The providers of a [`Shared`](pintle_config::Shared), and the tokens that they have renewed.
#[derive(Default)]
pub(crate) struct Providers(Mutex<Vec<Arc<Provider>>>);

impl Providers {
    /// The tokens of an issuer for a client and a cluster.
    pub(crate) fn get(
        &self,
        provider: &AuthProvider,
        config: &Config,
    ) -> Result<Arc<Provider>, Error> {
        let identity = Identity {
            cluster: config.server.to_string(),
            issuer: required(provider, ISSUER)?,
            client: required(provider, CLIENT_ID)?,
        };
        // A list is whole at any time, whoever panicked.
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(same) = known.iter().find(|known| known.identity == identity) {
            return Ok(Arc::clone(same));
        }
        let base = base_config(provider, config)?;
        let made = Arc::new_cyclic(|weak| Provider {
            identity,
            base,
            time: time::of(&config.time),
            persister: provider.persister.clone(),
            state: Mutex::new(State {
                settings: provider.config.clone(),
            }),
            flight: Flight::new(),
            itself: weak.clone(),
        });
        known.push(Arc::clone(&made));
        Ok(made)
    }
}

/// What makes two configurations those of one provider, as client-go has it.
#[derive(PartialEq)]
struct Identity {
    cluster: String,
    issuer: String,
    client: String,
}

/// The tokens of one issuer for one client.
pub(crate) struct Provider {
    identity: Identity,
    /// How the issuer is spoken to; its server is another one.
    base: Config,
    time: Arc<dyn Time>,
    persister: Option<Persister>,
    state: Mutex<State>,
    flight: Flight<Result<HeaderValue, Error>>,
    itself: Weak<Self>,
}

struct State {
    settings: BTreeMap<String, String>,
}

impl Provider {
    /// What the header says: an id token that is valid for a while yet.
    pub(crate) async fn current(&self) -> Result<HeaderValue, Error> {
        if let Some(token) = self.valid_token()? {
            return bearer(&token);
        }
        let itself = self.itself.upgrade();
        let itself = itself.expect("whoever asks keeps it alive");
        let renewal = || -> Work<_> { Box::pin(async move { itself.renew().await }) };
        self.flight.join(renewal).await
    }

    fn valid_token(&self) -> Result<Option<Secret>, Error> {
        let token = self.setting(ID_TOKEN);
        let Some(token) = token else {
            return Ok(None);
        };
        let expires = expiry(&token).ok_or_else(|| {
            failed("the id-token of the oidc provider is not a JWT with an expiry")
        })?;
        let valid = self.time.timestamp() + EARLY < expires;
        Ok(valid.then(|| Secret::new(token)))
    }

    async fn renew(&self) -> Result<HeaderValue, Error> {
        // Whoever was here before may have done it.
        if let Some(token) = self.valid_token()? {
            return bearer(&token);
        }
        let refresh = self.setting(REFRESH_TOKEN).ok_or_else(|| {
            failed("the id-token of the oidc provider has expired, and there is no refresh-token")
        })?;
        let endpoint = self.token_endpoint().await?;
        let answer = self.ask_for_token(&endpoint, &refresh).await?;
        let text = |name: &str| {
            let text = answer.get(name).and_then(Value::as_str);
            text.filter(|text| !text.is_empty())
        };
        let Some(token) = text("id_token") else {
            return Err(failed(
                "the issuer's answer has no id_token: either the scope openid was not asked for at the login, or it hands out none when it renews",
            ));
        };
        let mut settings = self.lock().settings.clone();
        settings.insert(ID_TOKEN.to_owned(), token.to_owned());
        if let Some(refresh) = text("refresh_token") {
            settings.insert(REFRESH_TOKEN.to_owned(), refresh.to_owned());
        }
        self.lock().settings.clone_from(&settings);
        if let Some(persister) = &self.persister
            && let Err(error) = persister.store(&settings)
        {
            // The new tokens are as good as any, here; the old ones may be worth nothing any more.
            tracing::error!(%error, "renewed tokens could not be written back, so that the next program may have to log in");
        }
        bearer(&Secret::new(token))
    }

    /// Where tokens are renewed, as the issuer says.
    async fn token_endpoint(&self) -> Result<String, Error> {
        let issuer = self.identity.issuer.trim_end_matches('/');
        let url = format!("{issuer}/.well-known/openid-configuration");
        let request = Request::get("/").body(Body::empty());
        let response = self.send(&url, request).await?;
        if response.status() != StatusCode::OK {
            let status = response.status();
            return Err(failed(format!("the issuer answers {status} at {url}")));
        }
        let document = read(response).await?;
        let endpoint = document.get("token_endpoint").and_then(Value::as_str);
        let endpoint = endpoint.filter(|endpoint| !endpoint.is_empty());
        endpoint
            .map(str::to_owned)
            .ok_or_else(|| failed(format!("{url} names no token_endpoint")))
    }

    /// Trades the refresh token for others. The client shows its secret in a header and, where that is
    /// refused, in the form: issuers differ.
    async fn ask_for_token(&self, endpoint: &str, refresh: &str) -> Result<Value, Error> {
        let form = format!(
            "grant_type=refresh_token&refresh_token={}",
            escaped(refresh)
        );
        let client = escaped(&self.identity.client);
        let secret = self.setting(CLIENT_SECRET);
        if let Some(secret) = &secret {
            let pair = STANDARD.encode(format!("{client}:{}", escaped(secret)));
            let header = sensitive(format!("Basic {pair}"))?;
            let request = Request::post("/")
                .header(AUTHORIZATION, header)
                .header(CONTENT_TYPE, FORM);
            let request = request.body(Body::from(form.clone()));
            let response = self.send(endpoint, request).await?;
            if response.status().is_success() {
                return read(response).await;
            }
            tracing::debug!(status = %response.status(), "the issuer may want the client's secret in the form");
        }
        let mut form = format!("{form}&client_id={client}");
        if let Some(secret) = &secret {
            form.push_str("&client_secret=");
            form.push_str(&escaped(secret));
        }
        let request = Request::post("/").header(CONTENT_TYPE, FORM);
        let response = self.send(endpoint, request.body(Body::from(form))).await?;
        let status = response.status();
        if status.is_success() {
            return read(response).await;
        }
        // RFC 6749 says what `error` can be; a description might repeat what was sent.
        let answer = read(response).await.unwrap_or_default();
        let code = answer.get("error").and_then(Value::as_str);
        let code = code.unwrap_or_default().chars();
        let code: String = code.filter(char::is_ascii_graphic).take(40).collect();
        Err(failed(format!(
            "the issuer does not renew the token: {status} {code}"
        )))
    }

    async fn send(
        &self,
        url: &str,
        request: Result<Request<Body>, http::Error>,
    ) -> Result<Response<Body>, Error> {
        let unusable = |error: BoxError| {
            let message = format!("the issuer's address {url:?} cannot be used");
            Error::with_source(ErrorKind::Credentials, message, error)
        };
        let target: http::Uri = url
            .parse()
            .map_err(|error: http::uri::InvalidUri| unusable(error.into()))?;
        let (Some(scheme), Some(authority)) = (target.scheme_str(), target.authority()) else {
            return Err(unusable("it is not a URL".into()));
        };
        let mut config = self.base.clone();
        config.server = format!("{scheme}://{authority}")
            .parse()
            .map_err(|error: pintle_config::Error| unusable(error.into()))?;
        let mut request = request.map_err(|error| unusable(error.into()))?;
        let path = target.path_and_query().map_or("/", |path| path.as_str());
        *request.uri_mut() = path
            .parse()
            .map_err(|error: http::uri::InvalidUri| unusable(error.into()))?;
        let transport = Transport::new(&config)?;
        transport.send(request).await.map_err(|error| {
            let message = "the issuer of the oidc provider cannot be reached";
            Error::with_source(ErrorKind::Credentials, message, error)
        })
    }

    fn setting(&self, name: &str) -> Option<String> {
        let state = self.lock();
        let value = state.settings.get(name).cloned();
        value.filter(|value| !value.is_empty())
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // The settings are whole at any time, whoever panicked.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The configuration by which the issuer is spoken to: with its own authority, and as nobody.
fn base_config(provider: &AuthProvider, config: &Config) -> Result<Config, Error> {
    let mut base =
        Config::new("localhost").map_err(|error| configuration("there is no localhost", error))?;
    let setting = |name: &str| provider.config.get(name).filter(|value| !value.is_empty());
    base.tls.certificate_authority = match (setting(AUTHORITY_DATA), setting(AUTHORITY)) {
        (Some(data), _) => {
            let pem = STANDARD.decode(data).map_err(|error| {
                configuration(
                    "idp-certificate-authority-data of the oidc provider is not base64",
                    error.to_string(),
                )
            })?;
            Some(Pem::from_bytes(pem))
        }
        (None, Some(file)) => Some(Pem::from_file(file).map_err(|error| {
            configuration(
                "idp-certificate-authority of the oidc provider cannot be read",
                error,
            )
        })?),
        (None, None) => None,
    };
    // A proxy that is chosen for the cluster is none for the issuer.
    if config.proxies.fixed().is_none() {
        base.proxies = config.proxies.clone();
    }
    base.time = config.time.clone();
    base.timeout = Some(PATIENCE);
    Ok(base.rate_limit(-1.0, 0))
}

fn required(provider: &AuthProvider, name: &str) -> Result<String, Error> {
    let value = provider.config.get(name).filter(|value| !value.is_empty());
    value.cloned().ok_or_else(|| {
        let message = format!("the oidc provider needs the setting {name}");
        Error::new(ErrorKind::Configuration, message)
    })
}

fn configuration(message: &str, error: impl Into<BoxError>) -> Error {
    Error::with_source(ErrorKind::Configuration, message, error)
}

fn failed(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::Credentials, message)
}

/// A document in JSON.
async fn read(mut response: Response<Body>) -> Result<Value, Error> {
    let body = response.body_mut().read_all(LONGEST).await?;
    // What cannot be read may hold a token, so that nothing is said of it.
    json::parse(&body).map_err(|_| failed("the issuer's answer is not JSON"))
}

/// When a token expires, as it says itself.
fn expiry(token: &str) -> Option<Timestamp> {
    let mut parts = token.split('.');
    let (_, payload, _) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() {
        return None;
    }
    let payload = URL_SAFE_NO_PAD
        .decode(payload)
        .or_else(|_| URL_SAFE.decode(payload));
    let claims = json::parse(&payload.ok()?).ok()?;
    let seconds = match claims.get("exp")? {
        Value::Int(seconds) => *seconds,
        Value::Float(seconds) => *seconds as i64,
        _ => return None,
    };
    Some(Timestamp::from_unix(seconds, 0))
}

/// How long before their end tokens are renewed: clocks differ.
const EARLY: Duration = Duration::from_secs(10);

/// How long the issuer may take to answer.
const PATIENCE: Duration = Duration::from_secs(30);

/// Bytes of an answer of the issuer's.
const LONGEST: usize = 1 << 20;

const FORM: &str = "application/x-www-form-urlencoded";

const ISSUER: &str = "idp-issuer-url";
const CLIENT_ID: &str = "client-id";
const CLIENT_SECRET: &str = "client-secret";
const AUTHORITY: &str = "idp-certificate-authority";
const AUTHORITY_DATA: &str = "idp-certificate-authority-data";
const ID_TOKEN: &str = "id-token";
const REFRESH_TOKEN: &str = "refresh-token";

#[cfg(test)]
mod tests {
    use super::*;

    // claims: rest.oidc.valid
    #[test]
    fn a_token_says_when_it_expires() {
        let token = |payload: &str| format!("e30.{}.c2ln", URL_SAFE_NO_PAD.encode(payload));
        let at = |seconds| Some(Timestamp::from_unix(seconds, 0));
        assert_eq!(expiry(&token(r#"{"exp":1767225600}"#)), at(1_767_225_600));
        assert_eq!(expiry(&token(r#"{"exp":1.7672256e9}"#)), at(1_767_225_600));
        for odd in [r#"{"exp":"soon"}"#, "{}", "[]", "{"] {
            assert_eq!(expiry(&token(odd)), None, "{odd}");
        }
        for odd in ["", "a.b", "a.b.c", "a.e30.c.d"] {
            assert_eq!(expiry(odd), None, "{odd}");
        }
    }
}
