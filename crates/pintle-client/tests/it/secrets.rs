//! Nothing that is printed holds what was sent, or what came: bodies, headers and parameters may be
//! secrets. Objects themselves show what they hold.

use pintle_api::core::v1::Secret;
use pintle_client::{Client, ContentConfig, Error, Verb};
use pintle_config::Config;
use pintle_meta::GroupVersion;
use pintle_meta::v1::ListOptions;

use crate::{client, streaming};

const SENT: &str = "sent-3f1a";
const CAME: &str = "came-9d27";
/// The same, as it stands in a Secret.
const CAME_IN_BASE64: &str = "Y2FtZS05ZDI3";
const TOKEN: &str = "token-51c8";

#[tokio::test]
async fn no_request_answer_or_error_shows_what_is_in_it() {
    let mut printed = Vec::new();
    let config = Config::new("http://localhost").unwrap().bearer_token(TOKEN);
    printed.push(format!("{:?}", Client::new(&config).unwrap()));

    let good = format!(
        r#"{{"kind":"Secret","apiVersion":"v1","metadata":{{"name":"a"}},"data":{{"k":"{CAME_IN_BASE64}"}}}}"#
    );
    let broken = good.replace(r#""}}"#, r#"!"}}"#);
    let cut = good.replace("}}", "");
    // A time or a quantity that is none is repeated by an error; it is no place for a secret.
    let answers = [
        good.clone(),
        broken.clone(),
        cut,
        format!(r#"{{"kind":"Secret","apiVersion":"v1","data":"{CAME}"}}"#),
        format!(r#"{{"kind":"Secret","apiVersion":"v1","metadata":{{"generation":"{CAME}"}}}}"#),
        format!("\"{CAME}\""),
        CAME.to_owned(),
    ];
    for body in &answers {
        let (client, _) = client(200, &[("content-type", "application/json")], body);
        let rest = client.rest(&GroupVersion::core("v1"));
        let request = || {
            rest.verb(Verb::Post)
                .namespace("a")
                .resource("secrets")
                .param("command", SENT)
                .header("x-key", SENT)
                .body_bytes("application/json", SENT)
        };
        printed.push(format!("{:?} {:#?} {}", request(), request(), request()));
        let answer = request().send().await.unwrap();
        printed.push(format!("{answer:?} {answer:#?}"));
        printed.extend(answer.clone().into_object::<Secret>().err().map(shown));
        printed.extend(answer.into_value().err().map(shown));
        printed.extend(
            client
                .api::<Secret>()
                .namespace("a")
                .get("a")
                .await
                .err()
                .map(shown),
        );
    }
    // Headers that HTTP does not allow, and a name that no path allows.
    let (client, _) = client(200, &[], "");
    let rest = client.rest(&GroupVersion::core("v1"));
    let odd = rest.get().header("x-key", &format!("{SENT}\n"));
    printed.push(format!("{odd:?}"));
    printed.push(shown(odd.send().await.unwrap_err()));

    for body in answers {
        let body: &'static str = body.leak();
        let event = format!(r#"{{"type":"ADDED","object":{body}}}"#).leak();
        let list = format!(r#"{{"kind":"SecretList","apiVersion":"v1","items":[{body}]}}"#).leak();
        let options = ListOptions::new();
        let secrets = streaming(vec![Ok(event.as_bytes())]).content(ContentConfig::json());
        let mut watch = secrets.api::<Secret>().watch(&options).await.unwrap();
        printed.push(format!("{watch:?}"));
        printed.extend(watch.try_next().await.err().map(shown));
        let secrets = streaming(vec![Ok(list.as_bytes())]).content(ContentConfig::json());
        printed.extend(
            secrets
                .api::<Secret>()
                .list(&options)
                .await
                .err()
                .map(shown),
        );
        let rest = secrets.rest(&GroupVersion::core("v1"));
        let list = rest.get().resource("secrets").list::<Secret>();
        let mut items = list.await.unwrap();
        printed.push(format!("{items:?}"));
        printed.extend(items.try_next().await.err().map(shown));
        printed.push(format!("{items:?}"));
    }

    assert!(printed.len() > 60, "{}", printed.len());
    for text in &printed {
        for secret in [SENT, CAME, CAME_IN_BASE64, TOKEN] {
            assert!(!text.contains(secret), "{secret} in {text}");
        }
    }
}

/// All that can be seen of an error.
fn shown(error: Error) -> String {
    let mut text = format!("{error} {error:?} {error:#?} {:?}", error.hint());
    let mut cause = std::error::Error::source(&error);
    while let Some(error) = cause {
        text.push_str(&format!(" {error} {error:?}"));
        cause = error.source();
    }
    text
}
