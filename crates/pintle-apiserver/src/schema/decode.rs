//! A request's JSON into a value tree, by schema.
//!
//! One pass, without a look at what comes later: fields are put into schema order, unknown ones are
//! dropped and remembered, values that do not fit are refused. The tree is what Go's decoder and
//! encoder would make of the document together. Messages are Go's.

use std::fmt::{self, Write as _};

use pintle_codec::{
    Error, Object, Str, TypeMeta, Value,
    json::{self, Reader, Token},
};

use super::{
    Alternative, Cardinality, Field, Shape, Struct,
    malformed::malformed,
    scalar,
    zero::{complete, element_zero, is_unset, zero},
};

/// A document that fits its schema.
#[derive(Debug)]
pub(crate) struct Decoded {
    /// What it says.
    pub(crate) object: Object,
    /// What it says too much: unknown and repeated fields, in the words of a warning.
    pub(crate) excess: Vec<String>,
    /// The place of the first of these among the keys of its object.
    pub(crate) first_excess: usize,
}

/// Why a document cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct DecodeError(String);

/// Reads a document as a struct.
pub(crate) fn decode(document: &[u8], schema: &'static Struct) -> Result<Decoded, DecodeError> {
    read(document, schema, scalar::any)
}

/// Reads a document as a struct, of which the objects of any kind have their keys in no order: they
/// are put into the alphabetical one.
pub(crate) fn decode_unordered(
    document: &[u8],
    schema: &'static Struct,
) -> Result<Decoded, DecodeError> {
    read(document, schema, scalar::sorted)
}

fn read(
    document: &[u8],
    schema: &'static Struct,
    any: fn(&[u8]) -> Result<Value, Error>,
) -> Result<Decoded, DecodeError> {
    let read = || {
        let mut decoder = Decoder {
            reader: Reader::new(document)?,
            path: Vec::new(),
            excess: Vec::new(),
            first_excess: 0,
            any,
        };
        // Nothing is an object in which nothing is set.
        let object = if decoder.reader.null()? {
            zero(schema)
        } else {
            decoder.structure(schema)?
        };
        decoder.reader.finish()?;
        Ok(Decoded {
            object,
            excess: decoder.excess,
            first_excess: decoder.first_excess,
        })
    };
    read().map_err(|failed: Failed| failed.told(document))
}

/// What a document says of its own type; it is otherwise checked to be well-formed only.
pub(crate) fn type_meta(document: &[u8]) -> Result<TypeMeta, DecodeError> {
    read_type_meta(document).map_err(|failed| failed.told(document))
}

fn read_type_meta(document: &[u8]) -> Result<TypeMeta, Failed> {
    let mut reader = Reader::new(document)?;
    let mut found = TypeMeta::default();
    match reader.peek()? {
        Token::Object => {}
        token => {
            reader.skip()?;
            reader.finish()?;
            return match token {
                Token::Null => Ok(found),
                token => Err(Failed::Told(DecodeError(format!(
                    "json: cannot unmarshal {} into Go value of type struct {{ APIVersion string \
                     \"json:\\\"apiVersion,omitempty\\\"\"; Kind string \
                     \"json:\\\"kind,omitempty\\\"\" }}",
                    key_of(token)
                )))),
            };
        }
    }
    reader.begin_object()?;
    let mut first = true;
    while let Some(key) = reader.next_key(&mut first)? {
        let is_kind = key == "kind";
        let slot = match key {
            "kind" => &mut found.kind,
            "apiVersion" => &mut found.api_version,
            _ => {
                reader.skip()?;
                continue;
            }
        };
        if !reader.null()? {
            let token = reader.peek()?;
            if token != Token::String {
                let (found, field) = (key_of(token), if is_kind { "kind" } else { "apiVersion" });
                return Err(Failed::Told(DecodeError(format!(
                    "json: cannot unmarshal {found} into Go struct field .{field} of type string"
                ))));
            }
            *slot = reader.string()?.into();
        }
    }
    reader.finish()?;
    Ok(found)
}

struct Decoder<'a> {
    reader: Reader<'a>,
    path: Vec<Segment>,
    excess: Vec<String>,
    first_excess: usize,
    /// Reads JSON of any kind.
    any: fn(&[u8]) -> Result<Value, Error>,
}

