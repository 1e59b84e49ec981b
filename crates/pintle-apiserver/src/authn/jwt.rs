//! JSON Web Tokens in their compact form, signed with ES256.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD as BASE64URL};
use pintle_codec::{Object, Value, json};
use pintle_pki::TokenKeyPair;
use ring::digest;

/// A key that signs tokens.
#[derive(Debug)]
pub(super) struct SigningKey {
    key: TokenKeyPair,
    /// Where it is found in the set of keys: the digest of the public key.
    id: String,
}

/// A token that was taken apart, and not yet believed.
pub(super) struct Token<'a> {
    header: Object,
    /// What it claims.
    pub(super) claims: Object,
    signed: &'a str,
    signature: Vec<u8>,
}

/// Why a signature is not believed, in the words of the real server's library.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Forged {
    /// It is no signature of this kind.
    Malformed,
    /// No key has this name.
    UnknownKey,
    /// It is of another key, or for another token.
    Mismatch,
}

impl SigningKey {
    /// A key, named for itself.
    pub(super) fn new(key: TokenKeyPair) -> Self {
        let id = digest::digest(&digest::SHA256, &key.public_key_der());
        Self {
            id: BASE64URL.encode(id),
            key,
        }
    }

    /// A token with these claims.
    pub(super) fn sign(&self, claims: Object) -> Result<String, pintle_pki::Error> {
        let header = Object::from([
            ("alg", Value::from(ALGORITHM)),
            ("kid", Value::from(&*self.id)),
        ]);
        let mut token = encode(header);
        token.push('.');
        token.push_str(&encode(claims));
        let signature = self.key.sign(token.as_bytes())?;
        token.push('.');
        token.push_str(&BASE64URL.encode(signature));
        Ok(token)
    }

    /// Whether this key signed a token.
    pub(super) fn check(&self, token: &Token<'_>) -> Result<(), Forged> {
        let header = |field| token.header.get(field).and_then(Value::as_str);
        match header("kid") {
            None | Some("") => {}
            Some(id) if id == self.id => {}
            Some(_) => return Err(Forged::UnknownKey),
        }
        // What the token says of its algorithm decides nothing: there is one.
        if header("alg") != Some(ALGORITHM) {
            return Err(Forged::Malformed);
        }
        match self.key.verify(token.signed.as_bytes(), &token.signature) {
            true => Ok(()),
            false => Err(Forged::Mismatch),
        }
    }

    /// The set of keys with which others can check tokens: a JSON Web Key Set.
    pub(super) fn key_set(&self) -> Object {
        let (x, y) = self.key.coordinates();
        let key = Object::from([
            ("use", Value::from("sig")),
            ("kty", Value::from("EC")),
            ("kid", Value::from(&*self.id)),
            ("crv", Value::from("P-256")),
            ("alg", Value::from(ALGORITHM)),
            ("x", Value::from(BASE64URL.encode(x))),
            ("y", Value::from(BASE64URL.encode(y))),
        ]);
        Object::from([("keys", Value::Array(vec![key.into()]))])
    }
}

impl<'a> Token<'a> {
    /// Takes a token apart, if it is one.
    pub(super) fn parse(text: &'a str) -> Option<Self> {
        let (signed, signature) = text.rsplit_once('.')?;
        let (header, claims) = signed.split_once('.')?;
        Some(Self {
            header: decode(header)?,
            claims: decode(claims)?,
            signed,
            signature: BASE64URL.decode(signature).ok()?,
        })
    }
}

fn encode(object: Object) -> String {
    let mut text = Vec::new();
    json::write(&object.into(), &mut text);
    BASE64URL.encode(text)
}

fn decode(part: &str) -> Option<Object> {
    match json::parse(&BASE64URL.decode(part).ok()?) {
        Ok(Value::Object(object)) => Some(object),
        _ => None,
    }
}

/// The one algorithm of signatures.
pub(super) const ALGORITHM: &str = "ES256";

#[cfg(test)]
mod tests {
    use super::*;

    fn key() -> SigningKey {
        SigningKey::new(TokenKeyPair::generate().unwrap())
    }

    fn signed(key: &SigningKey) -> String {
        key.sign(Object::from([("sub", Value::from("jane"))]))
            .unwrap()
    }

    fn check(key: &SigningKey, token: &str) -> Option<Result<(), Forged>> {
        Some(key.check(&Token::parse(token)?))
    }

    #[test]
    fn a_token_is_believed_as_it_was_signed_and_not_otherwise() {
        let key = key();
        let token = signed(&key);
        assert_eq!(check(&key, &token), Some(Ok(())));
        let parts: Vec<_> = token.split('.').collect();
        let [header, claims, signature] = parts[..] else {
            panic!("{token}");
        };
        let other = BASE64URL.encode(r#"{"sub":"root"}"#);
        let unsigned = BASE64URL.encode(r#"{"alg":"none"}"#);
        let named = BASE64URL.encode(r#"{"alg":"ES256","kid":"x"}"#);
        let unnamed = BASE64URL.encode(r#"{"alg":"ES256"}"#);
        for (token, outcome) in [
            (
                format!("{header}.{other}.{signature}"),
                Some(Forged::Mismatch),
            ),
            (format!("{header}.{claims}."), Some(Forged::Mismatch)),
            (format!("{unsigned}.{claims}."), Some(Forged::Malformed)),
            (
                format!("{unsigned}.{claims}.{signature}"),
                Some(Forged::Malformed),
            ),
            (
                format!("{named}.{claims}.{signature}"),
                Some(Forged::UnknownKey),
            ),
            (
                format!("{unnamed}.{claims}.{signature}"),
                Some(Forged::Mismatch),
            ),
            (format!("{header}.{claims}"), None),
            (format!("{header}.{claims}.{signature}.x"), None),
            (format!("{header}.{claims}.!"), None),
            ("abc".to_owned(), None),
        ] {
            let checked = check(&key, &token);
            assert_eq!(checked.map(Result::unwrap_err), outcome, "{token}");
        }
    }

    #[test]
    fn another_servers_token_is_of_an_unknown_key() {
        assert_eq!(
            check(&key(), &signed(&key())),
            Some(Err(Forged::UnknownKey))
        );
    }

    #[test]
    fn the_key_set_has_the_key_that_tokens_name() {
        let key = key();
        let set = key.key_set();
        let published = &set.get("keys").and_then(Value::as_array).unwrap()[0];
        let token = signed(&key);
        let token = Token::parse(&token).unwrap();
        assert_eq!(published.get("kid"), token.header.get("kid"));
        let coordinate = |name| published.get(name).and_then(Value::as_str).unwrap().len();
        assert_eq!((coordinate("x"), coordinate("y")), (43, 43));
    }
}
