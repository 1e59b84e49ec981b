//! The shapes of names, label keys and label values.
//!
//! Each check returns what is wrong, in the words of Kubernetes; nothing when all is well.

/// Checks a DNS label: the name of a namespace, among others.
pub fn dns_label(value: &str) -> Vec<String> {
    let mut problems = Vec::new();
    if value.len() > LABEL_MAX {
        problems.push(too_long(LABEL_MAX, "characters"));
    }
    if !is_dns_label(value) {
        problems.push(if is_dns_subdomain(value) {
            "must not contain dots".to_owned()
        } else {
            format!(
                "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or \
                 '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or \
                 '123-abc', regex used for validation is '{DNS_LABEL}')"
            )
        });
    }
    problems
}

/// Checks a DNS subdomain: the name of most objects.
pub fn dns_subdomain(value: &str) -> Vec<String> {
    subdomain(value, "characters")
}

/// Checks the key of a label or annotation: a name, behind an optional DNS subdomain and a slash.
pub fn label_key(value: &str) -> Vec<String> {
    let mut problems = Vec::new();
    let mut parts = value.split('/');
    let name = match (parts.next(), parts.next(), parts.next()) {
        (Some(name), None, _) => name,
        (Some(""), Some(name), None) => {
            problems.push("prefix part must be non-empty".to_owned());
            name
        }
        (Some(prefix), Some(name), None) => {
            let wrong = subdomain(prefix, "bytes");
            problems.extend(wrong.iter().map(|wrong| format!("prefix part {wrong}")));
            name
        }
        _ => {
            return vec![format!(
                "a valid label key {LABEL_KEY_WORDS} with an optional DNS subdomain prefix and '/' \
                 (e.g. 'example.com/MyName')"
            )];
        }
    };
    if name.is_empty() {
        problems.push("name part must be non-empty".to_owned());
    } else if name.len() > LABEL_MAX {
        problems.push(format!("name part {}", too_long(LABEL_MAX, "bytes")));
    }
    if !is_label_name(name) {
        problems.push(format!("name part {LABEL_KEY_WORDS}"));
    }
    problems
}

/// Checks the value of a label.
pub fn label_value(value: &str) -> Vec<String> {
    let mut problems = Vec::new();
    if value.len() > LABEL_MAX {
        problems.push(too_long(LABEL_MAX, "bytes"));
    }
    if !value.is_empty() && !is_label_name(value) {
        problems.push(
            "a valid label must be an empty string or consist of alphanumeric characters, '-', \
             '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  \
             or 'my_value',  or '12345', regex used for validation is \
             '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')"
                .to_owned(),
        );
    }
    problems
}

fn subdomain(value: &str, unit: &str) -> Vec<String> {
    let mut problems = Vec::new();
    if value.len() > SUBDOMAIN_MAX {
        problems.push(too_long(SUBDOMAIN_MAX, unit));
    }
    if !is_dns_subdomain(value) {
        problems.push(format!(
            "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, \
             '-' or '.', and must start and end with an alphanumeric character (e.g. \
             'example.com', regex used for validation is '{DNS_LABEL}(\\.{DNS_LABEL})*')"
        ));
    }
    problems
}

fn is_dns_label(value: &str) -> bool {
    let inner = |byte: &u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    match value.as_bytes() {
        [] => false,
        bytes => {
            inner(&bytes[0])
                && inner(&bytes[bytes.len() - 1])
                && bytes.iter().all(|byte| inner(byte) || *byte == b'-')
        }
    }
}

fn is_dns_subdomain(value: &str) -> bool {
    value.split('.').all(is_dns_label)
}

fn is_label_name(value: &str) -> bool {
    let bytes = value.as_bytes();
    let (Some(first), Some(last)) = (bytes.first(), bytes.last()) else {
        return false;
    };
    first.is_ascii_alphanumeric()
        && last.is_ascii_alphanumeric()
        && bytes
            .iter()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
}

/// The length that counts is that in bytes; Kubernetes does not always say so.
fn too_long(max: usize, unit: &str) -> String {
    format!("must be no more than {max} {unit}")
}

const LABEL_MAX: usize = 63;
const SUBDOMAIN_MAX: usize = 253;
const DNS_LABEL: &str = "[a-z0-9]([-a-z0-9]*[a-z0-9])?";
const LABEL_KEY_WORDS: &str = "must consist of alphanumeric characters, '-', '_' or '.', and must \
    start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', \
    regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_objects() {
        for good in ["a", "a-b", "a.b-c.d", "0", &"a".repeat(253)] {
            assert_eq!(dns_subdomain(good), [""; 0], "{good}");
        }
        for bad in [
            "",
            "A",
            "a_b",
            "-a",
            "a-",
            "a..b",
            ".a",
            "a.",
            "ä",
            &"a".repeat(254),
        ] {
            assert_eq!(dns_subdomain(bad).len(), 1, "{bad}");
        }
        assert_eq!(dns_label("a.b"), ["must not contain dots"]);
        assert_eq!(
            dns_label(&"a".repeat(64)),
            ["must be no more than 63 characters"]
        );
    }

    #[test]
    fn label_keys_and_values() {
        for good in ["a", "A.b_c-d", "example.com/x", "0"] {
            assert_eq!(label_key(good), [""; 0], "{good}");
        }
        assert_eq!(label_key("/x"), ["prefix part must be non-empty"]);
        assert_eq!(label_key("x/").len(), 2);
        assert!(label_key("A.com/x")[0].starts_with("prefix part a lowercase RFC 1123 subdomain"));
        assert!(label_key("a/b/c")[0].starts_with("a valid label key must consist"));
        assert_eq!(label_value(""), [""; 0]);
        assert_eq!(label_value("a b").len(), 1);
        assert_eq!(
            label_value(&"a".repeat(64)),
            ["must be no more than 63 bytes"]
        );
    }
}
