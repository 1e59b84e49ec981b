//! Who makes a request.
//!
//! A client shows a certificate of the server's own authority. Its common name is the user, its
//! organisations are the groups. A client without one, or with another's, is nobody; that is found
//! out after the handshake, so that the client is told so by a 401 and not by a broken connection.

mod certificate;
mod subject;

pub(crate) use certificate::ClientCertificates;

/// A client that was authenticated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct User {
    /// Its name.
    pub(crate) name: String,
    /// The groups that it is in.
    pub(crate) groups: Vec<String>,
}
