//! Which ports a command line means.

use pintle_codec::Value;

use crate::command::pods::{Found, text};
use crate::error::{Error, Kind};

/// A port of this machine, zero for any that is free, and one of the pod.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Pair {
    pub(super) local: u16,
    pub(super) remote: u16,
}

/// Ports as they are asked for.
#[derive(Debug)]
pub(super) struct Wanted {
    /// None for that of the remote one.
    local: Option<u16>,
    remote: String,
}

/// Reads the arguments, before any server is asked.
pub(super) fn parse(arguments: &[String]) -> Result<Vec<Wanted>, Error> {
    let invalid = |argument: &str| {
        Error::usage(format!("invalid port format {argument:?}"))
            .with_hint("write PORT, LOCAL:REMOTE, or :REMOTE for any local port that is free")
    };
    let wanted = |argument: &String| {
        let (local, remote) = match argument.split_once(':') {
            None => (None, argument.as_str()),
            Some(("", remote)) => (Some(0), remote),
            Some((local, remote)) => {
                let local = local.parse().map_err(|_| invalid(argument))?;
                (Some(local), remote)
            }
        };
        let is_name = remote.parse::<u64>().is_err();
        let is_port = remote.parse::<u16>().is_ok_and(|port| port > 0);
        if remote.is_empty() || remote.contains(':') || !(is_name || is_port) {
            return Err(invalid(argument));
        }
        let remote = remote.to_owned();
        Ok(Wanted { local, remote })
    };
    arguments.iter().map(wanted).collect()
}

/// Finds the pod's ports, by name and, where a service was named, by its ports.
pub(super) fn resolve(wanted: &[Wanted], found: &Found) -> Result<Vec<Pair>, Error> {
    let service = found.owner.as_ref();
    let service = service.filter(|owner| text(owner, &["kind"]) == "Service");
    let pair = |wanted: &Wanted| {
        let (shown, remote) = match service {
            Some(service) => of_service(service, &found.pod, &wanted.remote)?,
            None => {
                let port = of_pod(&found.pod, &wanted.remote)?;
                (port, port)
            }
        };
        let local = wanted.local.unwrap_or(shown);
        Ok(Pair { local, remote })
    };
    wanted.iter().map(pair).collect()
}

/// A service's own port, and the pod's behind it.
fn of_service(service: &Value, pod: &Value, wanted: &str) -> Result<(u16, u16), Error> {
    let ports = service.at(&["spec", "ports"]).and_then(Value::as_array);
    let mut ports = ports.into_iter().flatten();
    let number = wanted.parse::<u16>();
    let found = ports.find(|port| match number {
        Ok(number) => port_number(port, "port") == Some(number),
        Err(_) => text(port, &["name"]) == wanted,
    });
    let own = found.and_then(|found| port_number(found, "port"));
    let (Some(found), Some(own)) = (found, own) else {
        let name = text(service, &["metadata", "name"]);
        let message = format!("Service {name} does not have a service port {wanted}");
        return Err(none(message));
    };
    // A headless service leads to the pods' own ports.
    if text(service, &["spec", "clusterIP"]) == "None" {
        return Ok((own, own));
    }
    let target = match found.get("targetPort").and_then(Value::as_str) {
        Some(name) => of_pod(pod, name)?,
        None => port_number(found, "targetPort").unwrap_or(own),
    };
    Ok((own, target))
}

/// A port of the pod, by number or by name.
fn of_pod(pod: &Value, wanted: &str) -> Result<u16, Error> {
    if let Ok(number) = wanted.parse() {
        return Ok(number);
    }
    let containers = ["containers", "initContainers"].map(|sort| pod.at(&["spec", sort]));
    let containers = containers.into_iter().flatten().filter_map(Value::as_array);
    let ports = containers
        .flatten()
        .filter_map(|container| container.get("ports")?.as_array());
    let mut ports = ports.flatten();
    let named = ports.find(|port| text(port, &["name"]) == wanted);
    named
        .and_then(|port| port_number(port, "containerPort"))
        .ok_or_else(|| {
            let name = text(pod, &["metadata", "name"]);
            none(format!(
                "Pod '{name}' does not have a named port '{wanted}'"
            ))
        })
}

/// A port in a field; none if it is not there, or zero.
fn port_number(value: &Value, field: &str) -> Option<u16> {
    let number = value.get(field).and_then(Value::as_int)?;
    u16::try_from(number).ok().filter(|number| *number > 0)
}

fn none(message: String) -> Error {
    Error::new(Kind::NotFound, message).with_hint("name a port by its number")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Value {
        pintle_codec::json::parse(text.as_bytes()).unwrap()
    }

    /// The pairs that arguments mean, of a pod or of a service in front of it.
    fn pairs(arguments: &str, service: Option<&str>) -> String {
        let pod = r#"{"metadata":{"name":"web-0"},"spec":{"containers":[{"name":"a"},
            {"name":"b","ports":[{"containerPort":9090},{"name":"http","containerPort":8080}]}]}}"#;
        let found = Found {
            pod: read(pod),
            owner: service.map(read),
        };
        let arguments: Vec<String> = arguments.split(' ').map(str::to_owned).collect();
        let resolved = parse(&arguments).and_then(|wanted| resolve(&wanted, &found));
        match resolved {
            Ok(pairs) => {
                let pairs = pairs.iter();
                let pairs = pairs.map(|pair| format!("{}:{}", pair.local, pair.remote));
                pairs.collect::<Vec<_>>().join(" ")
            }
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn ports_of_a_pod_are_numbers_and_names() {
        assert_eq!(
            pairs("80 8080:80 :80 0:80", None),
            "80:80 8080:80 0:80 0:80"
        );
        assert_eq!(
            pairs("http 80:http :http", None),
            "8080:8080 80:8080 0:8080"
        );
        let unknown = "Pod 'web-0' does not have a named port 'https'";
        assert_eq!(pairs("https", None), unknown);
    }

    #[test]
    fn ports_of_a_service_lead_to_its_targets() {
        let service = r#"{"kind":"Service","metadata":{"name":"web"},"spec":{"ports":[
            {"name":"http","port":80,"targetPort":"http"},{"name":"raw","port":81,"targetPort":9090},{"port":82}]}}"#;
        let expected = "80:8080 0:9090 7:8080 82:82";
        assert_eq!(pairs("80 :81 7:http 82", Some(service)), expected);
        let unknown = "Service web does not have a service port 9090";
        assert_eq!(pairs("9090", Some(service)), unknown);
        let headless = r#"{"kind":"Service","spec":{"clusterIP":"None","ports":[{"port":80,"targetPort":8080}]}}"#;
        assert_eq!(pairs("80", Some(headless)), "80:80");
    }

    #[test]
    fn what_is_no_port_is_refused() {
        for argument in [
            "", ":", "0", "80:", "70000", "a:80", "1:2:3", "99999:80", "80:0",
        ] {
            let message = pairs(argument, None);
            assert!(
                message.starts_with("invalid port format"),
                "{argument}: {message}"
            );
        }
    }
}
