//! `[?(@.a == "b")]`: the elements of a list of which something holds.

use std::cmp::Ordering;

use pintle_codec::Value;

use super::Error;
use super::evaluate::expression;
use super::syntax::{Condition, Filter};

/// Adds the elements that the filter lets through.
pub(super) fn apply<'a>(
    filter: &'a Filter,
    value: &'a Value,
    found: &mut Vec<&'a Value>,
) -> Result<(), Error> {
    let Value::Array(elements) = value else {
        return Err(Error::new(format!(
            "{} is not array or slice and cannot be filtered",
            super::go_text(value)
        )));
    };
    for element in elements {
        let left = expression(&filter.left, vec![element]);
        let passes = match &filter.condition {
            None => left.is_ok_and(|left| !left.is_empty()),
            Some(condition) => holds(condition, &left?, element)?,
        };
        if passes {
            found.push(element);
        }
    }
    Ok(())
}

fn holds<'a>(
    condition: &'a Condition,
    left: &[&'a Value],
    element: &'a Value,
) -> Result<bool, Error> {
    let Some(left) = only(left)? else {
        return Ok(false);
    };
    let right = expression(&condition.right, vec![element])?;
    let Some(right) = only(&right)? else {
        return Ok(false);
    };
    let equality = || equal(left, right);
    Ok(match condition.operator.as_str() {
        "==" => equality()?,
        "!=" => !equality()?,
        "<" => order(left, right)? == Some(Ordering::Less),
        ">" => !matches!(order(left, right)?, Some(Ordering::Less | Ordering::Equal)),
        "<=" => matches!(order(left, right)?, Some(Ordering::Less | Ordering::Equal)),
        ">=" => order(left, right)? != Some(Ordering::Less),
        other => return Err(Error::new(format!("unrecognized filter operator {other}"))),
    })
}

fn only<'a>(found: &[&'a Value]) -> Result<Option<&'a Value>, Error> {
    match found {
        [] => Ok(None),
        [value] => Ok(Some(value)),
        _ => Err(Error::new("can only compare one element at a time")),
    }
}

fn equal(left: &Value, right: &Value) -> Result<bool, Error> {
    match (left, right) {
        (Value::Bool(left), Value::Bool(right)) => Ok(left == right),
        _ => Ok(order(left, right)? == Some(Ordering::Equal)),
    }
}

/// How two values of one kind are ordered; none where one is not a number.
fn order(left: &Value, right: &Value) -> Result<Option<Ordering>, Error> {
    match (left, right) {
        (Value::Int(left), Value::Int(right)) => Ok(Some(left.cmp(right))),
        (Value::Float(left), Value::Float(right)) => Ok(left.partial_cmp(right)),
        (Value::String(left), Value::String(right)) => Ok(Some(left.as_str().cmp(right.as_str()))),
        (a, b)
            if is_basic(a)
                && is_basic(b)
                && !matches!((a, b), (Value::Bool(_), Value::Bool(_))) =>
        {
            Err(Error::new("incompatible types for comparison"))
        }
        _ => Err(Error::new("invalid type for comparison")),
    }
}

fn is_basic(value: &Value) -> bool {
    !matches!(value, Value::Null | Value::Array(_) | Value::Object(_))
}
