//! Names: which ones Kubernetes takes, and what another name is made of one.

/// Whether text is a label as Kubernetes wants versions and the names of resources to be: lower-case
/// letters, digits and dashes, a letter first and no dash last.
pub(crate) fn is_label(text: &str) -> bool {
    let in_label = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    text.len() <= 63
        && text.starts_with(|first: char| first.is_ascii_lowercase())
        && !text.ends_with('-')
        && text.bytes().all(in_label)
}

/// Whether text is a group of custom resources: a domain with a dot.
pub(crate) fn is_group(text: &str) -> bool {
    let in_part = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    let is_part = |part: &str| {
        !part.is_empty()
            && !part.starts_with('-')
            && !part.ends_with('-')
            && part.bytes().all(in_part)
    };
    text.len() <= 253 && text.contains('.') && text.split('.').all(is_part)
}

/// Whether text is a kind: in lower case a label, and spelled `LikeThis`.
pub(crate) fn is_kind(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_uppercase())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
        && is_label(&text.to_ascii_lowercase())
}

/// The plural of an English word in lower case, as far as its last letters tell.
pub(crate) fn plural(word: &str) -> String {
    let ends_with = |endings: &[&str]| endings.iter().any(|ending| word.ends_with(ending));
    if ends_with(&["s", "x", "z", "ch", "sh"]) {
        return format!("{word}es");
    }
    match word.strip_suffix('y') {
        Some(stem) if !stem.ends_with(['a', 'e', 'i', 'o', 'u']) => format!("{stem}ies"),
        _ => format!("{word}s"),
    }
}

/// The name that was probably meant by another, with a question mark: for the end of an error.
pub(crate) fn suggestion(name: &str, known: &[&str]) -> String {
    let elsewhere = ELSEWHERE.iter().find(|(theirs, _)| *theirs == name);
    let meant = elsewhere.map(|(_, ours)| *ours).or_else(|| {
        let similar = known
            .iter()
            .map(|known| (strsim::jaro_winkler(name, known), *known))
            .filter(|(similarity, _)| *similarity > 0.8);
        let best = similar.max_by(|(one, _), (other, _)| one.total_cmp(other));
        best.map(|(_, known)| known)
    });
    match meant.filter(|meant| known.contains(meant)) {
        Some(meant) => format!("; did you mean `{meant}`?"),
        None => format!("; there are {}", known.join(", ")),
    }
}

/// Words that other derives have for the same.
const ELSEWHERE: &[(&str, &str)] = &[
    ("category", "categories"),
    ("root", "struct_name"),
    ("rule", "validation"),
    ("scope", "cluster"),
    ("selectable", "selectable_field"),
    ("shortname", "short_names"),
    ("struct", "struct_name"),
];

#[cfg(test)]
mod tests {
    use super::{is_group, is_kind, is_label, plural, suggestion};

    /// The plurals are those that the resources of these kinds have.
    #[test]
    fn plurals_are_english() {
        for (word, expected) in [
            ("deployment", "deployments"),
            ("networkpolicy", "networkpolicies"),
            ("gateway", "gateways"),
            ("ingress", "ingresses"),
            ("storageclass", "storageclasses"),
            ("mutex", "mutexes"),
            ("branch", "branches"),
        ] {
            assert_eq!(plural(word), expected);
        }
    }

    #[test]
    fn names_are_as_kubernetes_takes_them() {
        assert!(is_label("v1beta1") && is_label("a") && is_label("web-sites"));
        for wrong in ["", "1v", "V1", "-a", "a-", "a_b", "a.b", &"a".repeat(64)] {
            assert!(!is_label(wrong), "{wrong}");
        }
        assert!(is_group("example.com") && is_group("3.example.com"));
        for wrong in ["example", "Example.com", ".com", "a..b", "a.-b", "a.b-"] {
            assert!(!is_group(wrong), "{wrong}");
        }
        assert!(is_kind("Website") && is_kind("HTTPRoute") && is_kind("V1"));
        for wrong in ["website", "Web-Site", "Web_Site", "", "1Site"] {
            assert!(!is_kind(wrong), "{wrong}");
        }
    }

    #[test]
    fn what_was_probably_meant_is_suggested() {
        let known = ["group", "printer_column", "struct_name"];
        assert_eq!(suggestion("gruop", &known), "; did you mean `group`?");
        assert_eq!(
            suggestion("printcolumn", &known),
            "; did you mean `printer_column`?"
        );
        assert_eq!(suggestion("root", &known), "; did you mean `struct_name`?");
        assert_eq!(
            suggestion("zzz", &known),
            "; there are group, printer_column, struct_name"
        );
    }
}
