//! [`Node`], a document that is being patched.
//!
//! Its objects are found by key in logarithmic time, whatever a client sends; what the result is in
//! schema order is for the decoder to say.

use std::{collections::BTreeMap, fmt};

use pintle_codec::{
    Error, Str, Value,
    json::{Number, Reader, Token, Writer},
};

/// A JSON value.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) enum Node {
    #[default]
    Null,
    Bool(bool),
    Int(i64),
    Float(f64),
    String(Str),
    Array(Vec<Node>),
    Object(Fields),
}

/// The fields of an object.
pub(super) type Fields = BTreeMap<Str, Node>;

/// Reads a document, and the paths of fields that come twice in an object: the last one counts.
pub(super) fn read(document: &[u8]) -> Result<(Node, Vec<String>), Error> {
    let mut parser = Parser {
        reader: Reader::new(document)?,
        path: String::new(),
        repeated: Vec::new(),
    };
    let node = parser.value()?;
    parser.reader.finish()?;
    Ok((node, parser.repeated))
}

struct Parser<'a> {
    reader: Reader<'a>,
    path: String,
    repeated: Vec<String>,
}

impl Parser<'_> {
    fn value(&mut self) -> Result<Node, Error> {
        Ok(match self.reader.peek()? {
            Token::Null => {
                self.reader.null()?;
                Node::Null
            }
            Token::Bool => Node::Bool(self.reader.boolean()?),
            Token::Number => match self.reader.number()? {
                Number::Int(number) => Node::Int(number),
                Number::Float(number) => Node::Float(number),
            },
            Token::String => Node::String(self.reader.string()?.into()),
            Token::Array => self.array()?,
            Token::Object => self.object()?,
        })
    }

    fn array(&mut self) -> Result<Node, Error> {
        self.reader.begin_array()?;
        let mut elements = Vec::new();
        let mut first = true;
        while self.reader.next_element(&mut first)? {
            let here = self.path.len();
            self.path.push_str(&format!("[{}]", elements.len()));
            elements.push(self.value()?);
            self.path.truncate(here);
        }
        Ok(Node::Array(elements))
    }

    fn object(&mut self) -> Result<Node, Error> {
        self.reader.begin_object()?;
        let mut fields = Fields::new();
        let mut first = true;
        while let Some(key) = self.reader.next_key(&mut first)? {
            let key = Str::from(key);
            let here = self.path.len();
            if here > 0 {
                self.path.push('.');
            }
            self.path.push_str(&key);
            let value = self.value()?;
            let is_new = fields.insert(key, value).is_none();
            if !is_new && self.repeated.len() < MAX_REPEATED && !self.repeated.contains(&self.path)
            {
                self.repeated.push(self.path.clone());
            }
            self.path.truncate(here);
        }
        Ok(Node::Object(fields))
    }
}

impl Node {
    /// The document as JSON.
    pub(super) fn to_json(&self) -> Vec<u8> {
        let mut json = Vec::new();
        self.write(&mut Writer::new(&mut json));
        json
    }

    /// How deep it nests; what is no object or list does not. Every value in it is looked at, which is
    /// added to `looks`.
    pub(super) fn depth(&self, looks: &mut usize) -> usize {
        *looks += 1;
        match self {
            Self::Array(elements) => {
                let below = elements.iter().map(|element| element.depth(looks)).max();
                1 + below.unwrap_or_default()
            }
            Self::Object(fields) => {
                let below = fields.values().map(|value| value.depth(looks)).max();
                1 + below.unwrap_or_default()
            }
            _ => 0,
        }
    }

    fn write(&self, writer: &mut Writer<'_>) {
        match self {
            Self::Null => writer.null(),
            Self::Bool(truth) => writer.boolean(*truth),
            Self::Int(number) => writer.integer(*number),
            Self::Float(number) => writer.float(*number),
            Self::String(text) => writer.string(text),
            Self::Array(elements) => {
                writer.begin_array();
                for element in elements {
                    writer.element();
                    element.write(writer);
                }
                writer.end_array();
            }
            Self::Object(fields) => {
                writer.begin_object();
                for (key, value) in fields {
                    writer.key(key);
                    value.write(writer);
                }
                writer.end_object();
            }
        }
    }
}

impl From<&Value> for Node {
    fn from(value: &Value) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Bool(truth) => Self::Bool(*truth),
            Value::Int(number) => Self::Int(*number),
            Value::Float(number) => Self::Float(*number),
            Value::String(text) => Self::String(text.clone()),
            Value::Array(elements) => Self::Array(elements.iter().map(Self::from).collect()),
            Value::Object(object) => Self::Object(fields_of(object)),
        }
    }
}

/// The fields of an object of the server.
pub(super) fn fields_of(object: &pintle_codec::Object) -> Fields {
    let fields = object.iter();
    fields
        .map(|(key, value)| (key.into(), Node::from(value)))
        .collect()
}

/// As Go prints a value with `%v`: messages show parts of a patch in this way.
impl fmt::Display for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => f.write_str("<nil>"),
            Self::Bool(truth) => truth.fmt(f),
            Self::Int(number) => number.fmt(f),
            Self::Float(number) => number.fmt(f),
            Self::String(text) => f.write_str(text),
            Self::Array(elements) => f.write_str(&shown_list(elements)),
            Self::Object(fields) => f.write_str(&shown_fields(fields)),
        }
    }
}

/// As Go prints a list.
pub(super) fn shown_list(elements: &[Node]) -> String {
    let shown: Vec<_> = elements.iter().map(Node::to_string).collect();
    format!("[{}]", shown.join(" "))
}

/// As Go prints a map.
pub(super) fn shown_fields(fields: &Fields) -> String {
    let shown = fields.iter().map(|(key, value)| format!("{key}:{value}"));
    format!("map[{}]", shown.collect::<Vec<_>>().join(" "))
}

/// As the strict decoder of kube-apiserver.
const MAX_REPEATED: usize = 100;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repeated_fields_are_found_where_they_are() {
        let (node, repeated) =
            read(br#"{"b":{"c":[{"d":1,"d":2}]},"a":1,"a":3,"a":null}"#).unwrap();
        assert_eq!(repeated, ["b.c[0].d", "a"]);
        assert_eq!(node.to_json(), br#"{"a":null,"b":{"c":[{"d":2}]}}"#);
    }

    #[test]
    fn values_are_shown_as_go_shows_them() {
        let (node, _) = read(br#"{"b":[1,"x",null,{}],"a":{"d":true,"c":1.5}}"#).unwrap();
        assert_eq!(
            node.to_string(),
            "map[a:map[c:1.5 d:true] b:[1 x <nil> map[]]]"
        );
    }

    #[test]
    fn depth_counts_what_holds_others() {
        let depth = |json: &str| read(json.as_bytes()).unwrap().0.depth(&mut 0);
        assert_eq!(depth("1"), 0);
        assert_eq!(depth("{}"), 1);
        assert_eq!(depth(r#"{"a":[[]],"b":[]}"#), 3);
    }
}
