//! Impersonation: who asks acts as somebody else.

use std::sync::Arc;

use http::{HeaderMap, HeaderName};
use percent_encoding::percent_decode_str;

use super::{User, service_account};
use crate::{
    authz::{Attributes, Authorizer, authorize},
    quote::Quoted,
    status::Failure,
};

/// Whom a request is to be made as: `user`, or whoever the headers say if `user` may act as them.
/// The headers are taken out.
pub(crate) fn impersonate(
    user: Arc<User>,
    headers: &mut HeaderMap,
    authorizer: &dyn Authorizer,
) -> Result<Arc<User>, Failure> {
    let Some(mut wanted) = take_wanted(headers)? else {
        return Ok(user);
    };
    for (resource, subresource, group, namespace, name) in parts(&wanted) {
        let attributes = Attributes {
            verb: "impersonate",
            group,
            version: "v1",
            resource,
            subresource,
            namespace,
            name,
            path: "",
            is_resource: true,
        };
        authorize(authorizer, &user, &attributes)?;
    }
    if let (Some((namespace, name)), []) = (
        service_account::split_username(&wanted.name),
        &wanted.groups[..],
    ) {
        wanted.groups = service_account::service_account(namespace, name).groups;
    }
    Ok(Arc::new(wanted.classified()))
}

/// What has to be allowed: resource, subresource, group, namespace and name.
fn parts(wanted: &User) -> impl Iterator<Item = (&str, &str, &str, &str, &str)> {
    const GROUP: &str = "authentication.k8s.io";
    let named = match service_account::split_username(&wanted.name) {
        Some((namespace, name)) => ("serviceaccounts", "", "", namespace, name),
        None => ("users", "", "", "", wanted.name.as_str()),
    };
    let groups = wanted
        .groups
        .iter()
        .map(|name| ("groups", "", "", "", name.as_str()));
    let extras = wanted.extra.iter().flat_map(|(key, values)| {
        let one = |value| ("userextras", key.as_str(), GROUP, "", value);
        values.iter().map(String::as_str).map(one)
    });
    let uid = Some(wanted.uid.as_str()).filter(|uid| !uid.is_empty());
    let uid = uid.map(|uid| ("uids", "", GROUP, "", uid));
    [named].into_iter().chain(groups).chain(extras).chain(uid)
}

/// The user that the headers name, if they do.
fn take_wanted(headers: &mut HeaderMap) -> Result<Option<User>, Failure> {
    let names = headers
        .keys()
        .filter(|name| name.as_str().starts_with(PREFIX));
    let names: Vec<HeaderName> = names.cloned().collect();
    let (mut wanted, mut has_more) = (User::default(), false);
    for name in &names {
        let values = headers.get_all(name).iter();
        let values = values.map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned());
        let mut values = values.collect::<Vec<_>>().into_iter();
        match &name.as_str()[PREFIX.len()..] {
            "user" => wanted.name = values.next().unwrap_or_default(),
            "uid" => {
                wanted.uid = values.next().unwrap_or_default();
                has_more |= !wanted.uid.is_empty();
            }
            "group" => {
                wanted.groups = values.collect();
                has_more = true;
            }
            other => {
                let Some(key) = other.strip_prefix("extra-") else {
                    continue;
                };
                has_more = true;
                let key = match percent_decode_str(key).decode_utf8() {
                    Ok(decoded) => decoded.into_owned(),
                    Err(_) => key.to_owned(),
                };
                wanted.extra.entry(key).or_default().extend(values);
            }
        }
    }
    if wanted.name.is_empty() {
        return match has_more {
            true => Err(nameless(&wanted)),
            false => Ok(None),
        };
    }
    for name in names {
        headers.remove(name);
    }
    Ok(Some(wanted))
}

/// The rest of a user is there and its name is not: said as Go shows the user.
fn nameless(wanted: &User) -> Failure {
    let list = |texts: &[String]| {
        let texts: Vec<_> = texts.iter().map(|text| Quoted(text).to_string()).collect();
        format!("{{{}}}", texts.join(", "))
    };
    let groups = match &wanted.groups[..] {
        [] => "(nil)".to_owned(),
        groups => list(groups),
    };
    let extras = wanted.extra.iter().map(|(key, values)| {
        let (key, values) = (Quoted(key), list(values));
        format!("{key}:[]string{values}")
    });
    let extra = match extras.collect::<Vec<_>>().join(", ") {
        none if none.is_empty() => "(nil)".to_owned(),
        extra => format!("{{{extra}}}"),
    };
    let uid = Quoted(&wanted.uid);
    Failure::bad_request(format!(
        "requested &user.DefaultInfo{{Name:\"\", UID:{uid}, Groups:[]string{groups}, \
         Extra:map[string][]string{extra}}} without impersonating a user name"
    ))
}