enum Segment {
    Field(&'static Field),
    Index(usize),
    Key(Str),
}

impl Decoder<'_> {
    fn structure(&mut self, schema: &'static Struct) -> Result<Object, Failed> {
        self.reader.begin_object()?;
        let mut values: Vec<Option<Value>> = vec![None; schema.fields.len()];
        let mut seen = vec![false; schema.fields.len()];
        let (mut first, mut index) = (true, 0);
        let mut places = schema.places();
        while let Some(key) = self.reader.next_key(&mut first)? {
            index += 1;
            let Some(at) = places.find(key) else {
                let key = key.to_owned();
                self.report("unknown", &key, index - 1);
                self.reader.skip()?;
                continue;
            };
            let field = &schema.fields[at];
            if std::mem::replace(&mut seen[at], true) {
                self.report("duplicate", field.json, index - 1);
            }
            self.path.push(Segment::Field(field));
            values[at] = self.field(schema, field)?;
            self.path.pop();
        }
        Ok(complete(schema, values))
    }

    /// The value of a field; none if it says no more than the field's absence.
    fn field(
        &mut self,
        owner: &'static Struct,
        field: &'static Field,
    ) -> Result<Option<Value>, Failed> {
        if self.reader.null()? {
            return Ok(None);
        }
        let mut value = match field.cardinality {
            Cardinality::One => self.value(owner, field.shape, field.go)?,
            Cardinality::List => self.list(owner, field.shape, field.go)?,
            Cardinality::Map => self.map(owner, field.go, |decoder, go| {
                decoder.element(owner, field.shape, go)
            })?,
            Cardinality::MapOfLists => self.map(owner, field.go, |decoder, go| {
                decoder.list(owner, field.shape, go)
            })?,
        };
        scalar::set_types(field, &mut value);
        Ok((!is_unset(field, &value)).then_some(value))
    }

    fn list(&mut self, owner: &'static Struct, shape: Shape, go: &str) -> Result<Value, Failed> {
        if self.reader.null()? {
            return Ok(Value::Null);
        }
        self.expect(Token::Array, owner, go)?;
        self.reader.begin_array()?;
        let element_go = go.strip_prefix("[]").unwrap_or(go);
        let mut elements = Vec::new();
        let mut first = true;
        while self.reader.next_element(&mut first)? {
            self.path.push(Segment::Index(elements.len()));
            elements.push(self.element(owner, shape, element_go)?);
            self.path.pop();
        }
        Ok(Value::Array(elements))
    }

    fn map(
        &mut self,
        owner: &'static Struct,
        go: &str,
        value: impl Fn(&mut Self, &str) -> Result<Value, Failed>,
    ) -> Result<Value, Failed> {
        self.expect(Token::Object, owner, go)?;
        self.reader.begin_object()?;
        let value_go = go.split_once(']').map_or(go, |(_, value)| value);
        let mut entries: Vec<(Str, Value)> = Vec::new();
        let mut first = true;
        while let Some(key) = self.reader.next_key(&mut first)? {
            let key = Str::from(key);
            self.path.push(Segment::Key(key.clone()));
            let value = value(self, value_go)?;
            self.path.pop();
            entries.push((key, value));
        }
        // As Go writes maps. The sort is stable, so of equal keys the last one stays the last.
        entries.sort_by(|(a, _), (b, _)| a.cmp(b));
        for pair in entries.windows(2).filter(|pair| pair[0].0 == pair[1].0) {
            self.report("duplicate", &pair[0].0, 0);
        }
        Ok(Value::Object(Object::from_entries(entries)))
    }

    /// A value inside a list or a map, where `null` is a zero value.
    fn element(&mut self, owner: &'static Struct, shape: Shape, go: &str) -> Result<Value, Failed> {
        if self.reader.null()? {
            return Ok(element_zero(shape));
        }
        self.value(owner, shape, go)
    }

