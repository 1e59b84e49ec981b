//! What the derive makes is a resource like the built-in ones.

use pintle_api::core::v1::EnvVar;
use pintle_codec::{Decoder, Format};
use pintle_crd::CustomResource;
use pintle_meta::v1::Condition;
use pintle_meta::{
    Body, IntOrString, Kind, Lazy, ListDecoder, Metadata, Object, Quantity, RawExtension, Resource,
    Scope, Time, WatchEvent, decode_json, encode_json,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema, CustomResource)]
#[serde(rename_all = "camelCase")]
#[pintle(group = "example.com", version = "v1", status = WidgetStatus)]
#[pintle(crate = "pintle_crd", derive(Debug, PartialEq))]
struct WidgetSpec {
    size: i32,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    env: Vec<EnvVar>,
    port: Option<IntOrString>,
    memory: Option<Quantity>,
    since: Option<Time>,
    raw: Option<RawExtension>,
}

#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize, JsonSchema)]
struct WidgetStatus {
    conditions: Vec<Condition>,
}

#[derive(Clone, Deserialize, Serialize, JsonSchema, CustomResource)]
#[pintle(group = "example.com", version = "v1", cluster, crate = "pintle_crd")]
struct PlainSpec {}

fn widget(name: &str) -> Widget {
    Widget::new(
        name,
        WidgetSpec {
            size: 3,
            env: Vec::new(),
            port: None,
            memory: None,
            since: None,
            raw: None,
        },
    )
}

const WIDGET: &str = r#"{"kind":"Widget","apiVersion":"example.com/v1","metadata":{"name":"a"},"spec":{"size":3,"port":null,"memory":null,"since":null,"raw":null}}"#;

#[test]
fn an_object_says_what_it_is() {
    let document = encode_json(&widget("a")).unwrap();
    assert_eq!(String::from_utf8(document).unwrap(), WIDGET);
    // serde alone says it too.
    assert_eq!(serde_json::to_string(&widget("a")).unwrap(), WIDGET);
    assert_eq!(
        (Widget::GROUP, Widget::VERSION, Widget::KIND),
        ("example.com", "v1", "Widget")
    );
    assert_eq!(
        (Widget::PLURAL, Widget::LIST_KIND),
        ("widgets", "WidgetList")
    );
    const {
        assert!(<Widget as Resource>::Scope::NAMESPACED);
        assert!(!<Plain as Resource>::Scope::NAMESPACED);
    }
}

#[test]
fn an_object_of_another_kind_is_refused() {
    for other in [
        WIDGET.replace("Widget", "Gadget"),
        WIDGET.replace("example.com/v1", "example.com/v2"),
    ] {
        assert!(decode_json::<Widget>(other.as_bytes()).is_err(), "{other}");
        let error = serde_json::from_str::<Widget>(&other).unwrap_err();
        assert!(
            error.to_string().starts_with("expected an object of"),
            "{error}"
        );
    }
}

#[test]
fn what_is_read_is_what_was_written() {
    let mut full = widget("full");
    full.spec.env.push(EnvVar {
        name: "HOME".into(),
        value: "/".into(),
        ..EnvVar::default()
    });
    full.spec.port = Some("http".into());
    full.spec.memory = Some("64Mi".parse().unwrap());
    full.spec.since = Some("2024-02-29T12:00:00Z".parse().unwrap());
    full.spec.raw = Some(RawExtension::from_json(r#"{"b":1,"a":[]}"#).unwrap());
    full.status = Some(WidgetStatus {
        conditions: vec![Condition {
            type_: "Ready".into(),
            ..Condition::default()
        }],
    });
    let document = encode_json(&full).unwrap();
    assert_eq!(decode_json::<Widget>(&document).unwrap(), full);
}

#[test]
fn what_is_missing_is_absent_but_for_the_spec() {
    let bare: Widget =
        decode_json(br#"{"metadata":null,"spec":{"size":1},"status":null}"#).unwrap();
    assert_eq!((bare.metadata().name(), &bare.status), ("", &None));
    let error = decode_json::<Widget>(br#"{"metadata":{}}"#).unwrap_err();
    assert!(
        error.to_string().contains("missing field `spec`"),
        "{error}"
    );
    // A resource without a status passes over what comes.
    let plain = br#"{"spec":{},"status":{"phase":"x"},"more":[1]}"#;
    assert!(decode_json::<Plain>(plain).is_ok());
}

#[test]
fn a_list_is_read_and_written() {
    let item = WIDGET.replace(r#""kind":"Widget","apiVersion":"example.com/v1","#, "");
    let document = format!(
        r#"{{"kind":"WidgetList","apiVersion":"example.com/v1","metadata":{{"resourceVersion":"7"}},"items":[{item},{WIDGET}]}}"#
    );
    let list: WidgetList = decode_json(document.as_bytes()).unwrap();
    assert_eq!(list.metadata.resource_version, "7");
    assert_eq!(list.items[..], [widget("a"), widget("a")]);
    let written = encode_json(&list).unwrap();
    let again: WidgetList = decode_json(&written).unwrap();
    assert_eq!(again, list);
    assert!(format!("{list:?}").contains("size: 3"), "{list:?}");
    assert!(decode_json::<WidgetList>(br#"{"kind":"PodList","apiVersion":"v1"}"#).is_err());
}

#[test]
fn a_list_is_read_as_it_arrives() {
    let mut list = ListDecoder::<Widget>::new(Format::Json, Decoder::new());
    list.push(br#"{"kind":"WidgetList","apiVersion":"example.com/v1","items":["#);
    assert!(list.next_item().unwrap().is_none());
    list.push(WIDGET.as_bytes());
    list.push(br#",{"metadata":{"name":"bad"},"spec":{"size":"x"}},"#);
    assert_eq!(list.next_item().unwrap().unwrap().unwrap(), widget("a"));
    let error = list.next_item().unwrap().unwrap().unwrap_err();
    assert_eq!(error.name().unwrap().to_string(), "bad");
}

#[test]
fn a_watch_event_carries_one() {
    let frame = format!(r#"{{"type":"ADDED","object":{WIDGET}}}"#);
    let event = WatchEvent::<Widget>::decode(frame.as_bytes(), Format::Json, &mut Decoder::new());
    assert_eq!(event.unwrap(), WatchEvent::Added(widget("a")));
}

#[test]
fn one_is_decoded_when_somebody_looks() {
    let document = WIDGET.as_bytes();
    let lazy = Lazy::<Widget>::decode(document, Format::Json, &mut Decoder::new()).unwrap();
    assert_eq!(lazy.name(), "a");
    assert_eq!(*lazy.get().unwrap(), widget("a"));
}

#[test]
fn there_is_no_form_but_json() {
    let mut out = Vec::new();
    assert!(widget("a").encode(Format::Protobuf, &mut out).is_err());
    assert_eq!(Widget::FORMATS, [Format::Json]);
}
