//! Service accounts: they name secrets, and say nothing else about them.

use pintle_codec::{Object, Value};

use super::Kind;
use crate::schema::Tree;

pub(super) const KIND: Kind = Kind {
    on_create: |account, _| name_secrets(account),
    on_update: |account, _, _, _| name_secrets(account),
    ..Kind::PLAIN
};

fn name_secrets(account: &mut Tree) {
    let secrets = account.list(&["secrets"]).iter();
    let named: Vec<Value> = secrets
        .map(|secret| match secret.get("name") {
            Some(name) => Object::from([("name", name.clone())]).into(),
            None => Object::new().into(),
        })
        .collect();
    if !named.is_empty() {
        account.set(&["secrets"], named.into());
    }
}