    fn value(&mut self, owner: &'static Struct, shape: Shape, go: &str) -> Result<Value, Failed> {
        match shape {
            Shape::String => {
                self.expect(Token::String, owner, go)?;
                Ok(Value::String(self.reader.string()?.into()))
            }
            Shape::Bool => {
                self.expect(Token::Bool, owner, go)?;
                Ok(Value::Bool(self.reader.boolean()?))
            }
            Shape::Int32 => self.integer(owner, i64::from(i32::MIN), i64::from(i32::MAX), go),
            Shape::Int64 => self.integer(owner, i64::MIN, i64::MAX, go),
            Shape::Float64 => {
                self.expect(Token::Number, owner, go)?;
                Ok(match self.reader.number()? {
                    json::Number::Int(number) => Value::Float(number as f64),
                    json::Number::Float(number) => Value::Float(number),
                })
            }
            Shape::IntOrString => match self.reader.peek()? {
                Token::String => Ok(Value::String(self.reader.string()?.into())),
                _ => self.integer(owner, i64::from(i32::MIN), i64::from(i32::MAX), "int32"),
            },
            // Go looks at what stands between the quotes, escapes and all.
            Shape::Quantity => custom(scalar::quantity(
                self.reader.raw()?.trim_matches('"').trim(),
            )),
            Shape::Bytes => self.text(owner, go, scalar::bytes),
            Shape::Time => self.text(owner, "string", scalar::time),
            Shape::MicroTime => self.text(owner, "string", scalar::micro_time),
            Shape::Duration => self.text(owner, "string", scalar::duration),
            Shape::Any => Ok((self.any)(self.reader.raw()?.as_bytes())?),
            Shape::Json => Ok(scalar::sorted(self.reader.raw()?.as_bytes())?),
            Shape::Struct(schema) => {
                self.expect(Token::Object, owner, go)?;
                Ok(Value::Object(self.structure(schema)?))
            }
            Shape::StructOr(schema, other) => self.struct_or(owner, schema, other),
        }
    }

    /// Go's types of this kind read themselves: on their own they say nothing of excess, and do not
    /// know where they are.
    fn struct_or(
        &mut self,
        owner: &'static Struct,
        schema: &'static Struct,
        other: Alternative,
    ) -> Result<Value, Failed> {
        let path = std::mem::take(&mut self.path);
        let reported = self.excess.len();
        let value = match (self.reader.peek()?, other) {
            (Token::Object, _) => Value::Object(self.structure(schema)?),
            (Token::Bool, Alternative::Bool) => Value::Bool(self.reader.boolean()?),
            (_, Alternative::Bool) => {
                const WHY: &str = "boolean or JSON schema expected";
                return Err(Failed::Told(DecodeError(WHY.to_owned())));
            }
            (Token::Array, Alternative::List) => {
                self.list(owner, Shape::Struct(schema), "[]v1.JSONSchemaProps")?
            }
            (Token::Array, Alternative::Strings) => self.list(owner, Shape::String, "[]string")?,
            _ => {
                self.reader.skip()?;
                Value::Null
            }
        };
        self.path = path;
        self.excess.truncate(reported);
        Ok(match value {
            Value::Array(elements) if elements.is_empty() => Value::Null,
            value => value,
        })
    }

    fn text(
        &mut self,
        owner: &'static Struct,
        go: &str,
        read: fn(&str) -> Result<Value, String>,
    ) -> Result<Value, Failed> {
        self.expect(Token::String, owner, go)?;
        custom(read(self.reader.string()?))
    }

    fn integer(
        &mut self,
        owner: &'static Struct,
        min: i64,
        max: i64,
        go: &str,
    ) -> Result<Value, Failed> {
        self.expect(Token::Number, owner, go)?;
        let text = self.reader.raw()?;
        match text.parse::<i64>() {
            Ok(number) if (min..=max).contains(&number) => Ok(Value::Int(number)),
            _ => Err(self.mismatch(owner, &format!("number {text}"), go)),
        }
    }

    fn expect(&mut self, expected: Token, owner: &'static Struct, go: &str) -> Result<(), Failed> {
        match self.reader.peek()? {
            found if found == expected => Ok(()),
            found => Err(self.mismatch(owner, key_of(found), go)),
        }
    }

    #[cold]
    fn mismatch(&self, owner: &'static Struct, found: &str, go: &str) -> Failed {
        let mut path = String::new();
        for segment in &self.path {
            // Go leaves out where in a list or a map it is.
            if let Segment::Field(field) = segment {
                let embedded = field.within.iter().map(|embedded| embedded.go);
                for name in embedded.chain([field.json]) {
                    path.push('.');
                    path.push_str(name);
                }
            }
        }
        let owner = owner.name;
        Failed::Told(DecodeError(format!(
            "json: cannot unmarshal {found} into Go struct field {owner}{path} of type {go}"
        )))
    }