const PREFIX: &str = "impersonate-";

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;
    use crate::authz::{AllowAll, Decision};

    fn headers(lines: &[(&str, &str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in lines {
            let name = HeaderName::try_from(*name).unwrap();
            headers.append(name, HeaderValue::try_from(*value).unwrap());
        }
        headers
    }

    fn impersonated(lines: &[(&str, &str)]) -> Result<User, String> {
        let mut headers = headers(lines);
        let user = Arc::new(User::new("admin").group(User::MASTERS));
        let outcome = impersonate(user, &mut headers, &AllowAll);
        let user = outcome.map_err(|failure| failure.to_string())?;
        assert!(headers.is_empty(), "{headers:?}");
        Ok(User::clone(&user))
    }

    // Users and messages are what kube-apiserver 1.36.3 answered.
    #[test]
    fn headers_name_whom_to_act_as() {
        let jane = || User::new("jane");
        assert_eq!(
            impersonated(&[]).unwrap(),
            User::new("admin").group(User::MASTERS)
        );
        assert_eq!(
            impersonated(&[("Impersonate-User", "jane")]).unwrap(),
            jane().group(User::AUTHENTICATED)
        );
        assert_eq!(
            impersonated(&[
                ("Impersonate-User", "jane"),
                ("Impersonate-Group", "a"),
                ("Impersonate-Group", "b"),
                ("Impersonate-Uid", "u1"),
                ("Impersonate-Extra-Scopes", "x"),
                ("Impersonate-Extra-Scopes", "y"),
                ("Impersonate-Extra-acme.com%2fproject", "z"),
            ])
            .unwrap(),
            jane()
                .uid("u1")
                .group("a")
                .group("b")
                .group(User::AUTHENTICATED)
                .extra("scopes", "x")
                .extra("scopes", "y")
                .extra("acme.com/project", "z")
        );
        let account = "system:serviceaccount:default:robot";
        assert_eq!(
            impersonated(&[("Impersonate-User", account)]).unwrap(),
            User::new(account)
                .group("system:serviceaccounts")
                .group("system:serviceaccounts:default")
                .group(User::AUTHENTICATED)
        );
        assert_eq!(
            impersonated(&[("Impersonate-User", account), ("Impersonate-Group", "a")]).unwrap(),
            User::new(account).group("a").group(User::AUTHENTICATED)
        );
        assert_eq!(
            impersonated(&[("Impersonate-User", "system:anonymous")]).unwrap(),
            User::new(User::ANONYMOUS).group(User::UNAUTHENTICATED)
        );
    }

    #[test]
    fn a_user_without_a_name_is_refused() {
        assert_eq!(
            impersonated(&[("Impersonate-Group", "a")]).unwrap_err(),
            "requested &user.DefaultInfo{Name:\"\", UID:\"\", Groups:[]string{\"a\"}, \
             Extra:map[string][]string(nil)} without impersonating a user name (BadRequest, 400)"
        );
        assert_eq!(
            impersonated(&[("Impersonate-Extra-K", "v"), ("Impersonate-Uid", "a")]).unwrap_err(),
            "requested &user.DefaultInfo{Name:\"\", UID:\"a\", Groups:[]string(nil), \
             Extra:map[string][]string{\"k\":[]string{\"v\"}}} without impersonating a user name \
             (BadRequest, 400)"
        );
    }

    #[test]
    fn every_part_of_the_user_has_to_be_allowed() {
        struct No(&'static str);
        impl Authorizer for No {
            fn authorize(&self, _: &User, attributes: &Attributes<'_>) -> Decision {
                match attributes.resource == self.0 {
                    true => Decision::Deny(String::new()),
                    false => Decision::Allow,
                }
            }
        }
        let lines = [
            ("Impersonate-User", "jane"),
            ("Impersonate-Group", "a"),
            ("Impersonate-Uid", "u1"),
            ("Impersonate-Extra-K", "v"),
        ];
        for resource in ["users", "groups", "uids", "userextras"] {
            let user = Arc::new(User::new("joe"));
            let outcome = impersonate(user, &mut headers(&lines), &No(resource));
            let message = outcome.unwrap_err().to_string();
            assert!(message.contains("cannot impersonate resource"), "{message}");
        }
    }
}
