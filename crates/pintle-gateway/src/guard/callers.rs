//! [`Callers`], who is let in.

use http::request::Parts;
use pintle_pki::ClientSubject;

use super::{Caller, Tokens};

/// How callers show who they are.
#[derive(Debug)]
pub(crate) struct Callers {
    tokens: Option<Tokens>,
    by_certificate: bool,
}

/// Who has sent a request.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Sender {
    /// Whoever gets here acts with the gateway's rights: nobody is asked who it is.
    Anybody,
    Known(Caller),
    /// It would have to say who it is, and has not.
    Unknown,
}

impl Callers {
    pub(crate) fn new(tokens: Option<Tokens>, by_certificate: bool) -> Self {
        Self {
            tokens,
            by_certificate,
        }
    }

    /// Who has sent a request over a connection of somebody's. A certificate counts before a token,
    /// as at the API server.
    pub(crate) fn sender(&self, head: &Parts, certified: Option<&Caller>) -> Sender {
        if self.tokens.is_none() && !self.by_certificate {
            return Sender::Anybody;
        }
        let bearer = || self.tokens.as_ref().and_then(|tokens| tokens.caller(head));
        let caller = certified.or_else(bearer);
        caller.map_or(Sender::Unknown, |caller| Sender::Known(caller.clone()))
    }
}

/// Whom a certificate, which is one of those that are taken, is for.
pub(crate) fn certified(certificate: &[u8]) -> Option<Caller> {
    let subject = ClientSubject::read(certificate)?;
    let groups: Vec<&str> = subject.groups.iter().map(String::as_str).collect();
    Caller::new(&subject.name, &subject.uid, &groups)
}

impl Sender {
    pub(crate) fn caller(&self) -> Option<&Caller> {
        match self {
            Self::Known(caller) => Some(caller),
            Self::Anybody | Self::Unknown => None,
        }
    }
}
