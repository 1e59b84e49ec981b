//! Quantities as Go's `resource.Quantity` has them.

use pintle_meta::{Quantity, QuantityFormat};

use crate::oracle::{Row, each, same};

fn quantity(text: &str) -> Result<Quantity, String> {
    text.parse().map_err(|error| format!("{error}"))
}

/// What Go writes. Where that is another amount, for want of a suffix, ours must at least be the
/// amount.
fn same_text(what: &str, ours: &Quantity, row: &Row, at: usize) -> Result<(), String> {
    let text = ours.to_string();
    if row.get(at).is_some() {
        return same(what, text.as_str(), row.text(at));
    }
    let read = match text.strip_suffix("Ei") {
        // Read as it is, it would stop at the bound of the binary format.
        Some(digits) => &quantity(digits)? * (1 << 60),
        None => quantity(&text)?,
    };
    same(what, &read, ours)
}

#[test]
fn text_is_read_and_written_as_in_go() {
    let rows = include_str!("oracle/quantity.jsonl");
    each(rows, 3_000, |row| {
        let parsed = row.text(0).parse::<Quantity>();
        if row.get(1).is_some() {
            let reason = parsed.map(|quantity| quantity.to_string());
            let reason = reason.map_err(|error| error.reason());
            return same("answer", reason, Err(row.text(1)));
        }
        let quantity = parsed.map_err(|error| error.to_string())?;
        same_text("text", &quantity, row, 2)?;
        let format = match quantity.format() {
            QuantityFormat::DecimalSi => "DecimalSI",
            QuantityFormat::BinarySi => "BinarySI",
            QuantityFormat::DecimalExponent => "DecimalExponent",
        };
        same("format", format, row.text(3))?;
        same(
            "whole",
            quantity.as_i64(),
            row.get(4).and_then(pintle_codec::Value::as_int),
        )?;
        same("value", quantity.value(), row.int(5))?;
        same("milli", quantity.milli_value(), row.int(6))?;
        same("nano", quantity.scaled_value(-9), row.int(7))?;
        same("kilo", quantity.scaled_value(3), row.int(8))?;
        let bits = format!("{:x}", quantity.to_f64().to_bits());
        same("float", bits.as_str(), row.text(9))
    });
}

#[test]
fn arithmetic_is_that_of_go() {
    let rows = include_str!("oracle/quantity-arithmetic.jsonl");
    each(rows, 2_000, |row| {
        let (a, b) = (quantity(row.text(0))?, quantity(row.text(1))?);
        same("order", a.cmp(&b) as i64, row.int(2))?;
        same_text("sum", &(&a + &b), row, 3)?;
        same_text("difference", &(&a - &b), row, 4)?;
        same_text("negative", &-&a, row, 5)?;
        same_text("product", &(&a * row.int(6)), row, 7)?;
        let rounded = a.round_up(i32::try_from(row.int(8)).unwrap());
        same_text("rounded", &rounded, row, 9)
    });
}

#[test]
fn large_exponents_are_as_harmless_as_small_ones() {
    let rows = include_str!("oracle/quantity-exponents.jsonl");
    each(rows, 150, |row| {
        let giant = quantity(row.text(0))?;
        same("text", giant.to_string().as_str(), row.text(1))?;
        if giant.to_f64().is_finite() {
            return Ok(());
        }
        // Go would not live to see the end of this.
        same("sum", &(&giant + &quantity("1Ki")?), &giant)
    });
}
