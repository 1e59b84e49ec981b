//! The type [`Quantity`]: its form in memory, its arithmetic and its form in JSON.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::iter::Sum;
use std::ops::{Add, AddAssign, Mul, Neg, Sub, SubAssign};
use std::str::FromStr;

use pintle_codec::json::{Reader, Token, Writer};
use pintle_codec::{Error, ErrorKind, cbor, protobuf};

use super::number::{Number, Small};
use super::parse::{NANO, ParseQuantityError, parse};
use super::spelling::Spelling;
use crate::scalar::scalar;
use crate::wire;

/// An amount with a unit, such as `500m` of a CPU or `64Mi` of memory: an exact decimal number and
/// the [format](QuantityFormat) in which it is written.
///
/// It is what Go's `resource.Quantity` is. Text is read leniently and written in one canonical
/// form: without a fraction, and with the largest suffix that allows it, so that `1.5` becomes
/// `1500m` and `1024Ki` becomes `1Mi`. (A few texts that are not canonical, such as `+1` and
/// `1.500`, are kept as they are until there is arithmetic, because Kubernetes keeps them.) What is
/// smaller than 10⁻⁹ is rounded away from zero, and an amount in the binary format is at most 2⁶³-1
/// when it is read.
///
/// Equality, order and hash are those of the number: `1` equals `1000m`, and `1Ki` equals `1024`.
/// Arithmetic is exact and does not overflow; of two amounts that lie more than 4,096 decimal digits
/// apart, the one closer to zero does not count. The sum has the format of the left side, unless
/// that is zero.
///
/// The default is an amount that was never set. It is zero, and `0` in text.
///
/// There is one text on which Kubernetes loses the amount: it writes `1000E` as `1`, for want of a
/// suffix beyond exa. Here it is written as `1e21`.
///
/// ```
/// use pintle_meta::{Quantity, QuantityFormat};
///
/// let request: Quantity = "1.5Gi".parse()?;
/// assert_eq!(request.to_string(), "1536Mi");
/// assert_eq!(request.value(), 1_610_612_736);
///
/// let total: Quantity = [request, "512Mi".parse()?].iter().sum();
/// assert_eq!(total, Quantity::new(2 << 30, QuantityFormat::BinarySi));
/// assert_eq!(total.to_string(), "2Gi");
/// # Ok::<(), pintle_meta::ParseQuantityError>(())
/// ```
#[derive(Clone)]
pub struct Quantity(Form);

/// In which notation a [`Quantity`] is written.
///
/// Exhaustive: there are three in Kubernetes, and each needs its own arithmetic.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum QuantityFormat {
    /// Suffixes of powers of ten: `n`, `u`, `m`, none, `k`, `M`, `G`, `T`, `P`, `E`.
    DecimalSi,
    /// Suffixes of powers of 1,024: `Ki`, `Mi`, `Gi`, `Ti`, `Pi`, `Ei`. What is not a whole number
    /// of at least 1,024 is written as in [`DecimalSi`](Self::DecimalSi).
    BinarySi,
    /// An exponent of ten: `e3`.
    DecimalExponent,
}

/// Sixteen bytes.
#[derive(Clone)]
enum Form {
    /// Almost every amount.
    Plain {
        mantissa: i64,
        exponent: i32,
        /// Only what was never set has none, and it is zero.
        format: Option<QuantityFormat>,
    },
    Boxed(Box<Boxed>),
}

#[derive(Clone)]
struct Boxed {
    number: Number,
    format: Option<QuantityFormat>,
    /// The text, where Kubernetes keeps one that is not canonical.
    text: Option<Box<str>>,
}

impl Quantity {
    /// A whole number.
    pub fn new(value: i64, format: QuantityFormat) -> Self {
        Self::from_scaled(value, 0, format)
    }

    /// A number of thousandths.
    pub fn from_milli(value: i64, format: QuantityFormat) -> Self {
        Self::from_scaled(value, -3, format)
    }

    /// `value` × 10^`power`, rounded away from zero to whole 10⁻⁹.
    pub fn from_scaled(value: i64, power: i32, format: QuantityFormat) -> Self {
        let number = Number::Small(Small {
            mantissa: value,
            exponent: power,
        });
        Self::of(number.rounded_up(NANO), Some(format))
    }

    /// The notation; that of an amount that was never set is
    /// [`DecimalExponent`](QuantityFormat::DecimalExponent), as in Kubernetes.
    pub fn format(&self) -> QuantityFormat {
        self.stored_format()
            .unwrap_or(QuantityFormat::DecimalExponent)
    }

    /// The same amount in another notation.
    #[must_use]
    pub fn with_format(&self, format: QuantityFormat) -> Self {
        Self::of(self.number(), Some(format))
    }

