//! What to wait for: conditions of built-in objects, for
//! [`await_condition`](pintle_client::await_condition).
//!
//! ```no_run
//! use pintle_client::await_condition;
//! use pintle_clientset::{Clientset, conditions};
//!
//! # async fn example(clientset: Clientset) -> Result<(), pintle_client::Error> {
//! let pods = clientset.core_v1().pods("default");
//! let pod = await_condition(&pods, "web-0", conditions::is_running()).await?;
//! println!("{:?} runs", pod.map(|pod| pod.metadata.name));
//! # Ok(())
//! # }
//! ```
//!
//! Each is a function of an object that may not be there; a function of one's own is as good. Those for
//! objects of any type are [`pintle_client::conditions`].

use pintle_api::core::v1::{Pod, PodPhase};

/// That a pod runs, ready or not.
pub fn is_running() -> impl Fn(Option<&Pod>) -> bool {
    |pod| pod.is_some_and(|pod| pod.status.phase == PodPhase::RUNNING)
}

/// That a pod is ready: its containers run, and its readiness gates are open.
pub fn is_ready() -> impl Fn(Option<&Pod>) -> bool {
    |pod| {
        pod.is_some_and(|pod| {
            let mut conditions = pod.status.conditions.iter();
            conditions.any(|it| it.type_ == "Ready" && it.status == "True")
        })
    }
}

/// That a pod has ended, well or not.
pub fn has_ended() -> impl Fn(Option<&Pod>) -> bool {
    |pod| {
        let ends = [PodPhase::SUCCEEDED, PodPhase::FAILED];
        pod.is_some_and(|pod| ends.contains(&pod.status.phase))
    }
}

/// That a deployment is rolled out: what was asked for last was seen, all replicas are of it, and all of
/// them are available.
#[cfg(feature = "apps")]
pub fn is_rolled_out() -> impl Fn(Option<&pintle_api::apps::v1::Deployment>) -> bool {
    |deployment| {
        deployment.is_some_and(|it| {
            let wanted = it.spec.replicas.unwrap_or(1);
            let status = &it.status;
            status.observed_generation >= it.metadata.generation
                && status.updated_replicas == wanted
                && status.replicas == wanted
                && status.available_replicas == wanted
        })
    }
}

/// That a job is done, and did not fail.
#[cfg(feature = "batch")]
pub fn is_complete() -> impl Fn(Option<&pintle_api::batch::v1::Job>) -> bool {
    |job| {
        job.is_some_and(|job| {
            let mut conditions = job.status.conditions.iter();
            conditions.any(|it| it.type_ == "Complete" && it.status == "True")
        })
    }
}

/// That the resource of a definition is served.
#[cfg(feature = "apiextensions")]
pub fn is_established()
-> impl Fn(Option<&pintle_api::apiextensions::v1::CustomResourceDefinition>) -> bool {
    |definition| {
        definition.is_some_and(|it| {
            let mut conditions = it.status.conditions.iter();
            conditions.any(|it| it.type_ == "Established" && it.status == "True")
        })
    }
}

#[cfg(test)]
mod tests {
    use pintle_api::core::v1::{PodCondition, PodStatus};

    use super::*;

    fn pod(phase: PodPhase, ready: &'static str) -> Pod {
        let condition = PodCondition {
            type_: "Ready".into(),
            status: ready.into(),
            ..Default::default()
        };
        Pod {
            status: PodStatus {
                phase,
                conditions: [condition].into(),
                ..Default::default()
            },
            ..Default::default()
        }
    }

    #[test]
    fn pods_run_get_ready_and_end() {
        let running = pod(PodPhase::RUNNING, "False");
        assert!(is_running()(Some(&running)) && !is_ready()(Some(&running)));
        let ready = pod(PodPhase::RUNNING, "True");
        assert!(is_ready()(Some(&ready)) && !has_ended()(Some(&ready)));
        for end in [PodPhase::SUCCEEDED, PodPhase::FAILED] {
            let ended = pod(end, "False");
            assert!(has_ended()(Some(&ended)) && !is_running()(Some(&ended)));
        }
        assert!(!is_running()(None) && !is_ready()(None) && !has_ended()(None));
    }

    #[cfg(feature = "apps")]
    #[test]
    fn a_deployment_is_rolled_out_when_every_replica_is_new_and_available() {
        use pintle_api::apps::v1::Deployment;
        let mut deployment = Deployment::default();
        deployment.metadata.generation = 2;
        deployment.spec.replicas = Some(3);
        let status = &mut deployment.status;
        status.observed_generation = 2;
        (
            status.replicas,
            status.updated_replicas,
            status.available_replicas,
        ) = (3, 3, 3);
        assert!(is_rolled_out()(Some(&deployment)));
        let mut unseen = deployment.clone();
        unseen.metadata.generation = 3;
        assert!(!is_rolled_out()(Some(&unseen)));
        let mut old = deployment.clone();
        old.status.replicas = 4;
        assert!(!is_rolled_out()(Some(&old)));
        let mut starting = deployment;
        starting.status.available_replicas = 2;
        assert!(!is_rolled_out()(Some(&starting)));
    }
}
