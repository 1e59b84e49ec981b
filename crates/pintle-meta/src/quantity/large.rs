//! [`Large`], a decimal number of any size.

use std::cmp::Ordering;

/// A decimal number that 64 bits do not hold, one byte a digit.
///
/// The first and the last digit are not zero, and there is at least one, so that a number has one
/// form only.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Large {
    negative: bool,
    /// From the most significant to the least, each from 0 to 9.
    digits: Box<[u8]>,
    /// The power of ten that the last digit counts.
    exponent: i64,
}

impl Large {
    /// The number of these digits, the last of which counts 10^`exponent`; `None` if it is zero.
    pub(super) fn new(negative: bool, digits: &[u8], exponent: i64) -> Option<Self> {
        let first = digits.iter().position(|digit| *digit != 0)?;
        let end = digits.iter().rposition(|digit| *digit != 0)? + 1;
        Some(Self {
            negative,
            digits: digits[first..end].into(),
            exponent: exponent + (digits.len() - end) as i64,
        })
    }

    /// `mantissa` × 10^`exponent`; `None` if it is zero.
    pub(super) fn from_i128(mantissa: i128, exponent: i64) -> Option<Self> {
        let mut digits = Vec::with_capacity(39);
        let mut rest = mantissa.unsigned_abs();
        while rest > 0 {
            digits.push((rest % 10) as u8);
            rest /= 10;
        }
        digits.reverse();
        Self::new(mantissa < 0, &digits, exponent)
    }

    pub(super) fn is_negative(&self) -> bool {
        self.negative
    }

    pub(super) fn digits(&self) -> &[u8] {
        &self.digits
    }

    pub(super) fn exponent(&self) -> i64 {
        self.exponent
    }

    /// The power of ten above the first digit: how many digits the whole part has, if positive.
    pub(super) fn top(&self) -> i64 {
        self.exponent + self.digits.len() as i64
    }

    /// All digits as one number, if it fits.
    pub(super) fn mantissa(&self) -> Option<i64> {
        let digit = |mantissa: i64, digit: &u8| {
            let (scaled, digit) = (mantissa.checked_mul(10)?, i64::from(*digit));
            if self.negative {
                scaled.checked_sub(digit)
            } else {
                scaled.checked_add(digit)
            }
        };
        self.digits.iter().try_fold(0, digit)
    }

    pub(super) fn negated(mut self) -> Self {
        self.negative = !self.negative;
        self
    }

    /// The sum; `None` if it is zero.
    ///
    /// Of two numbers that lie more than [`REACH`] digits apart, the one closer to zero does not
    /// count: the sum would have that many digits.
    pub(super) fn plus(&self, other: &Self) -> Option<Self> {
        let (big, small) = if self.cmp_magnitude(other).is_ge() {
            (self, other)
        } else {
            (other, self)
        };
        if big.exponent - small.top() > REACH {
            return Some(big.clone());
        }
        let bottom = big.exponent.min(small.exponent);
        let width = (big.top() - bottom) as usize;
        // From the least significant digit on: how many zeros, then the digits.
        let digit = |number: &Self, place: usize| -> i8 {
            let skipped = (number.exponent - bottom) as usize;
            let at = place.checked_sub(skipped);
            let at = at.and_then(|at| number.digits.len().checked_sub(at + 1));
            at.map_or(0, |at| number.digits[at] as i8)
        };
        let sign = if big.negative == small.negative {
            1
        } else {
            -1
        };
        let mut sum = Vec::with_capacity(width + 1);
        let mut carry = 0;
        for place in 0..width {
            let here = digit(big, place) + sign * digit(small, place) + carry;
            sum.push(here.rem_euclid(10) as u8);
            carry = here.div_euclid(10);
        }
        sum.push(carry as u8);
        sum.reverse();
        Self::new(big.negative, &sum, bottom)
    }

