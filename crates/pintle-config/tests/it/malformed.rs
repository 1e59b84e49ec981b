//! Files that are not kubeconfigs.

use pintle_config::Kubeconfig;

use crate::directory::Directory;

#[test]
fn faults_are_placed() {
    for (text, says) in [
        (
            "clusters:\n- name: a\n  cluster: {server: x\n",
            ":3:12: unclosed bracket",
        ),
        ("clusters:\n  name: a\n", ":2:3: expected a list"),
        ("current-context:\n  - a\n", ":2:3: expected a single value"),
        (
            "clusters:\n- name: a\n  cluster: secret\n",
            ":3:12: expected a mapping",
        ),
        (
            "clusters:\n- name: a\n  cluster:\n    insecure-skip-tls-verify: maybe\n",
            ":4:31: expected true or false",
        ),
        (
            "users:\n- name: a\n  user:\n    client-key-data: '%%%'\n",
            ":4:22: the value is not base64",
        ),
        (
            "users:\n- name: a\n- name: a\n",
            ":3:9: the user \"a\" is defined twice",
        ),
        ("users:\n- user: {}\n", ":2:3: user number 1 has no name"),
        ("a: 1\na: 2\n", ":2:1: "),
        ("key: &a\n  b: *nope\n", ":2:6: "),
        ("apiVersion: v2\n", ":1:13: its apiVersion is not v1"),
        ("kind: Deployment\n", ":1:7: its kind is not Config"),
        ("a: 1\n---\nb: 2\n", ":3:1: "),
        ("just text", ":1:1: "),
        ("[]", ":1:1: "),
        ("clusters:\n\t- name: a\n", ":2:"),
    ] {
        let directory = Directory::new();
        let path = directory.file("kubeconfig", text);
        let error = Kubeconfig::read(&path).expect_err(text);
        assert!(error.is_malformed(), "{text:?}: {error:?}");
        let expected = format!("kubeconfig {}{says}", path.display());
        assert!(
            error.to_string().starts_with(&expected),
            "{text:?}: {error} should start {expected}"
        );
        assert!(!error.to_string().contains('\n'), "{error}");
    }
}

#[test]
fn what_is_not_text_is_placed_by_line() {
    let directory = Directory::new();
    let path = directory.path().join("kubeconfig");
    std::fs::write(&path, b"apiVersion: v1\nkind: \xff\n").unwrap();

    let error = Kubeconfig::read(&path).unwrap_err();

    assert!(error.is_malformed());
    assert!(
        error
            .to_string()
            .ends_with("kubeconfig:2: the file is not UTF-8 text"),
        "{error}"
    );
}

#[test]
fn faults_do_not_repeat_what_stands_there() {
    for text in [
        "users:\n- name: a\n  user: hunter2\n",
        "users:\n- name: a\n  user: [hunter2]\n",
        "users: hunter2\n",
        "users:\n- hunter2\n",
        "users:\n- name: a\n  user:\n    client-key-data: hunter2!\n",
        "users:\n- name: a\n  user:\n    token: hunter2\n   bad: indent\n",
        "users:\n- name: a\n  user:\n    token: {hunter2: x}\n",
        "clusters:\n- name: a\n  cluster: {insecure-skip-tls-verify: hunter2}\n",
        "users:\n- name: a\n  user:\n    token: \"hunter2\n",
        "users:\n- name: a\n  user:\n    token: hunter2: x\n",
        "users:\n- name: a\n  user:\n    token: *hunter2\n",
        "users:\n- name: a\n  user:\n    client-certificate-data: !hunter2 x\n",
    ] {
        let error = Kubeconfig::parse(text).unwrap_err();
        let printed = format!("{error} {error:?} {:?}", error.hint());
        assert!(!printed.contains("hunter2"), "{text:?}: {printed}");
    }
}
