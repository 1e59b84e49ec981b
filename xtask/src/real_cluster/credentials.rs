//! A cluster's certificates, keys and kubeconfig, as files.

use std::fs;
use std::path::{Path, PathBuf};

use pintle_env::{Clock, SystemClock};
use pintle_pki::{CertificateAuthority, ServerNames, TokenKeyPair, Validity};

use crate::error::{Context, Result};

/// Writes a fresh authority's certificates and keys into a directory that nobody else may read.
pub(crate) fn write(directory: &Path) -> Result<()> {
    let generate = || -> Result<_, pintle_pki::Error> {
        let validity = validity()?;
        let authority = CertificateAuthority::generate("pintle-real-cluster", validity)?;
        let names = ServerNames::new()
            .dns("localhost")
            .dns("kubernetes.default.svc")
            .ip([127, 0, 0, 1])
            .ip(SERVICE_IP);
        let server = authority.issue_server("kube-apiserver", &names, validity)?;
        let admin = authority.issue_client("admin", &["system:masters"], validity)?;
        let kubelets = authority.issue_client("kube-apiserver-kubelet-client", &[], validity)?;
        let tokens = TokenKeyPair::generate()?;
        Ok((authority, server, admin, kubelets, tokens))
    };
    let (authority, server, admin, kubelets, tokens) =
        generate().context(|| "make the cluster's certificates".to_owned())?;
    for (name, content) in [
        ("ca.crt", authority.certificate_pem()),
        ("ca.key", &authority.private_key_pem()),
        ("apiserver.crt", server.certificate_pem()),
        ("apiserver.key", server.private_key_pem()),
        ("kubelets.crt", kubelets.certificate_pem()),
        ("kubelets.key", kubelets.private_key_pem()),
        ("admin.crt", admin.certificate_pem()),
        ("admin.key", admin.private_key_pem()),
        ("sa.pub", &tokens.public_key_pem()),
        ("sa.key", &tokens.private_key_pem()),
    ] {
        write_file(&directory.join(name), content)?;
    }
    Ok(())
}

/// Writes the administrator's kubeconfig, and returns its path. It names the certificates beside it.
pub(crate) fn write_kubeconfig(directory: &Path, port: u16) -> Result<PathBuf> {
    let path = directory.join("kubeconfig");
    let content = format!(
        r#"apiVersion: v1
kind: Config
current-context: real
contexts:
- name: real
  context: {{cluster: real, user: admin}}
clusters:
- name: real
  cluster: {{server: "https://127.0.0.1:{port}", certificate-authority: ca.crt}}
users:
- name: admin
  user: {{client-certificate: admin.crt, client-key: admin.key}}
"#
    );
    write_file(&path, &content)?;
    Ok(path)
}

/// The first address of the range for services, which the `kubernetes` Service gets.
pub(crate) const SERVICE_IP: [u8; 4] = [10, 0, 0, 1];
pub(crate) const SERVICE_RANGE: &str = "10.0.0.0/24";

/// From an hour ago, so that clocks may differ, for a year: longer than any cluster here lives.
fn validity() -> Result<Validity, pintle_pki::Error> {
    let now = SystemClock::new().timestamp().unix_seconds();
    Validity::new(now - 3_600, now + 365 * 86_400)
}

fn write_file(path: &Path, content: &str) -> Result<()> {
    fs::write(path, content).context(|| format!("write {}", path.display()))
}