    /// The product with a whole number; `None` if it is zero.
    pub(super) fn times(&self, factor: i64) -> Option<Self> {
        let mut product = Vec::with_capacity(self.digits.len() + 20);
        let mut carry = 0;
        for digit in self.digits.iter().rev() {
            carry += u128::from(*digit) * u128::from(factor.unsigned_abs());
            product.push((carry % 10) as u8);
            carry /= 10;
        }
        while carry > 0 {
            product.push((carry % 10) as u8);
            carry /= 10;
        }
        product.reverse();
        Self::new(self.negative != (factor < 0), &product, self.exponent)
    }

    /// The number without what counts less than 10^`exponent`, one up in magnitude if anything was
    /// cut off.
    pub(super) fn rounded_up(&self, exponent: i64) -> Self {
        let dropped = exponent - self.exponent;
        if dropped <= 0 {
            return self.clone();
        }
        let kept = self.digits.len().saturating_sub(dropped as usize);
        let mut rounded = vec![0];
        rounded.extend_from_slice(&self.digits[..kept]);
        // The last digit is not zero, so something is always cut off.
        for digit in rounded.iter_mut().rev() {
            *digit = (*digit + 1) % 10;
            if *digit != 0 {
                break;
            }
        }
        Self::new(self.negative, &rounded, exponent).expect("it was rounded away from zero")
    }

    pub(super) fn cmp_magnitude(&self, other: &Self) -> Ordering {
        // Neither ends in zeros, so of two numbers of one height the order is that of the digits.
        let height = self.top().cmp(&other.top());
        height.then_with(|| self.digits.cmp(&other.digits))
    }
}

impl Ord for Large {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self.negative, other.negative) {
            (false, true) => Ordering::Greater,
            (true, false) => Ordering::Less,
            (false, false) => self.cmp_magnitude(other),
            (true, true) => other.cmp_magnitude(self),
        }
    }
}

impl PartialOrd for Large {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// How many digits apart two numbers may lie that are added.
pub(super) const REACH: i64 = 4_096;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Large, REACH};

    fn large(mantissa: i128, exponent: i64) -> Large {
        Large::from_i128(mantissa, exponent).unwrap()
    }

    #[test]
    fn a_number_has_one_form() {
        assert_eq!(large(1_200, -2), large(12, 0));
        assert_eq!(large(12, 3).top(), 5);
        assert!(Large::from_i128(0, 5).is_none());
    }

    #[test]
    fn what_lies_too_far_away_does_not_count() {
        let (one, giant) = (large(1, 0), large(1, 2_000_000_000));
        assert_eq!(giant.plus(&one), Some(giant.clone()));
        assert_eq!(one.plus(&giant), Some(giant));
        let near = large(1, REACH + 1);
        assert_eq!(near.plus(&one).unwrap().digits().len() as i64, REACH + 2);
    }

    proptest! {
        #[test]
        fn agrees_with_128_bits(
            a in -(1i128 << 100)..1 << 100, b in -(1i128 << 100)..1 << 100,
            up in 0u32..6, factor in any::<i64>(), drop in 1i64..40,
        ) {
            prop_assume!(a != 0 && b != 0);
            let power = 10i128.pow(up);
            let sum = large(a, up.into()).plus(&large(b, 0));
            prop_assert_eq!(sum, Large::from_i128(a * power + b, 0));
            let order = large(a, up.into()).cmp(&large(b, 0));
            prop_assert_eq!(order, (a * power).cmp(&b));
            let small = a >> 40;
            prop_assume!(small != 0);
            let product = large(small, 0).times(factor);
            prop_assert_eq!(product, Large::from_i128(small * i128::from(factor), 0));
            let power = 10i128.pow(drop as u32 % 38);
            let rounded = a / power + if a % power == 0 { 0 } else { a.signum() };
            prop_assert_eq!(
                large(a, 0).rounded_up(drop % 38),
                large(rounded, drop % 38)
            );
        }
    }
}
