//! The messages of OpenAPI 2.

use super::{Kind, Message};

pub(super) static DOCUMENT: Message = Message {
    fields: &[
        ("swagger", 1, Kind::Text),
        ("info", 2, Kind::One(&INFO)),
        ("paths", 8, Kind::Map(2, &Kind::One(&PATH_ITEM))),
        ("definitions", 9, Kind::Map(1, &Kind::One(&SCHEMA))),
        ("parameters", 10, Kind::Map(1, &PARAMETER)),
        (
            "security",
            12,
            Kind::Many(&Kind::Map(1, &Kind::In(1, &Kind::Many(&Kind::Text)))),
        ),
        (
            "securityDefinitions",
            13,
            Kind::Map(1, &Kind::In(2, &Kind::One(&API_KEY))),
        ),
    ],
    extensions: 16,
};

static INFO: Message = Message {
    fields: &[("title", 1, Kind::Text), ("version", 2, Kind::Text)],
    extensions: 7,
};

static API_KEY: Message = Message {
    fields: &[
        ("type", 1, Kind::Text),
        ("name", 2, Kind::Text),
        ("in", 3, Kind::Text),
    ],
    extensions: 5,
};

static PATH_ITEM: Message = Message {
    fields: &[
        ("get", 2, Kind::One(&OPERATION)),
        ("put", 3, Kind::One(&OPERATION)),
        ("post", 4, Kind::One(&OPERATION)),
        ("delete", 5, Kind::One(&OPERATION)),
        ("options", 6, Kind::One(&OPERATION)),
        ("head", 7, Kind::One(&OPERATION)),
        ("patch", 8, Kind::One(&OPERATION)),
        ("parameters", 9, Kind::Many(&PARAMETER_OR_REFERENCE)),
    ],
    extensions: 10,
};

static OPERATION: Message = Message {
    fields: &[
        ("tags", 1, Kind::Many(&Kind::Text)),
        ("operationId", 5, Kind::Text),
        ("produces", 6, Kind::Many(&Kind::Text)),
        ("consumes", 7, Kind::Many(&Kind::Text)),
        ("parameters", 8, Kind::Many(&PARAMETER_OR_REFERENCE)),
        (
            "responses",
            9,
            Kind::Map(1, &Kind::OrReference(&Kind::One(&RESPONSE))),
        ),
        ("schemes", 10, Kind::Many(&Kind::Text)),
    ],
    extensions: 13,
};

static RESPONSE: Message = Message {
    fields: &[
        ("description", 1, Kind::Text),
        ("schema", 2, Kind::In(1, &Kind::One(&SCHEMA))),
    ],
    extensions: 5,
};

const PARAMETER_OR_REFERENCE: Kind = Kind::OrReference(&PARAMETER);
const PARAMETER: Kind = Kind::By(
    "in",
    &[
        ("body", Kind::In(1, &Kind::One(&BODY_PARAMETER))),
        (
            "query",
            Kind::In(2, &Kind::In(3, &Kind::One(&QUERY_PARAMETER))),
        ),
        (
            "path",
            Kind::In(2, &Kind::In(4, &Kind::One(&PATH_PARAMETER))),
        ),
    ],
);

static BODY_PARAMETER: Message = Message {
    fields: &[
        ("name", 2, Kind::Text),
        ("in", 3, Kind::Text),
        ("required", 4, Kind::Flag),
        ("schema", 5, Kind::One(&SCHEMA)),
    ],
    extensions: 6,
};

static QUERY_PARAMETER: Message = Message {
    fields: &[
        ("in", 2, Kind::Text),
        ("name", 4, Kind::Text),
        ("type", 6, Kind::Text),
        ("uniqueItems", 20, Kind::Flag),
    ],
    extensions: 23,
};

static PATH_PARAMETER: Message = Message {
    fields: &[
        ("required", 1, Kind::Flag),
        ("in", 2, Kind::Text),
        ("name", 4, Kind::Text),
        ("type", 5, Kind::Text),
        ("uniqueItems", 19, Kind::Flag),
    ],
    extensions: 22,
};

static SCHEMA: Message = Message {
    fields: &[
        ("$ref", 1, Kind::Text),
        ("format", 2, Kind::Text),
        ("required", 19, Kind::Many(&Kind::Text)),
        ("enum", 20, Kind::Many(&Kind::Yaml)),
        ("additionalProperties", 21, Kind::In(1, &Kind::One(&SCHEMA))),
        ("type", 22, Kind::In(1, &Kind::Text)),
        ("items", 23, Kind::In(1, &Kind::One(&SCHEMA))),
        ("properties", 25, Kind::Map(1, &Kind::One(&SCHEMA))),
    ],
    extensions: 31,
};
