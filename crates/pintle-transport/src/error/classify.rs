//! From the errors of sockets, rustls, h2 and hyper to one of ours.
//!
//! Invariant: the cause decides, wherever in the chain it is; what wraps it does not.

use std::error::Error as StdError;
use std::io;

use rustls::{AlertDescription, CertificateError};

use super::{BoxError, Error, ErrorKind};
use crate::dial::LookupFailed;
use crate::stream::Link;

/// A failure to open a TCP connection to `peer`.
pub(crate) fn of_connect(peer: &str, error: BoxError) -> Error {
    if find::<LookupFailed>(error.as_ref()).is_some() {
        return Error::with_source(
            ErrorKind::Dns,
            format!("the host of {peer} cannot be resolved"),
            error,
        );
    }
    match find::<io::Error>(error.as_ref()).map(io::Error::kind) {
        Some(io::ErrorKind::ConnectionRefused) => Error::with_source(
            ErrorKind::Refused,
            format!("{peer} refused the connection"),
            error,
        ),
        Some(io::ErrorKind::TimedOut) => Error::with_source(
            ErrorKind::ConnectTimeout,
            format!("{peer} did not answer the connection attempt in time"),
            error,
        ),
        _ => Error::with_source(
            ErrorKind::Unreachable,
            format!("{peer} cannot be reached"),
            error,
        ),
    }
}

/// A failure of the TLS handshake with `peer`.
pub(crate) fn of_handshake(peer: &str, error: io::Error) -> Error {
    match tls_cause(&error) {
        Some(cause) => of_tls(peer, cause.clone()),
        None => Error::with_source(
            ErrorKind::Tls,
            format!("the connection to {peer} ended during the TLS handshake"),
            error,
        ),
    }
}

/// A failure to send a request over `link`, or to receive the head of its response.
pub(crate) fn of_client(
    peer: &str,
    link: Option<&Link>,
    error: hyper_util::client::legacy::Error,
) -> Error {
    of_exchange(peer, link, error.into())
}

/// A failure in the midst of a response's body.
pub(crate) fn of_stream(peer: &str, link: Option<&Link>, error: hyper::Error) -> Error {
    of_exchange(peer, link, error.into())
}

/// Whether the server has said that it did not look at the request, and will not: to send it again is as
/// good as to send it for the first time.
///
/// HTTP/2 servers say so of streams that they refuse, and, when they leave a connection, of those after
/// the last one that they will answer. Only such streams fail with the server's GOAWAY as cause.
pub(crate) fn is_unprocessed(error: &Error) -> bool {
    find::<h2::Error>(error).is_some_and(|error| {
        let is_refused = error.is_reset() && error.reason() == Some(h2::Reason::REFUSED_STREAM);
        error.is_remote() && (is_refused || error.is_go_away())
    })
}

fn of_exchange(peer: &str, link: Option<&Link>, error: BoxError) -> Error {
    // Our own: a connection that did not come about, or a request body that failed.
    if let Some(ours) = find::<Error>(error.as_ref()) {
        return ours.clone();
    }
    // With TLS 1.3 the server's verdict on our certificate comes after the handshake, and HTTP/2
    // reports it without its type; the stream has noted it.
    if let Some(cause) = link.and_then(Link::tls_failure) {
        return of_tls(peer, cause.clone());
    }
    if let Some(cause) = tls_cause(error.as_ref()) {
        return of_tls(peer, cause.clone());
    }
    let hyper_error = find::<hyper::Error>(error.as_ref());
    if hyper_error.is_some_and(hyper::Error::is_timeout) {
        return Error::with_source(
            ErrorKind::Timeout,
            format!("{peer} stopped answering"),
            error,
        );
    }
    let broken = hyper_error.is_some_and(hyper::Error::is_parse)
        || find::<h2::Error>(error.as_ref()).is_some_and(breaks_protocol);
    if broken {
        return Error::with_source(
            ErrorKind::Protocol,
            format!("{peer} sent something that is not HTTP"),
            error,
        );
    }
    Error::with_source(
        ErrorKind::Closed,
        format!("the connection to {peer} ended before the response was complete"),
        error,
    )
}

fn of_tls(peer: &str, cause: rustls::Error) -> Error {
    use rustls::Error as Tls;

    let (kind, message) = match &cause {
        Tls::InvalidCertificate(fault) => {
            let (kind, fault) = of_certificate(fault);
            (kind, format!("the certificate of {peer} {fault}"))
        }
        Tls::AlertReceived(AlertDescription::CertificateRequired) => (
            ErrorKind::ClientCertificate,
            format!("{peer} requires a client certificate"),
        ),
        Tls::AlertReceived(
            AlertDescription::AccessDenied
            | AlertDescription::BadCertificate
            | AlertDescription::CertificateExpired
            | AlertDescription::CertificateRevoked
            | AlertDescription::CertificateUnknown
            // What some servers say of a signature that is not by the authority they know.
            | AlertDescription::DecryptError
            | AlertDescription::NoCertificate
            | AlertDescription::UnknownCA
            | AlertDescription::UnsupportedCertificate,
        ) => (
            ErrorKind::ClientCertificate,
            format!("{peer} refused the client certificate"),
        ),
        _ => (ErrorKind::Tls, format!("TLS with {peer} failed")),
    };
    Error::with_source(kind, message, cause)
}

fn of_certificate(fault: &CertificateError) -> (ErrorKind, &'static str) {
    match fault {
        // A bad signature is what an authority of the same name with another key looks like: that of
        // a cluster which was created anew.
        CertificateError::UnknownIssuer | CertificateError::BadSignature => (
            ErrorKind::UnknownIssuer,
            "is signed by an authority that is not trusted",
        ),
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
            (ErrorKind::CertificateExpired, "has expired")
        }
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            (ErrorKind::CertificateExpired, "is not valid yet")
        }
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            (ErrorKind::CertificateName, "is not for that name")
        }
        _ => (ErrorKind::Certificate, "is not acceptable"),
    }
}

/// Whether an HTTP/2 error is a breach of the protocol rather than the end of a connection or stream.
fn breaks_protocol(error: &h2::Error) -> bool {
    match error.reason() {
        None => false,
        Some(reason) => matches!(
            reason,
            h2::Reason::PROTOCOL_ERROR
                | h2::Reason::FLOW_CONTROL_ERROR
                | h2::Reason::FRAME_SIZE_ERROR
                | h2::Reason::COMPRESSION_ERROR
        ),
    }
}

fn tls_cause<'a>(error: &'a (dyn StdError + 'static)) -> Option<&'a rustls::Error> {
    find::<rustls::Error>(error)
}

/// The first error of type `E` in the chain. What an [`io::Error`] wraps counts as part of it.
pub(crate) fn find<'a, E: StdError + 'static>(
    error: &'a (dyn StdError + 'static),
) -> Option<&'a E> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(found) = error.downcast_ref::<E>() {
            return Some(found);
        }
        // `io::Error::source` is the source of what it wraps, and passes that over.
        next = match error
            .downcast_ref::<io::Error>()
            .and_then(io::Error::get_ref)
        {
            Some(wrapped) => Some(wrapped),
            None => error.source(),
        };
    }
    None
}