    /// Whether it is nothing.
    pub fn is_zero(&self) -> bool {
        self.signum() == 0
    }

    /// 1 if the amount is more than nothing, 0 if it is nothing, -1 if it is less.
    pub fn signum(&self) -> i64 {
        match &self.0 {
            Form::Plain { mantissa, .. } => mantissa.signum(),
            Form::Boxed(boxed) => boxed.number.signum(),
        }
    }

    /// The amount, if it is a whole number of 64 bits.
    pub fn as_i64(&self) -> Option<i64> {
        self.number().as_i64()
    }

    /// The amount as a whole number, rounded away from zero. At the bounds of 64 bits it stops.
    pub fn value(&self) -> i64 {
        self.scaled_value(0)
    }

    /// The amount in thousandths, rounded away from zero. At the bounds of 64 bits it stops.
    pub fn milli_value(&self) -> i64 {
        self.scaled_value(-3)
    }

    /// The amount in units of 10^`power`, rounded away from zero. At the bounds of 64 bits it stops.
    pub fn scaled_value(&self, power: i32) -> i64 {
        self.number().scaled(power)
    }

    /// The closest floating-point number; infinite if it is too large for one.
    pub fn to_f64(&self) -> f64 {
        self.number().to_f64()
    }

    /// The amount in whole units of 10^`power`, rounded away from zero.
    #[must_use]
    pub fn round_up(&self, power: i32) -> Self {
        match self.number() {
            Number::Small(small) if small.exponent >= power => self.clone(),
            number => Self::of(number.rounded_up(power), self.stored_format()),
        }
    }

    fn of(number: Number, format: Option<QuantityFormat>) -> Self {
        Self(match number {
            Number::Small(Small { mantissa, exponent }) => Form::Plain {
                mantissa,
                exponent,
                format,
            },
            Number::Large(_) => Form::Boxed(Box::new(Boxed {
                number,
                format,
                text: None,
            })),
        })
    }

    fn number(&self) -> Number {
        match &self.0 {
            Form::Plain {
                mantissa, exponent, ..
            } => Number::Small(Small {
                mantissa: *mantissa,
                exponent: *exponent,
            }),
            Form::Boxed(boxed) => boxed.number.clone(),
        }
    }

    fn stored_format(&self) -> Option<QuantityFormat> {
        match &self.0 {
            Form::Plain { format, .. } => *format,
            Form::Boxed(boxed) => boxed.format,
        }
    }

    /// Calls `use_text` with the text.
    fn with_text<T>(&self, use_text: impl FnOnce(&str) -> T) -> T {
        if let Form::Boxed(boxed) = &self.0
            && let Some(text) = &boxed.text
        {
            return use_text(text);
        }
        use_text(Spelling::of(&self.number(), self.format()).as_str())
    }
}

impl Default for Quantity {
    fn default() -> Self {
        Self::of(Number::Small(Small::ZERO), None)
    }
}

impl From<i64> for Quantity {
    /// A whole number in the decimal format.
    fn from(value: i64) -> Self {
        Self::new(value, QuantityFormat::DecimalSi)
    }
}

impl FromStr for Quantity {
    type Err = ParseQuantityError;

    /// Reads what Kubernetes reads, without white space around it: a signed decimal number, and as
    /// its suffix none, a power of ten (`n` to `E`), a power of 1,024 (`Ki` to `Ei`) or an exponent
    /// (`e3`, `E-3`).
    fn from_str(text: &str) -> Result<Self, ParseQuantityError> {
        let parsed = parse(text)?;
        if !parsed.keeps_text {
            return Ok(Self::of(parsed.number, Some(parsed.format)));
        }
        Ok(Self(Form::Boxed(Box::new(Boxed {
            number: parsed.number,
            format: Some(parsed.format),
            text: Some(text.into()),
        }))))
    }
}

impl TryFrom<&str> for Quantity {
    type Error = ParseQuantityError;

    fn try_from(text: &str) -> Result<Self, ParseQuantityError> {
        text.parse()
    }
}

impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.with_text(|text| f.pad(text))
    }
}

impl fmt::Debug for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Ord for Quantity {
    fn cmp(&self, other: &Self) -> Ordering {
        match (&self.0, &other.0) {
            (Form::Boxed(one), Form::Boxed(other)) => one.number.cmp(&other.number),
            _ => self.number().cmp(&other.number()),
        }
    }
}

impl PartialOrd for Quantity {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Quantity {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Quantity {}

impl Hash for Quantity {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.number().hash(state);
    }
}

impl AddAssign<&Quantity> for Quantity {
    fn add_assign(&mut self, other: &Quantity) {
        let format = if self.is_zero() {
            other.stored_format()
        } else {
            self.stored_format()
        };
        *self = Self::of(self.number().plus(&other.number()), format);
    }
}

impl SubAssign<&Quantity> for Quantity {
    fn sub_assign(&mut self, other: &Quantity) {
        *self += &-other;
    }
}

impl Neg for &Quantity {
    type Output = Quantity;

