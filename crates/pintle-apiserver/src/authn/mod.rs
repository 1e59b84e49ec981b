//! Who makes a request.
//!
//! A client shows a certificate of the server's own authority, whose common name is the user and whose
//! organisations are the groups; or a bearer token, one of those that the server was given or that of
//! a service account. A client without any, or with somebody else's, is nobody; that is found out
//! after the handshake, so that the client is told so by a 401 and not by a broken connection.

mod authenticator;
mod bearer;
mod certificate;
mod impersonation;
#[allow(dead_code, reason = "serviceaccounts/token is to sign with it")]
mod jwt;
#[allow(dead_code, reason = "serviceaccounts/token is to issue with it")]
mod service_account;
mod subject;
mod user;

pub(crate) use authenticator::Authenticator;
pub(crate) use bearer::BearerTokens;
pub(crate) use certificate::ClientCertificates;
pub(crate) use impersonation::impersonate;
#[allow(unused_imports, reason = "serviceaccounts/token is to use it")]
pub(crate) use service_account::{
    Bound, IssuedToken, Named, Reviewed, ServiceAccountTokens, TokenSpec,
};
pub use user::User;
