//! Quantities: what is written is the amount that was read, and arithmetic is arithmetic.
//!
//! Two amounts, each on a line of its own.
#![no_main]

use libfuzzer_sys::fuzz_target;
use pintle_fuzz::seeds;
use pintle_meta::Quantity;

fuzz_target!(init: seeds::write(seeds::asked(RECORD)), |text: &str| {
    let (one, other) = text.split_once('\n').unwrap_or((text, "1500m"));
    let Ok(amount) = one.parse::<Quantity>() else {
        return;
    };
    let written = amount.to_string();
    let again: Quantity = written.parse().expect("what is written is a quantity");
    assert_eq!(again, amount);
    assert_eq!(again.to_string(), written);
    assert!(amount.to_f64().total_cmp(&0.0).is_eq() || amount.signum() != 0);
    let _ = (amount.value(), amount.milli_value(), amount.scaled_value(-9), amount.as_i64());
    let rounded = amount.round_up(0);
    assert!(rounded.signum() == amount.signum());

    let Ok(other) = other.parse::<Quantity>() else {
        return;
    };
    let sum = &amount + &other;
    assert_eq!(sum, &other + &amount);
    assert_eq!(amount.cmp(&other), other.cmp(&amount).reverse());
    assert_eq!(&amount - &other, -&(&other - &amount));
    // Of what lies too far apart, the sum is the larger one.
    if !text.contains(['e', 'E']) {
        assert_eq!(&sum - &other, amount);
    }
});

const RECORD: &str = include_str!("../../crates/pintle-meta/tests/it/oracle/quantity.jsonl");
