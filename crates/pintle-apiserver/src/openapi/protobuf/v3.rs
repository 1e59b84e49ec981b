//! The messages of OpenAPI 3.

use super::{Kind, Message};

pub(super) static DOCUMENT: Message = Message {
    fields: &[
        ("openapi", 1, Kind::Text),
        ("info", 2, Kind::One(&INFO)),
        ("paths", 4, Kind::Map(1, &Kind::One(&PATH_ITEM))),
        ("components", 5, Kind::One(&COMPONENTS)),
    ],
    extensions: 9,
};

static INFO: Message = Message {
    fields: &[("title", 1, Kind::Text), ("version", 6, Kind::Text)],
    extensions: 7,
};

static COMPONENTS: Message = Message {
    fields: &[
        ("schemas", 1, Kind::Map(1, &SCHEMA_OR_REFERENCE)),
        (
            "securitySchemes",
            7,
            Kind::Map(1, &Kind::OrReference(&Kind::One(&SECURITY_SCHEME))),
        ),
    ],
    extensions: 10,
};

static SECURITY_SCHEME: Message = Message {
    fields: &[
        ("type", 1, Kind::Text),
        ("name", 3, Kind::Text),
        ("in", 4, Kind::Text),
    ],
    extensions: 9,
};

static PATH_ITEM: Message = Message {
    fields: &[
        ("get", 4, Kind::One(&OPERATION)),
        ("put", 5, Kind::One(&OPERATION)),
        ("post", 6, Kind::One(&OPERATION)),
        ("delete", 7, Kind::One(&OPERATION)),
        ("options", 8, Kind::One(&OPERATION)),
        ("head", 9, Kind::One(&OPERATION)),
        ("patch", 10, Kind::One(&OPERATION)),
        ("parameters", 13, Kind::Many(&PARAMETER_OR_REFERENCE)),
    ],
    extensions: 14,
};

static OPERATION: Message = Message {
    fields: &[
        ("tags", 1, Kind::Many(&Kind::Text)),
        ("operationId", 5, Kind::Text),
        ("parameters", 6, Kind::Many(&PARAMETER_OR_REFERENCE)),
        (
            "requestBody",
            7,
            Kind::OrReference(&Kind::One(&REQUEST_BODY)),
        ),
        (
            "responses",
            8,
            Kind::Map(2, &Kind::OrReference(&Kind::One(&RESPONSE))),
        ),
    ],
    extensions: 13,
};

const PARAMETER_OR_REFERENCE: Kind = Kind::OrReference(&Kind::One(&PARAMETER));
static PARAMETER: Message = Message {
    fields: &[
        ("name", 1, Kind::Text),
        ("in", 2, Kind::Text),
        ("required", 4, Kind::Flag),
        ("schema", 10, Kind::OrReference(&Kind::One(&SCHEMA))),
    ],
    extensions: 14,
};

static REQUEST_BODY: Message = Message {
    fields: &[("content", 2, CONTENT), ("required", 3, Kind::Flag)],
    extensions: 4,
};

static RESPONSE: Message = Message {
    fields: &[("description", 1, Kind::Text), ("content", 3, CONTENT)],
    extensions: 5,
};

const CONTENT: Kind = Kind::Map(1, &Kind::One(&MEDIA_TYPE));
static MEDIA_TYPE: Message = Message {
    fields: &[("schema", 1, Kind::OrReference(&Kind::One(&SCHEMA)))],
    extensions: 5,
};

static SCHEMA_OR_REFERENCE: Kind = Kind::OrReference(&Kind::One(&SCHEMA));
static SCHEMA: Message = Message {
    fields: &[
        ("uniqueItems", 20, Kind::Flag),
        ("required", 23, Kind::Many(&Kind::Text)),
        ("enum", 24, Kind::Many(&Kind::Yaml)),
        ("type", 25, Kind::Text),
        ("allOf", 26, Kind::Many(&SCHEMA_OR_REFERENCE)),
        ("oneOf", 27, Kind::Many(&SCHEMA_OR_REFERENCE)),
        ("items", 30, Kind::In(1, &SCHEMA_OR_REFERENCE)),
        ("properties", 31, Kind::Map(1, &SCHEMA_OR_REFERENCE)),
        (
            "additionalProperties",
            32,
            Kind::In(1, &SCHEMA_OR_REFERENCE),
        ),
        ("default", 33, Kind::Default),
        ("format", 35, Kind::Text),
    ],
    extensions: 36,
};
