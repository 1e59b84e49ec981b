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
mod jwt;
mod service_account;
mod subject;
mod user;

pub(crate) use authenticator::Authenticator;
pub(crate) use bearer::BearerTokens;
pub(crate) use certificate::ClientCertificates;
pub(crate) use impersonation::impersonate;
pub(crate) use service_account::{Bound, Named, ServiceAccountTokens, TokenSpec};
pub use user::User;
