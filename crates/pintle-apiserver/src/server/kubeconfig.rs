//! The kubeconfig of a server's administrator.

use std::net::SocketAddr;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use pintle_pki::Identity;

/// A kubeconfig with everything in it: it works wherever it is copied to on this machine.
pub(super) fn kubeconfig(address: SocketAddr, authority_pem: &str, admin: &Identity) -> String {
    let authority = STANDARD.encode(authority_pem);
    let certificate = STANDARD.encode(admin.certificate_pem());
    let key = STANDARD.encode(admin.private_key_pem());
    format!(
        "apiVersion: v1\n\
         kind: Config\n\
         current-context: pintle\n\
         contexts:\n\
         - name: pintle\n\
         \x20 context:\n\
         \x20   cluster: pintle\n\
         \x20   user: admin\n\
         clusters:\n\
         - name: pintle\n\
         \x20 cluster:\n\
         \x20   server: https://{address}\n\
         \x20   certificate-authority-data: {authority}\n\
         users:\n\
         - name: admin\n\
         \x20 user:\n\
         \x20   client-certificate-data: {certificate}\n\
         \x20   client-key-data: {key}\n"
    )
}
