//! Fields of an unstructured object, found and set by their paths.

use pintle_codec::json::{self, Reader, Token};
use pintle_codec::{Error, Map, Str, Value};

use super::error::type_of;
use super::{FieldError, Kept, State, Unstructured};

type Result<T> = std::result::Result<T, FieldError>;

/// What getters return: the value, `None` if it is missing, or an error if it, or something on the
/// way to it, is of another type. As in Go, null on the way is as good as missing, and null at the
/// end is a value of another type.
impl Unstructured {
    /// The value at a path.
    ///
    /// # Errors
    /// When something on the way is no object.
    #[doc(alias = "NestedFieldCopy")]
    pub fn get(&self, path: &[&str]) -> Result<Option<Value>> {
        match &self.0 {
            State::Kept(kept) => {
                let parse = |text: &str| {
                    json::parse(text.as_bytes()).expect("the text was checked when it was read")
                };
                Ok(kept.find(path)?.map(parse))
            }
            State::Tree(tree) => {
                let Some((first, rest)) = path.split_first() else {
                    return Ok(Some(tree.object.clone().into()));
                };
                let mut value = tree.object.get(first);
                for (depth, step) in rest.iter().enumerate() {
                    value = match value {
                        None | Some(Value::Null) => return Ok(None),
                        Some(Value::Object(object)) => object.get(step),
                        Some(other) => {
                            return Err(FieldError::new(
                                path[..=depth].iter().copied(),
                                "an object",
                                type_of(other),
                            ));
                        }
                    };
                }
                Ok(value.cloned())
            }
        }
    }

    /// The text at a path.
    ///
    /// # Errors
    /// When something on the way is no object, or the value no string.
    #[doc(alias = "NestedString")]
    pub fn string(&self, path: &[&str]) -> Result<Option<Str>> {
        self.typed(path, "a string", |value| match value {
            Value::String(text) => Ok(text),
            other => Err(other),
        })
    }

    /// The truth value at a path.
    ///
    /// # Errors
    /// When something on the way is no object, or the value no bool.
    #[doc(alias = "NestedBool")]
    pub fn boolean(&self, path: &[&str]) -> Result<Option<bool>> {
        self.typed(path, "a bool", |value| match value {
            Value::Bool(truth) => Ok(truth),
            other => Err(other),
        })
    }

    /// The whole number at a path. A number is whole if it is written without a fraction and
    /// without an exponent and fits into 64 bits.
    ///
    /// # Errors
    /// When something on the way is no object, or the value no whole number.
    #[doc(alias = "NestedInt64")]
    pub fn int64(&self, path: &[&str]) -> Result<Option<i64>> {
        self.typed(path, "a whole number", |value| match value {
            Value::Int(number) => Ok(number),
            other => Err(other),
        })
    }

    /// The floating-point number at a path: one that is written with a fraction or an exponent, or
    /// that does not fit into 64 bits. [`Unstructured::number`] takes whole ones too.
    ///
    /// # Errors
    /// When something on the way is no object, or the value no floating-point number.
    #[doc(alias = "NestedFloat64")]
    pub fn float64(&self, path: &[&str]) -> Result<Option<f64>> {
        self.typed(path, "a floating-point number", |value| match value {
            Value::Float(number) => Ok(number),
            other => Err(other),
        })
    }

    /// The number at a path.
    ///
    /// # Errors
    /// When something on the way is no object, the value no number, or a whole number that a
    /// floating-point number cannot say exactly.
    #[doc(alias = "NestedNumberAsFloat64")]
    pub fn number(&self, path: &[&str]) -> Result<Option<f64>> {
        self.typed(
            path,
            "a number that fits into a floating-point number",
            |value| match value {
                Value::Float(number) => Ok(number),
                Value::Int(number) if number as f64 as i128 == i128::from(number) => {
                    Ok(number as f64)
                }
                other => Err(other),
            },
        )
    }

    /// The elements of the list at a path.
    ///
    /// # Errors
    /// When something on the way is no object, or the value no list.
    #[doc(alias = "NestedSlice")]
    pub fn list(&self, path: &[&str]) -> Result<Option<Vec<Value>>> {
        self.typed(path, "a list", |value| match value {
            Value::Array(elements) => Ok(elements),
            other => Err(other),
        })
    }

    /// The texts of the list at a path.
    ///
    /// # Errors
    /// When something on the way is no object, the value no list, or an element no string.
    #[doc(alias = "NestedStringSlice")]
    pub fn strings(&self, path: &[&str]) -> Result<Option<Vec<Str>>> {
        let Some(elements) = self.list(path)? else {
            return Ok(None);
        };
        let text = |(index, element)| match element {
            Value::String(text) => Ok(text),
            other => Err(mismatch(path, "a string", &other).at_index(index)),
        };
        let texts: Result<_> = elements.into_iter().enumerate().map(text).collect();
        texts.map(Some)
    }