    /// Remembers that a field is unknown or repeated. As in Go there is an end to it.
    #[cold]
    fn report(&mut self, what: &str, name: &str, index: usize) {
        if self.excess.len() >= MAX_EXCESS {
            return;
        }
        let mut path = String::new();
        for segment in &self.path {
            match segment {
                Segment::Field(field) => join(&mut path, field.json),
                Segment::Key(key) => join(&mut path, key),
                // Writing to a string does not fail.
                Segment::Index(at) => _ = write!(path, "[{at}]"),
            }
        }
        join(&mut path, name);
        let report = format!("{what} field \"{path}\"");
        if self.excess.is_empty() {
            self.first_excess = index;
        }
        if !self.excess.contains(&report) {
            self.excess.push(report);
        }
    }
}

/// Why a document cannot be used, before it is put into words.
enum Failed {
    Told(DecodeError),
    /// It is not well-formed.
    Malformed(Error),
}

impl Failed {
    fn told(self, document: &[u8]) -> DecodeError {
        match self {
            Self::Told(error) => error,
            Self::Malformed(error) => DecodeError(malformed(document, &error)),
        }
    }
}

impl From<Error> for Failed {
    fn from(error: Error) -> Self {
        Self::Malformed(error)
    }
}

impl From<DecodeError> for Failed {
    fn from(error: DecodeError) -> Self {
        Self::Told(error)
    }
}

impl DecodeError {
    /// An error in these words.
    pub(crate) fn new(text: String) -> Self {
        Self(text)
    }
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for DecodeError {}

fn custom(value: Result<Value, String>) -> Result<Value, Failed> {
    value.map_err(|text| Failed::Told(DecodeError(text)))
}

fn join(path: &mut String, name: &str) {
    if !path.is_empty() {
        path.push('.');
    }
    path.push_str(name);
}

fn key_of(token: Token) -> &'static str {
    match token {
        Token::Object => "object",
        Token::Array => "array",
        Token::String => "string",
        Token::Number => "number",
        Token::Bool => "bool",
        Token::Null => "null",
    }
}

