//! The documents that Kubernetes keeps beside its types: one of each kind, filled in every field, in each format.
//!
//! A directory has the files `<group>.<version>.<kind>.json`, `.yaml` and `.pb` of each kind. Those of older releases
//! may have `.after_roundtrip` before the extension too: what a document of that release is written as today.

mod checks;
mod files;
mod server;

use std::io;
use std::path::Path;
use std::process::ExitCode;

use self::files::{Case, cases};

/// Checks the documents in `directory`, whose kinds must all be known, and then those of older releases. A kind of an
/// older release that `directory` does not have is gone from Kubernetes, and so from pintle.
pub(crate) fn run(directory: &Path, releases: &[&Path]) -> io::Result<ExitCode> {
    let Tally { passed, failed } = check_all(directory, releases)?;
    println!("{passed} passed, {failed} failed");
    Ok(if failed == 0 && passed > 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn check_all(directory: &Path, releases: &[&Path]) -> io::Result<Tally> {
    let current = cases(directory)?;
    let mut tally = Tally::default();
    tally.check(directory, &current, |_| false);
    for release in releases {
        let gone = |case: &Case| !current.iter().any(|current| current.name == case.name);
        tally.check(release, &cases(release)?, gone);
    }
    Ok(tally)
}

#[derive(Debug, Default, PartialEq)]
struct Tally {
    passed: usize,
    failed: usize,
}

impl Tally {
    /// Checks the cases of a directory. An unknown kind is a failure, unless it is `gone`.
    fn check(&mut self, directory: &Path, cases: &[Case], gone: impl Fn(&Case) -> bool) {
        let name = directory.file_name().unwrap_or(directory.as_os_str());
        let name = name.to_string_lossy();
        let (mut kinds, mut left_out) = (0, Vec::new());
        for case in cases {
            let Some(kind) = case.kind() else {
                if gone(case) {
                    left_out.push(case.name.as_str());
                } else {
                    self.failed += 1;
                    println!("FAILED {name}/{}: no type is of this kind", case.name);
                }
                continue;
            };
            kinds += 1;
            let outcomes = checks::check(kind, case).into_iter();
            for (what, outcome) in outcomes.chain(server::check(kind, case)) {
                match outcome {
                    Ok(()) => self.passed += 1,
                    Err(reason) => {
                        self.failed += 1;
                        println!("FAILED {name}/{}: {what}: {reason}", case.name);
                    }
                }
            }
        }
        println!("{name}: {kinds} kinds");
        if !left_out.is_empty() {
            println!(
                "{name}: left out, gone from Kubernetes since: {}",
                left_out.join(", ")
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    // As Go prints and writes it.
    const JSON: &str = r#"{
  "kind": "ConfigMap",
  "apiVersion": "v1",
  "metadata": {
    "name": "a"
  },
  "data": {
    "k": "\u003cv\u003e"
  }
}"#;
    const YAML: &str = "apiVersion: v1\ndata:\n  k: <v>\nkind: ConfigMap\nmetadata:\n  name: a\n";
    const PROTOBUF: &[u8] =
        b"k8s\0\n\x0f\n\x02v1\x12\tConfigMap\x12\x1d\n\x11\n\x01a\x12\0\x1a\0\"\0*\0\
        2\08\0B\0\x12\x08\n\x01k\x12\x03<v>\x1a\0\"\0";

    /// What is found in a directory with these documents of `name`, and some of an older release.
    fn check(name: &str, json: &str, yaml: &str, protobuf: &[u8], older: &str) -> Tally {
        let directories = tempfile::tempdir().unwrap();
        let within = |directory: &str, name: &str| {
            let directory = directories.path().join(directory);
            fs::create_dir_all(&directory).unwrap();
            let path = |extension| directory.join(format!("{name}.{extension}"));
            fs::write(path("json"), json).unwrap();
            fs::write(path("yaml"), yaml).unwrap();
            fs::write(path("pb"), protobuf).unwrap();
            directory
        };
        let (current, release) = (within("HEAD", name), within("v1.0.0", older));
        check_all(&current, &[&release]).unwrap()
    }

    fn tally(passed: usize, failed: usize) -> Tally {
        Tally { passed, failed }
    }

    #[test]
    fn every_document_is_written_in_every_format() {
        let found = check(
            "core.v1.ConfigMap",
            JSON,
            YAML,
            PROTOBUF,
            "core.v1.ConfigMap",
        );
        assert_eq!(found, tally(50, 0));
    }

    #[test]
    fn kind_of_an_older_release_alone_may_be_unknown() {
        let found = check(
            "core.v1.ConfigMap",
            JSON,
            YAML,
            PROTOBUF,
            "core.v0.ConfigMap",
        );
        assert_eq!(found, tally(25, 0));
        let found = check(
            "core.v0.ConfigMap",
            JSON,
            YAML,
            PROTOBUF,
            "core.v0.ConfigMap",
        );
        assert_eq!(found, tally(0, 2));
    }

    #[test]
    fn document_of_another_kind_or_content_fails() {
        let gone = "core.v0.ConfigMap";
        let found = check("core.v1.Secret", JSON, YAML, PROTOBUF, gone);
        assert_eq!(found, tally(0, 25));
        let other = YAML.replace("name: a", "name: b");
        let found = check("core.v1.ConfigMap", JSON, &other, PROTOBUF, gone);
        assert_eq!(found, tally(18, 7));
    }
}
