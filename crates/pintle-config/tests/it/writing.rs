//! Kubeconfigs on their way to disk.

use pintle_config::{
    Base64Data, Cluster, Context, Environment, ErrorKind, Kubeconfig, Loader, User,
};

use crate::directory::{Directory, kubeconfig};

#[test]
fn what_is_written_reads_back() {
    let directory = Directory::new();
    let path = directory.path().join("new/dir/kubeconfig");
    let kubeconfig = local();

    kubeconfig.write(&path).unwrap();

    assert_eq!(Kubeconfig::read(&path).unwrap(), kubeconfig);
}

#[test]
fn document_is_as_kubectl_writes_it() {
    let expected = "\
apiVersion: v1
kind: Config
clusters:
- cluster:
    server: https://127.0.0.1:6443
    certificate-authority-data: QVVUSE9SSVRZ
  name: local
contexts:
- context:
    cluster: local
    user: admin
    namespace: default
  name: local
current-context: local
users:
- name: admin
  user:
    client-certificate-data: Q0VSVA==
    client-key-data: S0VZ
    token: 'true'
";
    assert_eq!(normal(&local().to_yaml()), normal(expected));
}

#[test]
fn long_data_stays_on_one_line() {
    let mut kubeconfig = local();
    let data = Base64Data::from("x".repeat(3000));
    kubeconfig.users.get_mut("admin").unwrap().client_key_data = Some(data);
    let yaml = kubeconfig.to_yaml();
    assert!(yaml.lines().any(|line| line.len() > 4000), "{yaml}");
    assert_eq!(Kubeconfig::parse(&yaml).unwrap(), kubeconfig);
}

// claims: clientcmd.files.unknown-fields
#[test]
fn unknown_fields_survive() {
    let text = "
preferences: {colors: true}
extensions:
- name: top
  extension: {on: 'on', '1e3': 1}
clusters:
- name: a
  cluster:
    server: https://h
    extensions:
    - name: client.authentication.k8s.io/exec
      extension: {audience: x, 1: one, list: [1, -2, 2.5, null, 'on', true]}
users:
- name: a
  user:
    exec: {command: aws, args: [eks, get-token], env: null}
";
    let kubeconfig = Kubeconfig::parse(text).unwrap();
    let yaml = kubeconfig.to_yaml();
    assert_eq!(Kubeconfig::parse(&yaml).unwrap(), kubeconfig);
    for part in [
        "colors: true",
        "audience: x",
        "get-token",
        "\"1e3\": 1",
        "\"true\": \"on\"",
    ] {
        assert!(yaml.contains(part), "{part} in {yaml}");
    }
}

// claims: clientcmd.write.mode
#[cfg(unix)]
#[test]
fn only_the_owner_may_read_the_file() {
    use std::os::unix::fs::PermissionsExt as _;

    let directory = Directory::new();
    // Even where a file with laxer permissions was before.
    let path = directory.file("kubeconfig", "old");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();

    local().write(&path).unwrap();

    let mode = std::fs::metadata(&path).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let names: Vec<_> = std::fs::read_dir(directory.path()).unwrap().collect();
    assert_eq!(names.len(), 1, "{names:?}");

    // Others may look into its directory, as far as the process' mask lets them.
    let deep = directory.path().join("new/kubeconfig");
    local().write(&deep).unwrap();
    let mode = std::fs::metadata(deep.parent().unwrap()).unwrap();
    let mode = mode.permissions().mode() & 0o777;
    assert_eq!(mode | 0o055, 0o755, "{mode:o}");
}

#[cfg(unix)]
#[test]
fn link_to_the_file_stays_a_link() {
    let directory = Directory::new();
    let target = directory.file("dotfiles/kubeconfig", "old");
    let link = directory.path().join("link");
    std::os::unix::fs::symlink(&target, &link).unwrap();

    local().write(&link).unwrap();

    assert!(link.symlink_metadata().unwrap().is_symlink());
    assert_eq!(Kubeconfig::read(&target).unwrap(), local());
}

#[test]
fn failing_to_write_leaves_what_was_there() {
    let directory = Directory::new();
    let path = directory.path().join("occupied");
    std::fs::create_dir(&path).unwrap();
    std::fs::write(path.join("file"), "x").unwrap();

    let error = local().write(&path).unwrap_err();

    assert_eq!(error.kind(), ErrorKind::Unwritable);
    assert!(error.to_string().contains("occupied"));
    assert!(path.join("file").exists());
    let names: Vec<_> = std::fs::read_dir(directory.path()).unwrap().collect();
    assert_eq!(names.len(), 1, "{names:?}");
}

#[test]
fn draft_left_by_another_is_not_in_the_way() {
    let directory = Directory::new();
    let path = directory.path().join("kubeconfig");
    let stale = format!(".kubeconfig.{}-0", std::process::id());
    let stale = directory.file(&stale, "stale");

    local().write(&path).unwrap();

    assert_eq!(Kubeconfig::read(&path).unwrap(), local());
    assert_eq!(std::fs::read_to_string(stale).unwrap(), "stale");
}

#[test]
fn a_stanza_of_another_kubeconfig_goes_where_it_came_from_or_nowhere() {
    let directory = Directory::new();
    let ours = directory.file("ours", &kubeconfig("ours"));
    let theirs = directory.file("theirs", &kubeconfig("theirs"));
    let loader = Loader::new(Environment::empty()).path(&ours);
    let user = Kubeconfig::read(&theirs).unwrap().users["theirs"].clone();
    let insert = || {
        let user = user.clone();
        loader.modify(false, |kubeconfig| {
            kubeconfig.users.insert("x".to_owned(), user);
        })
    };
    let has = |file, user| Kubeconfig::read(file).unwrap().users.contains_key(user);
    insert().unwrap();
    assert!(has(&theirs, "x") && has(&theirs, "theirs"));
    assert!(!has(&ours, "x"));

    // What cannot be read is not replaced, and what somebody else changes not changed.
    let lock = directory.file("theirs.lock", "");
    assert!(insert().unwrap_err().is_locked());
    std::fs::remove_file(lock).unwrap();
    directory.file("theirs", "not: [a kubeconfig");
    assert!(insert().unwrap_err().is_malformed());
    let left = std::fs::read_to_string(&theirs).unwrap();
    assert_eq!(left, "not: [a kubeconfig");
    assert!(!directory.path().join("ours.lock").exists());
    assert!(!directory.path().join("theirs.lock").exists());
}

fn local() -> Kubeconfig {
    let mut cluster = Cluster::new("https://127.0.0.1:6443");
    cluster.certificate_authority_data = Some(Base64Data::from("AUTHORITY"));
    let mut user = User::default();
    user.client_certificate_data = Some(Base64Data::from("CERT"));
    user.client_key_data = Some(Base64Data::from("KEY"));
    // A string, though it looks like something else.
    user.token = Some("true".into());
    let mut context = Context::new("local", "admin");
    context.namespace = Some("default".to_owned());
    let mut kubeconfig = Kubeconfig::default();
    kubeconfig.clusters.insert("local".to_owned(), cluster);
    kubeconfig.users.insert("admin".to_owned(), user);
    kubeconfig.contexts.insert("local".to_owned(), context);
    kubeconfig.current_context = "local".to_owned();
    kubeconfig
}

/// The lines, whatever the style of quotes; the order of fields within an entry is no matter.
fn normal(yaml: &str) -> Vec<String> {
    let mut lines: Vec<String> = yaml.lines().map(|line| line.replace('"', "'")).collect();
    lines.sort();
    lines
}
