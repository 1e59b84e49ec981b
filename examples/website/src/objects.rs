//! The objects of a website: what each is to be.
//!
//! Each function makes an object as it should be, whether it is new or there already. It sets what this
//! controller decides on and leaves the rest, so that what the server fills in, and what others decide
//! on, such as an annotation, stays as it is. What it sets it sets in full, with the server's defaults:
//! else there would be a difference each time.

use pintle::List;
use pintle::api::apps::v1::Deployment;
use pintle::api::core::v1::{
    Capabilities, ConfigMap, ConfigMapVolumeSource, Container, ContainerPort, HTTPGetAction,
    LocalObjectReference, PodSecurityContext, PodSpec, Probe, ProbeHandler, SeccompProfile,
    SecurityContext, Service, ServicePort, Volume, VolumeMount, VolumeSource,
};
use pintle::controller::own;
use pintle::meta::v1::{LabelSelector, ObjectMeta};

use crate::{NAME, Website};

/// The pages.
pub(crate) fn config_map(website: &Website, map: &mut ConfigMap) {
    metadata(website, &mut map.metadata);
    let pages = website.spec.pages.iter();
    map.data = pages
        .map(|(file, page)| (file.as_str(), page.as_str().into()))
        .collect();
}

/// The way to the servers.
pub(crate) fn service(website: &Website, service: &mut Service) {
    metadata(website, &mut service.metadata);
    let spec = &mut service.spec;
    let labels = labels(website).into_iter();
    spec.selector = labels.map(|(name, value)| (name, value.into())).collect();
    // A Service that others have made a NodePort keeps its number.
    let node_port = spec.ports.first().map_or(0, |port| port.node_port);
    spec.ports = [ServicePort {
        name: HTTP.into(),
        protocol: TCP.into(),
        port: 80,
        target_port: HTTP.into(),
        node_port,
        ..ServicePort::default()
    }]
    .into();
}

/// The servers.
pub(crate) fn deployment(website: &Website, deployment: &mut Deployment) {
    metadata(website, &mut deployment.metadata);
    let spec = &mut deployment.spec;
    spec.replicas = Some(website.spec.replicas);
    let labels = labels(website);
    // It cannot be changed once it is there, and never has to be.
    let selector: &mut LabelSelector = spec.selector.get_or_insert_default();
    for (name, value) in labels {
        selector.match_labels.insert(name, value.into());
        spec.template.metadata.labels.insert(name, value.into());
    }
    pod(website, &mut spec.template.spec);
}

fn pod(website: &Website, spec: &mut PodSpec) {
    // Pages need no rights in the cluster.
    spec.automount_service_account_token = Some(false);
    let security: &mut PodSecurityContext = spec.security_context.get_or_insert_default();
    security.run_as_non_root = Some(true);
    let seccomp: &mut SeccompProfile = security.seccomp_profile.get_or_insert_default();
    seccomp.type_ = "RuntimeDefault".into();

    let volumes = &mut spec.volumes;
    let pages = find_or_add(volumes, |volume| volume.name == PAGES);
    *pages = pages_volume(website);

    let server = find_or_add(&mut spec.containers, |container| container.name == SERVER);
    server_container(website, server);
}

fn pages_volume(website: &Website) -> Volume {
    let source = ConfigMapVolumeSource {
        local_object_reference: LocalObjectReference {
            name: website.metadata.name.clone(),
        },
        default_mode: Some(0o644),
        ..ConfigMapVolumeSource::default()
    };
    Volume {
        name: PAGES.into(),
        volume_source: VolumeSource {
            config_map: Some(source.into()),
            ..VolumeSource::default()
        },
    }
}

fn server_container(website: &Website, server: &mut Container) {
    server.name = SERVER.into();
    server.image = website.spec.image.as_str().into();
    server.ports = [ContainerPort {
        name: HTTP.into(),
        container_port: 8080,
        protocol: TCP.into(),
        ..ContainerPort::default()
    }]
    .into();
    let mount = find_or_add(&mut server.volume_mounts, |mount| mount.name == PAGES);
    *mount = VolumeMount {
        name: PAGES.into(),
        mount_path: "/usr/share/nginx/html".into(),
        read_only: true,
        ..VolumeMount::default()
    };
    let probe: &mut Probe = server.readiness_probe.get_or_insert_default();
    probe.probe_handler = ProbeHandler {
        http_get: Some(
            HTTPGetAction {
                path: "/".into(),
                port: HTTP.into(),
                scheme: "HTTP".into(),
                ..HTTPGetAction::default()
            }
            .into(),
        ),
        ..ProbeHandler::default()
    };
    let security: &mut SecurityContext = server.security_context.get_or_insert_default();
    security.allow_privilege_escalation = Some(false);
    let capabilities: &mut Capabilities = security.capabilities.get_or_insert_default();
    capabilities.drop = ["ALL".into()].into();
}

/// What all of them have.
fn metadata(website: &Website, metadata: &mut ObjectMeta) {
    metadata.name = website.metadata.name.clone();
    metadata.namespace = website.metadata.namespace.clone();
    for (name, value) in labels(website) {
        metadata.labels.insert(name, value.into());
    }
    metadata.labels.insert(MANAGED_BY, NAME.into());
    own(website, metadata);
}

/// By which the servers of a website are told from others.
fn labels(website: &Website) -> [(&'static str, &str); 2] {
    [
        ("app.kubernetes.io/name", "website"),
        ("app.kubernetes.io/instance", &website.metadata.name),
    ]
}

fn find_or_add<T: Default>(list: &mut List<T>, is_it: impl FnMut(&T) -> bool) -> &mut T {
    let at = list.iter().position(is_it).unwrap_or_else(|| {
        list.push(T::default());
        list.len() - 1
    });
    &mut list[at]
}

const MANAGED_BY: &str = "app.kubernetes.io/managed-by";
const SERVER: &str = "server";
const PAGES: &str = "pages";
const HTTP: &str = "http";
const TCP: &str = "TCP";
