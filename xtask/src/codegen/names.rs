//! Names of the API into names of Rust.

/// The words of a name: `clusterIPs` is `cluster`, `IPs`.
fn words(name: &str) -> Vec<String> {
    let chars: Vec<char> = name.chars().collect();
    let mut words: Vec<String> = Vec::new();
    let mut at = 0;
    while at < chars.len() {
        let start = at;
        let is = |at: usize, test: fn(&char) -> bool| chars.get(at).is_some_and(test);
        if !chars[at].is_ascii_alphanumeric() {
            at += 1;
            continue;
        }
        if is(at, char::is_ascii_uppercase) {
            while is(at, |c| c.is_ascii_uppercase() || c.is_ascii_digit()) {
                at += 1;
            }
            // The plural of an acronym is one word; otherwise its last capital begins the next.
            let plural = at - start > 1
                && chars.get(at) == Some(&'s')
                && !is(at + 1, char::is_ascii_lowercase);
            if plural {
                at += 1;
            } else if at - start > 1 && is(at, char::is_ascii_lowercase) {
                at -= 1;
            } else if is(at, char::is_ascii_lowercase) {
                while is(at, |c| c.is_ascii_lowercase() || c.is_ascii_digit()) {
                    at += 1;
                }
            }
        } else {
            while is(at, |c| c.is_ascii_lowercase() || c.is_ascii_digit()) {
                at += 1;
            }
        }
        if at == start {
            at += 1;
        }
        words.push(chars[start..at].iter().collect());
    }
    words
}

/// A field's name.
pub(crate) fn field(name: &str) -> String {
    let name = words(name).join("_").to_ascii_lowercase();
    if STRICT.contains(&name.as_str()) || RESERVED.contains(&name.as_str()) {
        format!("{name}_")
    } else {
        name
    }
}

/// A type's name as the name of a constant.
pub(crate) fn shouted(name: &str) -> String {
    words(name).join("_").to_ascii_uppercase()
}

/// A constant's name: from its value, or from its Go name when the value has no letters.
pub(crate) fn constant(type_: &str, go: &str, value: &str) -> String {
    let from = |text: &str| words(text).join("_").to_ascii_uppercase();
    let name = from(value);
    let usable = |name: &str| name.starts_with(|c: char| c.is_ascii_alphabetic());
    if usable(&name) {
        return name;
    }
    let name = from(go.strip_prefix(type_).unwrap_or(go));
    if usable(&name) { name } else { from(go) }
}

/// The strict keywords of Rust 2024. A field's name is in lower case, so `Self` cannot be one.
const STRICT: [&str; 37] = [
    "as", "async", "await", "break", "const", "continue", "crate", "dyn", "else", "enum", "extern",
    "false", "fn", "for", "if", "impl", "in", "let", "loop", "match", "mod", "move", "mut", "pub",
    "ref", "return", "self", "static", "struct", "super", "trait", "true", "type", "unsafe", "use",
    "where", "while",
];

/// Those that it reserves for later.
const RESERVED: [&str; 14] = [
    "abstract", "become", "box", "do", "final", "gen", "macro", "override", "priv", "try",
    "typeof", "unsized", "virtual", "yield",
];

#[cfg(test)]
mod tests {
    use super::{constant, field};

    #[test]
    fn acronyms_and_their_plurals_are_words() {
        for (name, rust) in [
            ("NodeName", "node_name"),
            ("ClusterIPs", "cluster_ips"),
            ("PodCIDRs", "pod_cidrs"),
            ("APIVersion", "api_version"),
            ("SELinuxOptions", "se_linux_options"),
            ("HostIPC", "host_ipc"),
            (
                "ServerAddressByClientCIDRs",
                "server_address_by_client_cidrs",
            ),
            ("FSType", "fs_type"),
            ("TTLSecondsAfterFinished", "ttl_seconds_after_finished"),
            ("Type", "type_"),
            ("Continue", "continue_"),
            ("UID", "uid"),
            ("ISCSI", "iscsi"),
            ("IPs", "ips"),
            ("HTTPGet", "http_get"),
            ("fieldsV1", "fields_v1"),
            ("V1", "v1"),
            ("Async", "async_"),
            ("Gen", "gen_"),
            ("TypeOf", "type_of"),
            ("Try", "try_"),
            ("self", "self_"),
        ] {
            assert_eq!(field(name), rust, "{name}");
        }
    }

    #[test]
    fn constants_are_named_for_their_values() {
        assert_eq!(constant("PodPhase", "PodRunning", "Running"), "RUNNING");
        assert_eq!(
            constant(
                "ResourceName",
                "ResourceEphemeralStorage",
                "ephemeral-storage"
            ),
            "EPHEMERAL_STORAGE"
        );
        assert_eq!(
            constant("StorageMedium", "StorageMediumDefault", ""),
            "DEFAULT"
        );
        assert_eq!(
            constant("TaintEffect", "TaintEffectNoSchedule", "NoSchedule"),
            "NO_SCHEDULE"
        );
    }
}
