//! What is said to a plugin, and what it answers: `client.authentication.k8s.io`.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use pintle_codec::{Object, Value, json, yaml};
use pintle_config::{Config, ExecPlugin, ProxyScheme, ProxyUrl, Secret};
use pintle_env::Timestamp;
use pintle_meta::Time;

use crate::error::{Error, ErrorKind};

/// Refuses a plugin that is spoken to in an unknown version, or leaves open what its version must say.
pub(super) fn check(plugin: &ExecPlugin) -> Result<(), Error> {
    let version = plugin.api_version.as_str();
    let fault = if !VERSIONS.contains(&version) {
        let known = VERSIONS.join(" and ");
        format!("has the apiVersion {version:?}, which is not one of {known}")
    } else if version == V1 && plugin.interactive_mode.is_none() {
        "does not say whether it may ask its user: Never, IfAvailable or Always".to_owned()
    } else {
        return Ok(());
    };
    let message = format!("the exec plugin {:?} {fault}", plugin.command);
    Err(Error::new(ErrorKind::Configuration, message))
}

/// The cluster, as a plugin is told about it.
pub(super) fn cluster(config: &Config, plugin: &ExecPlugin) -> Value {
    let mut cluster = Object::default();
    cluster.insert("server", config.server.to_string().into());
    if let Some(name) = &config.tls.server_name {
        cluster.insert("tls-server-name", name.as_str().into());
    }
    if config.tls.danger_accept_invalid_certs {
        cluster.insert("insecure-skip-tls-verify", true.into());
    }
    if let Some(authority) = &config.tls.certificate_authority {
        let data = STANDARD.encode(authority.bytes());
        cluster.insert("certificate-authority-data", data.into());
    }
    if let Some(proxy) = config.proxies.fixed() {
        cluster.insert("proxy-url", proxy_url(proxy).into());
    }
    if !config.compression {
        cluster.insert("disable-compression", true.into());
    }
    let own = plugin.cluster_config.clone().unwrap_or_default();
    cluster.insert("config", own);
    cluster.into()
}

/// The proxy with the password, which a plugin needs as much as we do.
fn proxy_url(proxy: &ProxyUrl) -> String {
    let scheme = match proxy.scheme() {
        ProxyScheme::Https => "https",
        ProxyScheme::Socks5 => "socks5",
        _ => "http",
    };
    let credentials = match proxy.credentials() {
        Some((user, password)) if password.is_empty() => format!("{}@", escaped(user)),
        Some((user, password)) => format!("{}:{}@", escaped(user), escaped(password.expose())),
        None => String::new(),
    };
    format!("{scheme}://{credentials}{}", proxy.authority())
}

/// As it may stand in a URL.
pub(crate) fn escaped(text: &str) -> String {
    let bytes = text.bytes().map(|byte| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
            char::from(byte).to_string()
        }
        _ => format!("%{byte:02X}"),
    });
    bytes.collect()
}

/// The content of `KUBERNETES_EXEC_INFO`.
pub(super) fn info(plugin: &ExecPlugin, cluster: &Value, interactive: bool) -> String {
    let mut spec = Object::default();
    if plugin.provide_cluster_info {
        spec.insert("cluster", cluster.clone());
    }
    spec.insert("interactive", interactive.into());
    let mut info = Object::default();
    info.insert("kind", KIND.into());
    info.insert("apiVersion", plugin.api_version.as_str().into());
    info.insert("spec", spec.into());
    let mut text = Vec::new();
    json::write(&info.into(), &mut text);
    String::from_utf8_lossy(&text).into_owned()
}

/// What a plugin has answered.
#[derive(Default)]
pub(super) struct Answer {
    pub(super) token: Option<Secret>,
    pub(super) certificate: Option<(String, Secret)>,
    pub(super) expires: Option<Timestamp>,
}

/// Reads what a plugin wrote. An error is the end of a sentence that names it, and holds nothing of what
/// it wrote but a version.
pub(super) fn read(output: &[u8], version: &str) -> Result<Answer, String> {
    let unreadable = || "wrote something that is no ExecCredential".to_owned();
    let answer = match json::parse(output) {
        Ok(answer) => answer,
        Err(_) => {
            let text = std::str::from_utf8(output).map_err(|_| unreadable())?;
            yaml::parse(text).map_err(|_| unreadable())?
        }
    };
    let field = |name| answer.get(name).and_then(Value::as_str).unwrap_or_default();
    if field("kind") != KIND {
        return Err(unreadable());
    }
    let answered = field("apiVersion");
    if answered != version {
        let answered: String = answered.chars().take(80).collect();
        return Err(format!(
            "is configured to answer in version {version}, and answered in {answered:?}"
        ));
    }
    let Some(status) = answer.get("status").filter(|status| !status.is_null()) else {
        return Err("returned no status".to_owned());
    };
    let text = |name: &str| match status.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.as_str()).filter(|text| !text.is_empty())),
        Some(_) => Err(format!("returned a {name} that is no text")),
    };
    let (certificate, key) = (text("clientCertificateData")?, text("clientKeyData")?);
    let certificate = match (certificate, key) {
        (Some(certificate), Some(key)) => Some((certificate.to_owned(), Secret::new(key))),
        (None, None) => None,
        (Some(_), None) => return Err("returned a certificate without its key".to_owned()),
        (None, Some(_)) => return Err("returned a key without its certificate".to_owned()),
    };
    let token = text("token")?.map(Secret::new);
    if token.is_none() && certificate.is_none() {
        return Err("returned neither a token nor a certificate".to_owned());
    }
    let expires = text("expirationTimestamp")?.map(timestamp).transpose()?;
    Ok(Answer {
        token,
        certificate,
        expires,
    })
}

