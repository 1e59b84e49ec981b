//! What a deployment controller does, and the kubelets below it: servers are there and ready at once.

use pintle::api::apps::v1::Deployment;
use pintle::controller::{Context, Predicate, Source};
use pintle::meta::ObjectName;
use pintle::meta::v1::PatchOptions;
use pintle::{Action, Client, Controller, Error, InformerFactory};
use website::Failed;

/// Says of each deployment that it is as it should be, for ever.
pub(crate) async fn fare(client: Client) -> Result<(), Error> {
    let factory = InformerFactory::new(client.clone());
    let deployments = factory.informer::<Deployment>();
    let changes = Source::from(&deployments).when(Predicate::generation());
    let controller = Controller::new("servers", changes);
    let run = move |key, cx| ready(client.clone(), key, cx);
    controller.run_until(std::future::pending(), run).await
}

async fn ready(client: Client, key: ObjectName, cx: Context<Deployment>) -> Result<Action, Failed> {
    let Some(deployment) = cx.object() else {
        return Ok(Action::Done);
    };
    let api = client.api::<Deployment>().namespace(&*key.namespace);
    let told = |it: &mut Deployment| {
        let replicas = it.spec.replicas.unwrap_or(1);
        it.status.observed_generation = it.metadata.generation;
        it.status.replicas = replicas;
        it.status.updated_replicas = replicas;
        it.status.ready_replicas = replicas;
        it.status.available_replicas = replicas;
    };
    let options = PatchOptions::new();
    match api
        .edit_status_from(&*deployment.get()?, &options, told)
        .await
    {
        Err(error) if error.is_not_found() => Ok(Action::Done),
        outcome => Ok(outcome.map(|_| Action::Done)?),
    }
}
