//! [`Number`], the decimal number inside a quantity.

use std::cmp::Ordering;
use std::hash::{Hash, Hasher};

use super::large::Large;

/// A decimal number: almost always one of 64 bits with a power of ten.
#[derive(Clone, Debug)]
pub(super) enum Number {
    Small(Small),
    Large(Large),
}

/// `mantissa` × 10^`exponent`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Small {
    pub(super) mantissa: i64,
    pub(super) exponent: i32,
}

impl Number {
    pub(super) fn whole(number: i64) -> Self {
        Self::Small(Small {
            mantissa: number,
            exponent: 0,
        })
    }

    /// `mantissa` × 10^`exponent`.
    pub(super) fn from_i128(mantissa: i128, exponent: i64) -> Self {
        match (i64::try_from(mantissa), i32::try_from(exponent)) {
            (Ok(mantissa), Ok(exponent)) => Self::Small(Small { mantissa, exponent }),
            _ => Self::from_large(Large::from_i128(mantissa, exponent)),
        }
    }

    /// The number in its smallest form; `None` is zero.
    pub(super) fn from_large(large: Option<Large>) -> Self {
        let Some(large) = large else {
            return Self::Small(Small::ZERO);
        };
        match (large.mantissa(), i32::try_from(large.exponent())) {
            (Some(mantissa), Ok(exponent)) => Self::Small(Small { mantissa, exponent }),
            _ => Self::Large(large),
        }
    }

    pub(super) fn signum(&self) -> i64 {
        match self {
            Self::Small(small) => small.mantissa.signum(),
            Self::Large(large) if large.is_negative() => -1,
            Self::Large(_) => 1,
        }
    }

    pub(super) fn is_zero(&self) -> bool {
        self.signum() == 0
    }

    pub(super) fn negated(self) -> Self {
        match self {
            Self::Small(Small { mantissa, exponent }) => {
                Self::from_i128(-i128::from(mantissa), exponent.into())
            }
            Self::Large(large) => Self::from_large(Some(large.negated())),
        }
    }

    pub(super) fn plus(&self, other: &Self) -> Self {
        if let (Self::Small(one), Self::Small(other)) = (self, other)
            && let Some(sum) = one.plus(*other)
        {
            return sum;
        }
        match (self.to_large(), other.to_large()) {
            (Some(one), Some(other)) => Self::from_large(one.plus(&other)),
            (one, other) => Self::from_large(one.or(other)),
        }
    }

    pub(super) fn times(&self, factor: i64) -> Self {
        match self {
            Self::Small(Small { mantissa, exponent }) => {
                let product = i128::from(*mantissa) * i128::from(factor);
                Self::from_i128(product, (*exponent).into())
            }
            Self::Large(large) => Self::from_large(large.times(factor)),
        }
    }

    /// The number without what counts less than 10^`exponent`, one up in magnitude if anything was
    /// cut off.
    pub(super) fn rounded_up(&self, exponent: i32) -> Self {
        match self {
            Self::Small(small) => Self::Small(small.rounded_up(exponent)),
            Self::Large(large) => Self::from_large(Some(large.rounded_up(exponent.into()))),
        }
    }

    /// How often 10^`exponent` goes into the number, rounded away from zero, within 64 bits.
    pub(super) fn scaled(&self, exponent: i32) -> i64 {
        let rounded = match self.rounded_up(exponent) {
            Self::Small(small) => {
                let up = small.exponent.abs_diff(exponent);
                let scaled = 10_i64
                    .checked_pow(up)
                    .map(|power| small.mantissa.checked_mul(power));
                if small.mantissa == 0 {
                    Some(0)
                } else {
                    scaled.flatten()
                }
            }
            Self::Large(_) => None,
        };
        rounded.unwrap_or(if self.signum() < 0 {
            i64::MIN
        } else {
            i64::MAX
        })
    }

    /// The number, if it is a whole one of 64 bits.
    pub(super) fn as_i64(&self) -> Option<i64> {
        match self {
            Self::Small(Small { mantissa, exponent }) => {
                let power = 10_i64.checked_pow(exponent.unsigned_abs());
                match power {
                    _ if *mantissa == 0 => Some(0),
                    Some(power) if *exponent >= 0 => mantissa.checked_mul(power),
                    Some(power) if mantissa % power == 0 => Some(mantissa / power),
                    _ => None,
                }
            }
            Self::Large(_) => None,
        }
    }

