//! [`Latencies`], a histogram.

use serde_json::{Value, json};

/// How often something took how long, in buckets that are a sixteenth of what they hold.
#[derive(Clone, Debug)]
pub struct Latencies {
    counts: Vec<u64>,
    max: u64,
}

impl Latencies {
    pub fn new() -> Self {
        Self {
            counts: vec![0; 64 << BITS],
            max: 0,
        }
    }

    #[inline]
    pub fn add(&mut self, nanoseconds: u64) {
        self.counts[bucket(nanoseconds)] += 1;
        self.max = self.max.max(nanoseconds);
    }

    pub fn merge(&mut self, other: &Self) {
        for (count, more) in self.counts.iter_mut().zip(&other.counts) {
            *count += more;
        }
        self.max = self.max.max(other.max);
    }

    pub fn count(&self) -> u64 {
        self.counts.iter().sum()
    }

    /// At most so many nanoseconds in this part of the cases.
    fn quantile(&self, part: f64) -> u64 {
        let rank = (self.count() as f64 * part).ceil() as u64;
        let mut passed = 0;
        for (at, count) in self.counts.iter().enumerate() {
            passed += count;
            if passed >= rank {
                return upper(at).min(self.max);
            }
        }
        self.max
    }

    /// As peers print it.
    pub fn to_json(&self) -> Value {
        json!({
            "count": self.count(),
            "p50_ns": self.quantile(0.5),
            "p99_ns": self.quantile(0.99),
            "p999_ns": self.quantile(0.999),
            "p9999_ns": self.quantile(0.9999),
            "max_ns": self.max,
        })
    }
}

impl Default for Latencies {
    fn default() -> Self {
        Self::new()
    }
}

/// The first bits of a number and how many follow.
fn bucket(value: u64) -> usize {
    let value = value.max(1 << BITS);
    let shift = 63 - value.leading_zeros() - BITS;
    (((shift + 1) as usize) << BITS) + ((value >> shift) as usize & ((1 << BITS) - 1))
}

/// The greatest number of a bucket.
fn upper(bucket: usize) -> u64 {
    let (shift, first) = (
        (bucket >> BITS) as u32 - 1,
        (bucket & ((1 << BITS) - 1)) as u64,
    );
    (((first | 1 << BITS) + 1) << shift) - 1
}

const BITS: u32 = 4;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_holds_what_is_a_sixteenth_apart_at_most() {
        for value in [16, 17, 31, 32, 33, 1_000, 1_023, 1_024, 123_456_789] {
            let upper = upper(bucket(value));
            assert!(
                upper >= value && upper as f64 <= value as f64 * 1.0625,
                "{value}: {upper}"
            );
            assert_eq!(bucket(upper), bucket(value), "{value}");
            assert_ne!(bucket(upper + 1), bucket(value), "{value}");
        }
    }
}