/// As sigs.k8s.io/json.
const MAX_EXCESS: usize = 100;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::generated::core_v1::{CONFIG_MAP, POD, SERVICE};

    fn shown(json: &str, schema: &'static Struct) -> String {
        let decoded = decode(json.as_bytes(), schema).unwrap();
        let mut text = Vec::new();
        json::write(&decoded.object.into(), &mut text);
        String::from_utf8(text).unwrap()
    }

    fn excess(json: &str, schema: &'static Struct) -> Vec<String> {
        decode(json.as_bytes(), schema).unwrap().excess
    }

    fn refused(json: &str) -> String {
        decode(json.as_bytes(), &POD).unwrap_err().to_string()
    }

    #[test]
    fn fields_come_out_in_schema_order_with_gos_zero_values() {
        assert_eq!(
            shown(
                r#"{"status":{},"spec":{"nodeName":"","containers":[{"image":"i","name":"c","ports":[]}]},"apiVersion":"v1","metadata":{"labels":{"b":"2","a":"1"},"name":"a","annotations":{},"creationTimestamp":null},"kind":"Pod"}"#,
                &POD
            ),
            r#"{"kind":"Pod","apiVersion":"v1","metadata":{"name":"a","labels":{"a":"1","b":"2"}},"spec":{"containers":[{"name":"c","image":"i","resources":{}}]},"status":{}}"#
        );
        assert_eq!(
            shown(r#"{"spec":{"ports":[{"port":80}]}}"#, &SERVICE),
            r#"{"metadata":{},"spec":{"ports":[{"port":80,"targetPort":0}]},"status":{"loadBalancer":{}}}"#
        );
        assert_eq!(
            shown(
                r#"{"spec":{"securityContext":{},"terminationGracePeriodSeconds":0}}"#,
                &POD
            ),
            r#"{"metadata":{},"spec":{"containers":null,"terminationGracePeriodSeconds":0,"securityContext":{}},"status":{}}"#,
            "a pointer is present whatever its value"
        );
    }

    #[test]
    fn fields_of_embedded_structs_stand_in_their_parent() {
        assert_eq!(
            shown(
                r#"{"spec":{"containers":[{"name":"c","livenessProbe":{"periodSeconds":1,"httpGet":{"port":"http"}}}],"volumes":[{"emptyDir":{},"name":"v"}]}}"#,
                &POD
            ),
            r#"{"metadata":{},"spec":{"volumes":[{"name":"v","emptyDir":{}}],"containers":[{"name":"c","resources":{},"livenessProbe":{"httpGet":{"port":"http"},"periodSeconds":1}}]},"status":{}}"#
        );
    }

    // The words are those of kube-apiserver 1.36.3.
    #[test]
    fn excess_is_reported_with_its_path() {
        assert_eq!(
            excess(
                r#"{"metadata":{"name":"c5","foo":1},"bar":1,"data":{"a":"1","a":"2"}}"#,
                &CONFIG_MAP
            ),
            [
                r#"unknown field "metadata.foo""#,
                r#"unknown field "bar""#,
                r#"duplicate field "data.a""#,
            ]
        );
        assert_eq!(
            excess(
                r#"{"spec":{"containers":[{},{"x":1,"name":"a","name":"b"}]}}"#,
                &POD
            ),
            [
                r#"unknown field "spec.containers[1].x""#,
                r#"duplicate field "spec.containers[1].name""#,
            ]
        );
        assert_eq!(
            shown(r#"{"data":{"a":"1","a":"2"}}"#, &CONFIG_MAP),
            r#"{"metadata":{},"data":{"a":"2"}}"#,
            "the last one stays"
        );
        let many: String = (0..200).map(|n| format!(r#""x{n}":1,"#)).collect();
        assert_eq!(
            excess(&format!("{{{many}\"data\":{{}}}}"), &CONFIG_MAP).len(),
            100
        );
    }

    // The words are those of kube-apiserver 1.36.3.
    #[test]
    fn values_that_do_not_fit_are_refused() {
        for (json, message) in [
            (
                r#"{"spec":{"containers":[{"name":1}]}}"#,
                "number into Go struct field Container.spec.containers.name of type string",
            ),
            (
                r#"{"spec":{"containers":{}}}"#,
                "object into Go struct field PodSpec.spec.containers of type []v1.Container",
            ),
            (
                r#"{"spec":"x"}"#,
                "string into Go struct field Pod.spec of type v1.PodSpec",
            ),
            (
                r#"{"spec":{"terminationGracePeriodSeconds":"x"}}"#,
                "string into Go struct field PodSpec.spec.terminationGracePeriodSeconds of type int64",
            ),
            (
                r#"{"spec":{"terminationGracePeriodSeconds":1.5}}"#,
                "number 1.5 into Go struct field PodSpec.spec.terminationGracePeriodSeconds of type int64",
            ),
            (
                r#"{"spec":{"priority":99999999999}}"#,
                "number 99999999999 into Go struct field PodSpec.spec.priority of type int32",
            ),
            (
                r#"{"spec":{"restartPolicy":5}}"#,
                "number into Go struct field PodSpec.spec.restartPolicy of type v1.RestartPolicy",
            ),
            (
                r#"{"metadata":{"labels":[1]}}"#,
                "array into Go struct field ObjectMeta.metadata.labels of type map[string]string",
            ),
            (
                r#"{"metadata":{"labels":{"a":1}}}"#,
                "number into Go struct field ObjectMeta.metadata.labels of type string",
            ),
            (
                r#"{"spec":{"containers":[{"livenessProbe":{"httpGet":{"port":true}}}]}}"#,
                "bool into Go struct field HTTPGetAction.spec.containers.livenessProbe.ProbeHandler.httpGet.port of type int32",
            ),
        ] {
            assert_eq!(refused(json), format!("json: cannot unmarshal {message}"));
        }
        assert!(
            refused(r#"{"spec":{"containers":[{"resources":{"limits":{"cpu":"x"}}}]}}"#)
                .starts_with("quantities must match the regular expression")
        );
        assert_eq!(refused("{"), "unexpected end of JSON input");
        for malformed in ["", "{} {}", r#"{"a":}"#, r#"{"kind":"#] {
            refused(malformed);
        }
    }

    #[test]
    fn the_type_is_read_from_wherever_it_stands() {
        let found = type_meta(br#"{"metadata":{"kind":"no"},"kind":"Pod","apiVersion":"v1"}"#);
        let found = found.unwrap();
        assert_eq!(
            (found.kind.as_str(), found.api_version.as_str()),
            ("Pod", "v1")
        );
        assert!(type_meta(br#"{"kind":5}"#).is_err());
        assert!(type_meta(br#"{"kind":"Pod"} x"#).is_err());
    }
}