    fn neg(self) -> Quantity {
        Quantity::of(self.number().negated(), self.stored_format())
    }
}

impl Add for &Quantity {
    type Output = Quantity;

    fn add(self, other: &Quantity) -> Quantity {
        let mut sum = self.clone();
        sum += other;
        sum
    }
}

impl Sub for &Quantity {
    type Output = Quantity;

    fn sub(self, other: &Quantity) -> Quantity {
        let mut difference = self.clone();
        difference -= other;
        difference
    }
}

/// The amount as often as `factor` says, such as the request of a pod for all its replicas.
impl Mul<i64> for &Quantity {
    type Output = Quantity;

    fn mul(self, factor: i64) -> Quantity {
        Quantity::of(self.number().times(factor), self.stored_format())
    }
}

impl<'a> Sum<&'a Quantity> for Quantity {
    fn sum<I: Iterator<Item = &'a Quantity>>(amounts: I) -> Quantity {
        amounts.fold(Quantity::default(), |mut sum, amount| {
            sum += amount;
            sum
        })
    }
}

scalar!(Quantity {
    fn decode_json(&mut self, reader: &mut Reader<'_>) -> Result<(), Error> {
        let token = reader.peek()?;
        let start = reader.offset();
        let text = match token {
            // People write `cpu: 1`; Kubernetes reads the digits.
            Token::Number => reader.raw()?,
            // Kubernetes looks at what stands between the quotes, escapes and all.
            Token::String => reader.raw()?.trim_matches('"'),
            // Fails, and says what was found.
            _ => reader.string()?,
        };
        *self = text.trim().parse().map_err(|error: ParseQuantityError| {
            Error::new(ErrorKind::InvalidValue, start, error.to_string())
        })?;
        Ok(())
    }

    // No character of a quantity needs an escape.
    fn encode_json(&self, writer: &mut Writer<'_>) {
        self.with_text(|text| writer.string(text));
    }

    // Unlike in JSON, a number is none here.
    fn decode_cbor(&mut self, item: cbor::Item<'_>) -> Result<(), Error> {
        if let Some(text) = item.text()? {
            *self = text.trim().parse().map_err(|error: ParseQuantityError| {
                Error::new(ErrorKind::InvalidValue, 0, error.to_string())
            })?;
        }
        Ok(())
    }

    fn encode_cbor(&self, writer: &mut cbor::Writer<'_>) {
        self.with_text(|text| writer.string(text));
    }

    fn decode_protobuf(&mut self, payload: &[u8]) -> Result<(), Error> {
        let mut fields = protobuf::Reader::new(payload);
        while let Some((number, payload)) = fields.next_field()? {
            if number == 1 {
                let text = wire::text(payload, &fields)?;
                *self = text.parse().map_err(|error: ParseQuantityError| {
                    wire::invalid(payload, &fields, error.to_string())
                })?;
            }
        }
        Ok(())
    }

    fn encode_protobuf(&self, writer: &mut protobuf::Writer) {
        self.with_text(|text| writer.bytes(1, text.as_bytes()));
    }

    fn schema(&self) -> &'static str {
        SCHEMA
    }

    fn is_zero(&self) -> bool {
        self.stored_format().is_none()
    }
});

/// A number is what people write; the pattern is the grammar of [`Quantity::from_str`].
const SCHEMA: &str = concat!(
    r#"{"anyOf":[{"type":"integer"},{"type":"string"}],"x-kubernetes-int-or-string":true,"pattern":"#,
    r#""^[+-]?([0-9]+(\\.[0-9]*)?|\\.[0-9]+)([KMGTPE]i|[numkMGTPE]|[eE][+-]?[0-9]+)?$"}"#,
);

#[cfg(test)]
mod tests {
    use std::hash::{DefaultHasher, Hash, Hasher};

    use pintle_codec::Scalar as _;
    use pintle_codec::json::Reader;
    use proptest::prelude::*;

    use super::{Quantity, QuantityFormat};

    fn quantity(text: &str) -> Quantity {
        text.parse().unwrap()
    }

    #[test]
    fn takes_sixteen_bytes() {
        assert_eq!(size_of::<Quantity>(), 16);
        assert_eq!(size_of::<Option<Quantity>>(), 16);
    }

    #[test]
    fn one_amount_in_two_spellings_is_equal() {
        let hash = |text| {
            let mut hasher = DefaultHasher::new();
            quantity(text).hash(&mut hasher);
            hasher.finish()
        };
        for (one, other) in [
            ("1", "1000m"),
            ("1Ki", "1024"),
            ("0", "-0Mi"),
            ("1e3", "1k"),
            ("1.500", "1500m"),
            ("100000000000000000000", "100E"),
        ] {
            assert_eq!(quantity(one), quantity(other));
            assert_eq!(hash(one), hash(other), "{one} and {other}");
        }
        assert!(quantity("1Ki") > quantity("1k"));
        assert!(quantity("-100E") < quantity("1n"));
    }

