//! Applying a template.

use pintle_codec::Value;

use super::syntax::{End, Part, Slice, Step};
use super::{Error, filter};

/// What parts find, a list for each that is an expression.
pub(super) fn parts<'a>(parts: &'a [Part], root: &'a Value) -> Result<Vec<Vec<&'a Value>>, Error> {
    let mut found = Vec::new();
    for part in parts {
        match part {
            Part::Expression(steps) => found.push(expression(steps, vec![root])?),
            Part::Range(steps, body) => {
                for element in expression(steps, vec![root])? {
                    found.extend(self::parts(body, element)?);
                }
            }
        }
    }
    Ok(found)
}

/// What the steps of an expression find, each in what the one before has found.
pub(super) fn expression<'a>(
    steps: &'a [Step],
    input: Vec<&'a Value>,
) -> Result<Vec<&'a Value>, Error> {
    steps
        .iter()
        .try_fold(input, |found, step| walk(step, found))
}

fn walk<'a>(step: &'a Step, input: Vec<&'a Value>) -> Result<Vec<&'a Value>, Error> {
    let mut found = Vec::new();
    match step {
        // A text stands for itself, whatever was found; a number stands beside each.
        Step::Literal(text @ Value::String(_)) => found.push(text),
        Step::Literal(other) => found.extend(input.iter().map(|_| other)),
        Step::Field(name) => found.extend(input.iter().filter_map(|value| value.get(name))),
        Step::Wildcard => input.iter().for_each(|value| children(value, &mut found)),
        Step::Recursive => input.iter().for_each(|value| descend(value, &mut found)),
        Step::Slice(slice) => {
            for value in input {
                cut(slice, value, &mut found)?;
            }
        }
        Step::Union(branches) => {
            for branch in branches {
                found.extend(expression(branch, input.clone())?);
            }
        }
        Step::Filter(filter) => {
            for value in input {
                filter::apply(filter, value, &mut found)?;
            }
        }
        Step::Unknown(word) => return Err(Error::new(format!("unrecognized identifier {word}"))),
    }
    Ok(found)
}

fn children<'a>(value: &'a Value, found: &mut Vec<&'a Value>) {
    match value {
        Value::Array(elements) => found.extend(elements),
        Value::Object(object) => found.extend(object.iter().map(|(_, value)| value)),
        _ => {}
    }
}

/// A value and all below it, as far as they hold something.
fn descend<'a>(value: &'a Value, found: &mut Vec<&'a Value>) {
    if let Value::String(text) = value
        && !text.is_empty()
    {
        found.push(value);
    }
    let mut below = Vec::new();
    children(value, &mut below);
    if below.is_empty() {
        return;
    }
    found.push(value);
    for child in below {
        descend(child, found);
    }
}

fn cut<'a>(slice: &Slice, value: &'a Value, found: &mut Vec<&'a Value>) -> Result<(), Error> {
    let elements = match value {
        Value::Array(elements) => elements,
        Value::Null => return Ok(()),
        other => {
            let kind = other.kind();
            return Err(Error::new(format!("{kind} is not array or slice")));
        }
    };
    let length = i64::try_from(elements.len()).unwrap_or(i64::MAX);
    let from_end = |index: i64| {
        if index < 0 {
            index.saturating_add(length)
        } else {
            index
        }
    };
    let written = slice.start.unwrap_or(0);
    let start = from_end(written);
    let end = match slice.end {
        End::Open => length,
        End::Before(index) => from_end(index),
        // The element after -1 is that after the last.
        End::One => match written.saturating_add(1) {
            index if index <= 0 => index.saturating_add(length),
            index => index,
        },
    };
    if start == end {
        return Ok(());
    }
    let outside = |index: i64| {
        Err(Error::new(format!(
            "array index out of bounds: index {index}, length {length}"
        )))
    };
    if start >= length || start < 0 {
        return outside(start);
    }
    if end > length || end < 0 {
        return outside(end.saturating_sub(1));
    }
    if start > end {
        return Err(Error::new(format!(
            "starting index {start} is greater than ending index {end}"
        )));
    }
    let step = match slice.step {
        None => 1,
        Some(step) => usize::try_from(step)
            .ok()
            .filter(|step| *step > 0)
            .ok_or_else(|| Error::new("step must be > 0"))?,
    };
    let index = |index: i64| usize::try_from(index).expect("it is within the list");
    found.extend(elements[index(start)..index(end)].iter().step_by(step));
    Ok(())
}