fn timestamp(text: &str) -> Result<Timestamp, String> {
    let time: Time = text
        .parse()
        .map_err(|_| "returned an expirationTimestamp that is no time".to_owned())?;
    Ok(Timestamp::from_unix(time.unix_seconds(), 0))
}

const KIND: &str = "ExecCredential";
const V1: &str = "client.authentication.k8s.io/v1";
const V1BETA1: &str = "client.authentication.k8s.io/v1beta1";
const VERSIONS: [&str; 2] = [V1, V1BETA1];

#[cfg(test)]
mod tests {
    use pintle_config::{InteractiveMode, Pem, Proxies};

    use super::*;

    fn config() -> Config {
        Config::new("https://cluster.example:6443/base").unwrap()
    }

    // claims: rest.exec.versions, rest.exec.interactive
    #[test]
    fn v1_and_v1beta1_are_spoken() {
        let of = |version: &str, mode| {
            let mut plugin = ExecPlugin::new("plugin");
            plugin.api_version = version.to_owned();
            plugin.interactive_mode = mode;
            check(&plugin)
        };
        let never = Some(InteractiveMode::Never);
        assert!(of(V1, never.clone()).is_ok() && of(V1BETA1, never.clone()).is_ok());
        for other in ["client.authentication.k8s.io/v1alpha1", "v1", ""] {
            let error = of(other, never.clone()).unwrap_err();
            assert!(error.is_misuse(), "{error:?}");
        }
        // v1 must say; the version before means that it may if there is a terminal.
        assert!(of(V1BETA1, None).is_ok());
        assert!(of(V1, None).unwrap_err().is_misuse());
    }

    // claims: rest.exec.info
    #[test]
    fn a_plugin_is_told_of_the_cluster_if_that_is_asked_for() {
        let mut plugin = ExecPlugin::new("plugin");
        let bare = info(&plugin, &cluster(&config(), &plugin), false);
        assert_eq!(
            bare,
            r#"{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1","spec":{"interactive":false}}"#
        );

        plugin.provide_cluster_info = true;
        plugin.api_version = V1BETA1.to_owned();
        let told = info(&plugin, &cluster(&config(), &plugin), true);
        assert_eq!(
            told,
            r#"{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1beta1","spec":{"cluster":{"server":"https://cluster.example:6443/base","config":null},"interactive":true}}"#
        );

        plugin.cluster_config = json::parse(br#"{"audience":"a"}"#).ok();
        let mut config = config().certificate_authority(Pem::from_bytes("CA"));
        config.tls.server_name = Some("other".to_owned());
        config.tls.danger_accept_invalid_certs = true;
        config.compression = false;
        config.proxies = Proxies::always("http://me:a%2Fb@proxy:3128".parse().unwrap());
        let cluster = cluster(&config, &plugin);
        for (field, value) in [
            ("tls-server-name", Value::from("other")),
            ("insecure-skip-tls-verify", Value::Bool(true)),
            ("certificate-authority-data", Value::from("Q0E=")),
            ("proxy-url", Value::from("http://me:a%2Fb@proxy:3128")),
            ("disable-compression", Value::Bool(true)),
        ] {
            assert_eq!(cluster.get(field), Some(&value));
        }
        assert_eq!(
            cluster.at(&["config", "audience"]).and_then(Value::as_str),
            Some("a")
        );
    }

    fn answer(status: &str) -> Result<Answer, String> {
        let text = format!(r#"{{"apiVersion":"{V1}","kind":"ExecCredential","status":{status}}}"#);
        read(text.as_bytes(), V1)
    }

    // claims: rest.exec.result
    #[test]
    fn an_answer_has_a_token_or_a_certificate_with_its_key() {
        let token = answer(r#"{"token":"t"}"#).unwrap();
        assert_eq!(token.token, Some(Secret::new("t")));
        assert!(token.certificate.is_none() && token.expires.is_none());
        let both = answer(
            r#"{"token":"t","clientCertificateData":"c","clientKeyData":"k",
                "expirationTimestamp":"2026-01-01T00:00:00.5Z"}"#,
        );
        let both = both.unwrap();
        assert_eq!(both.certificate, Some(("c".to_owned(), Secret::new("k"))));
        let expires = Timestamp::from_unix(1_767_225_600, 0);
        assert_eq!(both.expires, Some(expires));
        for (status, fault) in [
            ("null", "returned no status"),
            ("{}", "returned neither a token nor a certificate"),
            (r#"{"token":""}"#, "returned neither"),
            (r#"{"token":5}"#, "that is no text"),
            (r#"{"clientKeyData":"k"}"#, "a key without its certificate"),
            (
                r#"{"token":"t","clientCertificateData":"c"}"#,
                "a certificate without its key",
            ),
            (
                r#"{"token":"t","expirationTimestamp":"soon"}"#,
                "that is no time",
            ),
        ] {
            let error = answer(status).err().unwrap();
            assert!(error.contains(fault), "{status}: {error}");
        }
    }

    // claims: rest.exec.result
    #[test]
    fn an_answer_is_of_the_version_that_was_asked_for() {
        let of = |version: &str, kind: &str| {
            let text = format!("apiVersion: {version}\nkind: {kind}\nstatus: {{token: t}}\n");
            read(text.as_bytes(), V1).map(drop)
        };
        assert_eq!(of(V1, KIND), Ok(()));
        let error = of(V1BETA1, KIND).unwrap_err();
        assert!(error.contains("v1beta1"), "{error}");
        assert!(of(V1, "Pod").is_err());
        for nonsense in [&b""[..], b"{", b"hunter2", b"\xff", b"[]"] {
            let error = read(nonsense, V1).err().unwrap();
            assert!(error.contains("no ExecCredential"), "{error}");
        }
    }
}
