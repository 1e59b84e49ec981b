//! How a website fares: what its status is to be.

use pintle::api::apps::v1::Deployment;
use pintle::controller::set_condition;
use pintle::meta::Time;
use pintle::meta::v1::Condition;

use crate::{Website, WebsiteStatus};

/// The condition that says whether all servers show the website as it is to be.
pub const READY: &str = "Ready";

/// The status of a website that these servers show.
pub fn serving(website: &Website, servers: &Deployment, now: Time) -> WebsiteStatus {
    let (wanted, found) = (website.spec.replicas, &servers.status);
    // What the deployment says of an earlier state of itself says nothing of this one.
    let is_current = found.observed_generation >= servers.metadata.generation;
    // Those of the template before show the website as it was.
    let ready = match is_current {
        true => found.ready_replicas.min(found.updated_replicas),
        false => 0,
    };
    let (status, reason) = match is_current && ready >= wanted {
        true => ("True", "Serving"),
        false => ("False", "Starting"),
    };
    let message = format!("{ready} of {wanted} servers are ready");
    let mut new = told(website, status, reason, &message, now);
    new.replicas = found.replicas;
    new.ready_replicas = ready;
    new
}

/// The status of a website whose objects cannot be as they should be, and why.
pub fn refused(website: &Website, reason: &str, message: &str, now: Time) -> WebsiteStatus {
    told(website, "False", reason, message, now)
}

fn told(website: &Website, status: &str, reason: &str, message: &str, now: Time) -> WebsiteStatus {
    let generation = website.metadata.generation;
    let mut new = website.status.clone().unwrap_or_default();
    new.observed_generation = generation;
    let condition = Condition {
        type_: READY.into(),
        status: status.into(),
        observed_generation: generation,
        reason: reason.into(),
        message: message.into(),
        ..Condition::default()
    };
    set_condition(&mut new.conditions, condition, now);
    new
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::WebsiteSpec;

    fn website(replicas: i32) -> Website {
        let spec = WebsiteSpec {
            pages: BTreeMap::new(),
            replicas,
            image: "nginx".to_owned(),
        };
        let mut website = Website::new("home", spec);
        website.metadata.generation = 7;
        website
    }

    /// Servers of the generation 3, as a deployment controller tells that has seen this one.
    fn servers(observed: i64, updated: i32, ready: i32) -> Deployment {
        let mut servers = Deployment::default();
        servers.metadata.generation = 3;
        servers.status.observed_generation = observed;
        servers.status.replicas = updated.max(ready);
        servers.status.updated_replicas = updated;
        servers.status.ready_replicas = ready;
        servers
    }

    fn ready(status: &WebsiteStatus) -> (&str, &str, &str) {
        let [ready] = &status.conditions[..] else {
            panic!("{:?}", status.conditions)
        };
        assert_eq!(ready.type_, READY);
        (&ready.status, &ready.reason, &ready.message)
    }

    #[test]
    fn a_website_is_ready_when_all_its_servers_are() {
        let at = Time::from_unix(1);
        for (wanted, servers, expected) in [
            (
                2,
                servers(3, 2, 2),
                ("True", "Serving", "2 of 2 servers are ready"),
            ),
            (
                2,
                servers(3, 2, 1),
                ("False", "Starting", "1 of 2 servers are ready"),
            ),
            (
                0,
                servers(3, 0, 0),
                ("True", "Serving", "0 of 0 servers are ready"),
            ),
            // Two are ready, and one of them shows the website as it was.
            (
                2,
                servers(3, 1, 2),
                ("False", "Starting", "1 of 2 servers are ready"),
            ),
            // Nobody has looked at the deployment as it is.
            (
                2,
                servers(2, 2, 2),
                ("False", "Starting", "0 of 2 servers are ready"),
            ),
        ] {
            let status = serving(&website(wanted), &servers, at);
            assert_eq!(ready(&status), expected);
            assert_eq!(status.observed_generation, 7);
        }
    }

    #[test]
    fn a_condition_keeps_the_time_of_its_last_change() {
        let mut website = website(1);
        let mut tell = |servers: &Deployment, now| {
            let status = serving(&website, servers, Time::from_unix(now));
            website.status = Some(status.clone());
            status.conditions[0].last_transition_time
        };
        assert_eq!(tell(&servers(3, 0, 0), 1), Time::from_unix(1));
        assert_eq!(tell(&servers(3, 1, 0), 2), Time::from_unix(1));
        assert_eq!(tell(&servers(3, 1, 1), 3), Time::from_unix(3));
    }

    #[test]
    fn what_is_refused_is_told_with_the_servers_that_there_are() {
        let mut website = website(1);
        website.status = Some(serving(&website, &servers(3, 1, 1), Time::from_unix(1)));
        let status = refused(&website, "Refused", "no such page", Time::from_unix(2));
        assert_eq!(ready(&status), ("False", "Refused", "no such page"));
        assert_eq!(status.ready_replicas, 1);
    }
}
