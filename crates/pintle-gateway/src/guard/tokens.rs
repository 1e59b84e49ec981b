//! Who a caller is: by the token that it shows.
//!
//! Invariant: no token is kept, only its digest; how long a comparison takes tells nothing of it.

use std::collections::HashMap;
use std::fmt;
use std::path::Path;

use http::header::AUTHORIZATION;
use http::request::Parts;
use ring::digest::{SHA256, digest};

use super::Caller;
use crate::error::{StartError, StartErrorKind};

/// Callers by the digests of their tokens.
pub(crate) struct Tokens(HashMap<Vec<u8>, Caller>);

impl Tokens {
    pub(crate) fn read(file: &Path) -> Result<Self, StartError> {
        let unusable = |problem: String| {
            let message = format!(
                "the file of tokens {} cannot be used: {problem}",
                file.display()
            );
            StartError::new(StartErrorKind::Credentials, message)
        };
        let text = std::fs::read_to_string(file)
            .map_err(|error| unusable("it cannot be read".to_owned()).caused_by(error))?;
        Self::parse(&text).map_err(unusable)
    }

    /// Reads `token,user,uid[,"group,group"]`, one a line. A problem names the line, not the token.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let mut callers = HashMap::new();
        for (index, line) in text.lines().enumerate() {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let number = index + 1;
            let caller = entry(line).ok_or_else(|| {
                format!("line {number} is not token,user,uid or token,user,uid,\"group,group\"")
            })?;
            let (token, caller) = caller;
            if callers.insert(digest_of(&token), caller).is_some() {
                return Err(format!("line {number} has a token that another line has"));
            }
        }
        match callers.is_empty() {
            true => Err("it has no token".to_owned()),
            false => Ok(Self(callers)),
        }
    }

    /// Whose token a request shows.
    pub(crate) fn caller(&self, head: &Parts) -> Option<&Caller> {
        let mut values = head.headers.get_all(AUTHORIZATION).iter();
        let value = values.next()?.to_str().ok()?;
        if values.next().is_some() {
            return None;
        }
        let (scheme, token) = value.split_once(' ')?;
        if !scheme.eq_ignore_ascii_case("bearer") {
            return None;
        }
        self.0.get(&digest_of(token.trim()))
    }
}

impl fmt::Debug for Tokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Tokens({})", self.0.len())
    }
}

fn entry(line: &str) -> Option<(String, Caller)> {
    let mut fields = line.splitn(4, ',').map(str::trim);
    let mut field = || fields.next().filter(|field| !field.is_empty());
    let (token, user, uid) = (field()?, field()?, field()?);
    let groups = field().unwrap_or_default().trim_matches('"').split(',');
    let groups = groups.map(str::trim).filter(|group| !group.is_empty());
    let caller = Caller::new(user, uid, &groups.collect::<Vec<_>>())?;
    Some((token.to_owned(), caller))
}

fn digest_of(token: &str) -> Vec<u8> {
    digest(&SHA256, token.as_bytes()).as_ref().to_vec()
}