    /// The object at a path.
    ///
    /// # Errors
    /// When something on the way, or the value, is no object.
    #[doc(alias = "NestedMap")]
    pub fn object(&self, path: &[&str]) -> Result<Option<pintle_codec::Object>> {
        self.typed(path, "an object", |value| match value {
            Value::Object(object) => Ok(object),
            other => Err(other),
        })
    }

    /// The texts of the object at a path.
    ///
    /// # Errors
    /// When something on the way, or the value, is no object, or something in it no string.
    #[doc(alias = "NestedStringMap")]
    pub fn string_map(&self, path: &[&str]) -> Result<Option<Map<Str>>> {
        let Some(object) = self.object(path)? else {
            return Ok(None);
        };
        let text = |(key, value): (Str, Value)| match value {
            Value::String(text) => Ok((key, text)),
            other => {
                let path = path.iter().copied().chain([key.as_str()]);
                Err(FieldError::new(path, "a string", type_of(&other)))
            }
        };
        let texts: Result<_> = object.into_entries().into_iter().map(text).collect();
        texts.map(Some)
    }

    /// Sets the value at a path. Objects that are missing on the way are made.
    ///
    /// # Errors
    /// When something on the way is there and no object, or the path is empty; nothing is changed
    /// then.
    #[doc(alias = "SetNestedField")]
    pub fn set(&mut self, path: &[&str], value: impl Into<Value>) -> Result<()> {
        let Some((last, way)) = path.split_last() else {
            return Err(FieldError::new([], "a path to a field", "none"));
        };
        let tree = self.edit();
        let mut there = &*tree;
        for (depth, step) in way.iter().enumerate() {
            match there.get(step) {
                None => break,
                Some(Value::Object(object)) => there = object,
                Some(other) => return Err(mismatch(&way[..=depth], "an object", other)),
            }
        }
        let mut object = tree;
        for step in way {
            let value = object.entry(step);
            if value.is_null() {
                *value = Value::Object(pintle_codec::Object::new());
            }
            object = value.as_object_mut().expect("nothing else is on the way");
        }
        object.insert(*last, value.into());
        Ok(())
    }

    /// Removes the value at a path, and returns it if there was one.
    #[doc(alias = "RemoveNestedField")]
    pub fn remove(&mut self, path: &[&str]) -> Option<Value> {
        let (last, way) = path.split_last()?;
        if !matches!(self.get(path), Ok(Some(_))) {
            return None;
        }
        let mut object = self.edit();
        for step in way {
            object = object.get_mut(step)?.as_object_mut()?;
        }
        object.remove(last)
    }

    /// The value at a path, if `pick` takes it.
    fn typed<T>(
        &self,
        path: &[&str],
        expected: &'static str,
        pick: impl FnOnce(Value) -> std::result::Result<T, Value>,
    ) -> Result<Option<T>> {
        match self.get(path)?.map(pick) {
            None => Ok(None),
            Some(Ok(value)) => Ok(Some(value)),
            Some(Err(other)) => Err(mismatch(path, expected, &other)),
        }
    }
}

impl Kept {
    /// The text of the value at a path.
    pub(super) fn find(&self, path: &[&str]) -> Result<Option<&str>> {
        find(self.text(), path).expect("the text was checked when it was read")
    }
}

fn mismatch(path: &[&str], expected: &'static str, found: &Value) -> FieldError {
    FieldError::new(path.iter().copied(), expected, type_of(found))
}

/// The text of the value at a path of an object.
fn find<'a>(object: &'a str, path: &[&str]) -> std::result::Result<Result<Option<&'a str>>, Error> {
    let mut text = object;
    for (depth, step) in path.iter().enumerate() {
        let mut reader = Reader::over(text);
        let found = match reader.peek()? {
            Token::Object => None,
            Token::Null => return Ok(Ok(None)),
            Token::Bool => Some("a bool"),
            Token::String => Some("a string"),
            Token::Array => Some("a list"),
            Token::Number => Some(type_of(&json::parse(text.as_bytes())?)),
        };
        if let Some(found) = found {
            let path = path[..depth].iter().copied();
            return Ok(Err(FieldError::new(path, "an object", found)));
        }
        let mut value = None;
        let mut first = true;
        reader.begin_object()?;
        while let Some(key) = reader.next_key(&mut first)? {
            // Of a repeated key the last value counts.
            let is_wanted = key == *step;
            let text = reader.pass()?;
            if is_wanted {
                value = Some(text);
            }
        }
        match value {
            Some(value) => text = value,
            None => return Ok(Ok(None)),
        }
    }
    Ok(Ok(Some(text)))
}
