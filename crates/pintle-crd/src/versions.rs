//! Several versions of one resource in one definition.

use std::cmp::Ordering;

use pintle_api::apiextensions::v1::{
    ConversionStrategyType, CustomResourceConversion, CustomResourceDefinition,
    CustomResourceDefinitionVersion, WebhookConversion,
};
use pintle_codec::{List, Str};

use crate::Error;
use crate::error::ErrorKind;

/// How the server turns an object of one version into one of another.
///
/// Exhaustive: Kubernetes has these two.
#[derive(Clone, Debug, Default)]
pub enum Conversion {
    /// The version that the object says it is changes, and nothing else; fields that the other
    /// version does not have are lost.
    #[default]
    None,
    /// A webhook of yours is asked.
    Webhook(WebhookConversion),
}

/// Makes one definition of those of several versions of a resource, the newest version first.
///
/// ```
/// # use pintle_crd::CustomResource;
/// # #[derive(Clone, serde::Deserialize, serde::Serialize, schemars::JsonSchema, CustomResource)]
/// # #[pintle(group = "example.com", version = "v1", crate = "pintle_crd")]
/// # struct WebsiteSpec { url: String }
/// # #[derive(Clone, serde::Deserialize, serde::Serialize, schemars::JsonSchema, CustomResource)]
/// # #[pintle(group = "example.com", version = "v1beta1", kind = "Website", storage = false)]
/// # #[pintle(struct_name = "OldWebsite", crate = "pintle_crd")]
/// # struct OldWebsiteSpec { url: String }
/// use pintle_crd::{Conversion, merge_versions};
///
/// let definition = merge_versions([OldWebsite::crd(), Website::crd()], Conversion::None)?;
/// assert_eq!(definition.spec.versions[0].name, "v1");
/// assert_eq!(definition.spec.versions[1].name, "v1beta1");
/// # Ok::<(), pintle_crd::Error>(())
/// ```
///
/// # Errors
/// When they are not definitions of one resource, or not exactly one version is stored, or none is
/// served, or a webhook is not described well enough to be called.
pub fn merge_versions(
    definitions: impl IntoIterator<Item = CustomResourceDefinition>,
    conversion: Conversion,
) -> Result<CustomResourceDefinition, Error> {
    let mut definitions = definitions.into_iter();
    let Some(mut merged) = definitions.next() else {
        return Err(wrong("there is no definition to merge"));
    };
    for definition in definitions {
        merge(&mut merged, definition)?;
    }
    let resource = merged.metadata.name.to_string();
    let versions = &mut merged.spec.versions;
    versions.sort_by(|one, other| compare(&one.name, &other.name));
    check_versions(versions).map_err(|error| error.of(resource.clone()))?;
    merged.spec.conversion = match conversion {
        Conversion::None => None,
        Conversion::Webhook(webhook) => {
            check_webhook(&webhook).map_err(|error| error.of(resource))?;
            Some(Box::new(CustomResourceConversion {
                strategy: ConversionStrategyType::WEBHOOK,
                webhook: Some(Box::new(webhook)),
            }))
        }
    };
    Ok(merged)
}

fn merge(
    merged: &mut CustomResourceDefinition,
    other: CustomResourceDefinition,
) -> Result<(), Error> {
    let (ours, theirs) = (&mut merged.spec, other.spec);
    for (what, one, another) in [
        ("groups", &*ours.group, &*theirs.group),
        ("kinds", &*ours.names.kind, &*theirs.names.kind),
        ("plurals", &*ours.names.plural, &*theirs.names.plural),
        ("singulars", &*ours.names.singular, &*theirs.names.singular),
        (
            "list kinds",
            &*ours.names.list_kind,
            &*theirs.names.list_kind,
        ),
        ("scopes", &*ours.scope, &*theirs.scope),
    ] {
        if one != another {
            return Err(wrong(format!(
                "versions of one resource differ in nothing but their fields, and these are of the \
                 {what} {one:?} and {another:?}"
            )));
        }
    }
    one_for_all(
        "short_names",
        &mut ours.names.short_names,
        theirs.names.short_names,
    )?;
    one_for_all(
        "categories",
        &mut ours.names.categories,
        theirs.names.categories,
    )?;
    ours.versions.extend(theirs.versions);
    for (key, value) in other.metadata.labels.iter() {
        merged.metadata.labels.insert(key, value.clone());
    }
    for (key, value) in other.metadata.annotations.iter() {
        merged.metadata.annotations.insert(key, value.clone());
    }
    Ok(())
}