    /// The closest number of 64 bits with a floating point.
    pub(super) fn to_f64(&self) -> f64 {
        /// Whole numbers up to here, and powers of ten up to here, are exact.
        const EXACT: (u64, u32) = (1 << 53, 22);
        if let Self::Small(Small { mantissa, exponent }) = self
            && mantissa.unsigned_abs() <= EXACT.0
            && exponent.unsigned_abs() <= EXACT.1
        {
            let power = 10_f64.powi(exponent.abs());
            let mantissa = *mantissa as f64;
            return if *exponent < 0 {
                mantissa / power
            } else {
                mantissa * power
            };
        }
        if self.is_zero() {
            return 0.0;
        }
        let (digits, exponent) = self.to_digits();
        let mut text = String::with_capacity(digits.len() + 22);
        text.extend((self.signum() < 0).then_some('-'));
        text.extend(digits.iter().map(|digit| char::from(b'0' + digit)));
        text.push('e');
        text.push_str(&exponent.to_string());
        text.parse().expect("digits and an exponent are a number")
    }

    fn to_large(&self) -> Option<Large> {
        match self {
            Self::Small(Small { mantissa, exponent }) => {
                Large::from_i128((*mantissa).into(), (*exponent).into())
            }
            Self::Large(large) => Some(large.clone()),
        }
    }

    /// The digits, neither the first nor the last a zero, and the power of ten of the last one.
    fn to_digits(&self) -> (Box<[u8]>, i64) {
        self.to_large().map_or_else(Default::default, |large| {
            (large.digits().into(), large.exponent())
        })
    }
}

impl Small {
    pub(super) const ZERO: Self = Self {
        mantissa: 0,
        exponent: 0,
    };

    /// The sum, unless the exponents lie far apart.
    fn plus(self, other: Self) -> Option<Number> {
        if self.mantissa == 0 {
            return Some(Number::Small(other));
        }
        if other.mantissa == 0 {
            return Some(Number::Small(self));
        }
        let (high, low) = if self.exponent >= other.exponent {
            (self, other)
        } else {
            (other, self)
        };
        let sum = high.above(low.exponent)? + i128::from(low.mantissa);
        Some(Number::from_i128(sum, low.exponent.into()))
    }

    fn rounded_up(self, exponent: i32) -> Self {
        let Self { mantissa, .. } = self;
        if self.exponent >= exponent || mantissa == 0 {
            return self;
        }
        let mantissa = match 10_i64.checked_pow(exponent.abs_diff(self.exponent)) {
            Some(power) if mantissa % power == 0 => mantissa / power,
            Some(power) => mantissa / power + mantissa.signum(),
            None => mantissa.signum(),
        };
        Self { mantissa, exponent }
    }

    /// The mantissa at a lower exponent, unless that is too far below. It can be doubled without
    /// an overflow.
    fn above(self, exponent: i32) -> Option<i128> {
        /// 2^63 × 10^18 < 2^123.
        const MOST: u32 = 18;
        let up = self.exponent.abs_diff(exponent);
        (up <= MOST).then(|| i128::from(self.mantissa) * 10_i128.pow(up))
    }
}

impl Ord for Small {
    fn cmp(&self, other: &Self) -> Ordering {
        if self.exponent == other.exponent || self.mantissa.signum() != other.mantissa.signum() {
            return self.mantissa.cmp(&other.mantissa);
        }
        if self.exponent < other.exponent {
            return other.cmp(self).reverse();
        }
        match self.above(other.exponent) {
            Some(mantissa) => mantissa.cmp(&other.mantissa.into()),
            // 10^19 and more, in magnitude, against less than 10^19.
            None if self.mantissa == 0 => Ordering::Equal,
            None if self.mantissa > 0 => Ordering::Greater,
            None => Ordering::Less,
        }
    }
}

impl PartialOrd for Small {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Small {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Small {}

impl Ord for Number {
    fn cmp(&self, other: &Self) -> Ordering {
        if let (Self::Small(one), Self::Small(other)) = (self, other) {
            return one.cmp(other);
        }
        let signs = self.signum().cmp(&other.signum());
        signs.then_with(|| self.to_large().cmp(&other.to_large()))
    }
}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Number {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Number {}

impl Hash for Number {
    fn hash<H: Hasher>(&self, state: &mut H) {
        // Equal numbers differ in mantissa and exponent, but not in these.
        (self.signum(), self.to_digits()).hash(state);
    }
}