    #[test]
    fn the_default_takes_the_format_of_what_is_added() {
        assert_eq!(Quantity::default().to_string(), "0");
        let sum = &Quantity::default() + &quantity("1Ki");
        assert_eq!(sum.format(), QuantityFormat::BinarySi);
        assert_eq!((&quantity("1k") + &quantity("1Ki")).to_string(), "2024");
        let parts = [quantity("250m"), quantity("250m"), quantity("0.5")];
        assert_eq!(parts.iter().sum::<Quantity>().to_string(), "1");
    }

    #[test]
    fn numbers_stop_at_their_bounds() {
        let huge = quantity("100E");
        assert_eq!((huge.value(), (-&huge).value()), (i64::MAX, i64::MIN));
        assert_eq!(huge.as_i64(), None);
        assert_eq!(quantity("1n").value(), 1);
        assert_eq!(quantity("-1n").milli_value(), -1);
        assert_eq!(quantity("1e2000000000").to_f64(), f64::INFINITY);
        let least = Quantity::new(i64::MIN, QuantityFormat::DecimalSi);
        assert_eq!((-&least).to_string(), "9223372036854775808");
    }

    #[test]
    fn no_suffix_loses_the_amount() {
        assert_eq!(quantity("1000E").to_string(), "1e21");
        assert_eq!((&quantity("4Ei") * 256).to_string(), "1024Ei");
        let tiny = Quantity::from_scaled(1, -12, QuantityFormat::DecimalSi);
        assert_eq!(tiny.to_string(), "1n");
    }

    /// What Go's `Quantity.UnmarshalJSON` accepts and refuses.
    #[test]
    fn is_read_from_strings_and_numbers() {
        let read = |json: &str| {
            let mut quantity = Quantity::default();
            let read = quantity.decode_json(&mut Reader::over(json));
            read.map(|()| quantity.to_string())
        };
        for (json, text) in [
            (r#"" 64Mi ""#, "64Mi"),
            ("\"1\u{a0}\"", "1"),
            ("1.50", "1500m"),
            ("1e402", "1e402"),
        ] {
            assert_eq!(read(json).unwrap(), text);
        }
        for json in [r#""""#, r#"" ""#, r#""\u0031""#, r#""1\n""#, "true", "{}"] {
            assert!(read(json).is_err(), "{json}");
        }
        assert_eq!(read(r#"  "oops""#).unwrap_err().offset(), 2);
    }

    fn amounts() -> impl Strategy<Value = Quantity> {
        let text = r"[+-]?[0-9]{1,24}(\.[0-9]{0,12})?(|n|u|m|k|M|G|E|Ki|Mi|Gi|Ei|e-?[0-9]{1,2})";
        text.prop_map(|text| quantity(&text))
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in r"[-+0-9.eEinumkKMGTP x\u{e9}]{0,12}") {
            if let Ok(quantity) = text.parse::<Quantity>() {
                let written = quantity.to_string();
                let again = self::quantity(&written);
                prop_assert_eq!(&again, &quantity);
                prop_assert_eq!(again.to_string(), written);
            }
        }

        #[test]
        fn sums_come_apart(a in amounts(), b in amounts(), c in amounts()) {
            prop_assert_eq!(&(&(&a + &b) - &b), &a);
            prop_assert_eq!(&(&a + &b), &(&b + &a));
            prop_assert_eq!(&(&(&a + &b) + &c), &(&a + &(&b + &c)));
            prop_assert_eq!(a.cmp(&b), (&a - &b).signum().cmp(&0));
            prop_assert_eq!(&(&a * 3), &(&(&a + &a) + &a));
        }

        #[test]
        fn rounding_goes_away_from_zero(a in amounts(), power in -9..22) {
            let rounded = a.round_up(power);
            let unit = Quantity::from_scaled(1, power, QuantityFormat::DecimalSi);
            let gained = if a.signum() < 0 { &a - &rounded } else { &rounded - &a };
            prop_assert!(gained >= Quantity::default() && gained < unit, "{} to {}", a, rounded);
            prop_assert_eq!(&rounded.round_up(power), &rounded);
        }

        #[test]
        fn a_format_changes_the_text_and_not_the_amount(a in amounts()) {
            for format in [QuantityFormat::DecimalSi, QuantityFormat::DecimalExponent] {
                let other = a.with_format(format);
                prop_assert_eq!(&quantity(&other.to_string()), &a);
            }
        }
    }
}
