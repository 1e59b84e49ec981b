//! Who clients are.

use pintle_test::{Attributes, Authorizer, Cluster, Decision, User};

use crate::config_maps;

/// Lets joe do nothing, and says who everybody is.
struct NotJoe;

impl Authorizer for NotJoe {
    fn authorize(&self, user: &User, _: &Attributes<'_>) -> Decision {
        match user.name.as_str() {
            "joe" => Decision::Deny(user.groups.join(" ")),
            _ => Decision::Allow,
        }
    }
}

#[tokio::test]
async fn clients_are_whom_they_are_made_for() {
    for local in [false, true] {
        let joe = User::new("joe").group("tokens");
        let builder = Cluster::builder()
            .authorizer(NotJoe)
            .token("joes-token", joe);
        let builder = if local { builder.in_process() } else { builder };
        let cluster = builder.start().await.unwrap();
        let said = async |client| {
            let error = config_maps(&client).get("a").await.unwrap_err();
            let message = error.as_status().unwrap().message.to_string();
            message.rsplit_once(": ").unwrap().1.to_owned()
        };
        let admin = config_maps(&cluster.client());
        assert!(admin.get("a").await.unwrap_err().is_not_found());
        let jane = cluster.client_as("jane", &[]).unwrap();
        assert!(
            config_maps(&jane)
                .get("a")
                .await
                .unwrap_err()
                .is_not_found()
        );
        let joe = cluster.client_as("joe", &["ops", "dev"]).unwrap();
        assert_eq!(said(joe).await, "ops dev system:authenticated");
        let joe = cluster.client_with_token("joes-token").unwrap();
        assert_eq!(said(joe).await, "tokens system:authenticated");
        let nobody = cluster.client_with_token("another").unwrap();
        let error = config_maps(&nobody).get("a").await.unwrap_err();
        assert!(error.is_unauthorized(), "{error}");
        cluster.shutdown().await;
    }
}