/// What a version says for all; those that say nothing go along.
fn one_for_all(what: &str, ours: &mut List<Str>, theirs: List<Str>) -> Result<(), Error> {
    if ours.is_empty() {
        *ours = theirs;
    } else if !theirs.is_empty() && *ours != theirs {
        return Err(wrong(format!(
            "{what} are the resource's, not a version's, and two versions differ in them: say them \
             at one version, or alike at all"
        )));
    }
    Ok(())
}

fn check_versions(versions: &[CustomResourceDefinitionVersion]) -> Result<(), Error> {
    for pair in versions.windows(2) {
        if pair[0].name == pair[1].name {
            return Err(wrong(format!(
                "the version {} is there twice",
                pair[0].name
            )));
        }
    }
    let names = |stored: bool| -> Vec<&str> {
        let chosen = versions.iter().filter(|version| version.storage == stored);
        chosen.map(|version| version.name.as_str()).collect()
    };
    match names(true)[..] {
        [_] => {}
        [] => {
            return Err(wrong(format!(
                "none of the versions {} is stored, and one must be: leave out `storage = false` \
                 at that one",
                names(false).join(", ")
            )));
        }
        ref stored => {
            return Err(wrong(format!(
                "the versions {} are all said to be stored, and one can be: say `storage = false` \
                 at the others",
                stored.join(", ")
            )));
        }
    }
    if !versions.iter().any(|version| version.served) {
        return Err(wrong(
            "no version is served, so nobody could read the objects",
        ));
    }
    Ok(())
}

fn check_webhook(webhook: &WebhookConversion) -> Result<(), Error> {
    let client = webhook.client_config.as_deref();
    let addresses = client.map_or(0, |client| {
        usize::from(client.url.is_some()) + usize::from(client.service.is_some())
    });
    if addresses != 1 {
        return Err(wrong(
            "the webhook is to be called, so its `client_config` has either a `url` or a `service`",
        ));
    }
    if webhook.conversion_review_versions.is_empty() {
        return Err(wrong(
            "the webhook says nothing in `conversion_review_versions`: say \"v1\", and write that \
             version of ConversionReview",
        ));
    }
    Ok(())
}

fn wrong(detail: impl Into<std::borrow::Cow<'static, str>>) -> Error {
    Error::new(ErrorKind::InvalidVersions, detail)
}

/// Kubernetes' order of versions: stable ones before beta ones before alpha ones, newer before
/// older, then whatever has another form, by name.
fn compare(one: &str, other: &str) -> Ordering {
    match (Rank::of(one), Rank::of(other)) {
        (Some(one), Some(other)) => other.cmp(&one),
        (Some(_), None) => Ordering::Less,
        (None, Some(_)) => Ordering::Greater,
        (None, None) => one.cmp(other),
    }
}

/// The rank of a version such as `v2beta1`: its stability, its major and its minor number.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Rank(u8, u32, u32);

impl Rank {
    fn of(version: &str) -> Option<Self> {
        let number = |digits: &str| {
            let plain = digits.bytes().all(|byte| byte.is_ascii_digit());
            digits
                .parse()
                .ok()
                .filter(|_| plain && !digits.starts_with('0'))
        };
        let version = version.strip_prefix('v')?;
        for (word, stability) in [("alpha", 0), ("beta", 1)] {
            if let Some((major, minor)) = version.split_once(word) {
                return Some(Self(stability, number(major)?, number(minor)?));
            }
        }
        Some(Self(2, number(version)?, 0))
    }
}

#[cfg(test)]
mod tests {
    use super::compare;

    /// The example of Kubernetes' documentation of versions of custom resources.
    #[test]
    fn versions_are_in_kubernetes_order() {
        let expected = [
            "v10",
            "v2",
            "v1",
            "v11beta2",
            "v10beta3",
            "v3beta1",
            "v12alpha1",
            "v11alpha2",
            "foo1",
            "foo10",
        ];
        let mut versions = expected;
        versions.reverse();
        versions.sort_by(|one, other| compare(one, other));
        assert_eq!(versions, expected);
    }
}
