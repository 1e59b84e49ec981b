//! Owners: who is reconciled when a dependent changes.

use pintle_meta::v1::{ObjectMeta, OwnerReference};
use pintle_meta::{Lazy, Metadata as _, Object, ObjectName, Resource, Scope as _};

/// A reference to the controller of an object, for the `ownerReferences` of what it owns: the garbage
/// collector deletes that with it, and a controller that [owns](crate::Controller::owns) the kind is
/// told of its changes.
///
/// Owner and dependent are in one namespace, or the owner is of the whole cluster. [`own`] puts it there.
pub fn owner_reference<K: Resource>(owner: &K) -> OwnerReference {
    let (type_meta, metadata) = (K::type_meta(), owner.metadata());
    OwnerReference {
        api_version: type_meta.api_version,
        kind: type_meta.kind,
        name: metadata.name().into(),
        uid: metadata.uid().into(),
        controller: Some(true),
        block_owner_deletion: Some(true),
    }
}

/// Makes an object one that `owner` controls, by a [reference](owner_reference) among its owners.
///
/// Others stay as they are. The server refuses an object with two controllers: what is another's is not
/// taken from it. controller-runtime's `SetControllerReference`.
///
/// ```
/// use pintle_api::apps::v1::Deployment;
/// use pintle_api::core::v1::ConfigMap;
/// use pintle_controller::own;
///
/// # let deployment = Deployment::default();
/// let mut settings = ConfigMap::default();
/// own(&deployment, &mut settings.metadata);
/// own(&deployment, &mut settings.metadata);
/// assert_eq!(settings.metadata.owner_references.len(), 1);
/// ```
pub fn own<K: Resource>(owner: &K, dependent: &mut ObjectMeta) {
    let reference = owner_reference(owner);
    let owners = &mut dependent.owner_references;
    match owners.iter_mut().find(|known| known.uid == reference.uid) {
        Some(known) => *known = reference,
        None => owners.push(reference),
    }
}

/// The key of the object of type `K` that controls an object, if one does.
///
/// The version of the owner's type does not matter: it is the same object in all of them.
pub(crate) fn controller_of<K: Resource, D: Object>(dependent: &Lazy<D>) -> Option<ObjectName> {
    let metadata = dependent.object_meta().ok()?;
    let mut owners = metadata.owner_references.iter();
    let owner = owners.find(|owner| {
        let group = owner
            .api_version
            .rsplit_once('/')
            .map_or("", |(group, _)| group);
        owner.controller == Some(true) && owner.kind == K::KIND && group == K::GROUP
    })?;
    let namespace = match K::Scope::NAMESPACED {
        true => dependent.namespace(),
        false => "",
    };
    Some(ObjectName::new(namespace, owner.name.clone()))
}

#[cfg(test)]
mod tests {
    use pintle_api::apps::v1::{Deployment, ReplicaSet};
    use pintle_api::core::v1::{Node, Pod};

    use super::*;

    fn owned(reference: OwnerReference) -> Lazy<Pod> {
        let mut pod = Pod::default();
        pod.metadata.name = "web-0".into();
        pod.metadata.namespace = "shop".into();
        pod.metadata.owner_references = [reference].into();
        pod.into()
    }

    // claims: controller.owns
    #[test]
    fn the_controller_among_the_owners_is_found_by_group_and_kind() {
        let mut set = ReplicaSet::default();
        set.metadata.name = "web".into();
        set.metadata.uid = "u".into();
        let reference = owner_reference(&set);
        assert_eq!(reference.api_version, "apps/v1");
        let of =
            |reference: &OwnerReference| controller_of::<ReplicaSet, _>(&owned(reference.clone()));
        assert_eq!(of(&reference), Some(ObjectName::new("shop", "web")));
        let newer = OwnerReference {
            api_version: "apps/v2".into(),
            ..reference.clone()
        };
        assert_eq!(of(&newer), Some(ObjectName::new("shop", "web")));
        let other_group = OwnerReference {
            api_version: "v1".into(),
            ..reference.clone()
        };
        assert_eq!(of(&other_group), None);
        let no_controller = OwnerReference {
            controller: None,
            ..reference.clone()
        };
        assert_eq!(of(&no_controller), None);
        let pod = owned(reference);
        assert_eq!(controller_of::<Deployment, _>(&pod), None);

        let mut node = Node::default();
        node.metadata.name = "n".into();
        let pod = owned(owner_reference(&node));
        assert_eq!(
            controller_of::<Node, _>(&pod),
            Some(ObjectName::new("", "n"))
        );
    }
}
