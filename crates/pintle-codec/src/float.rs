//! Floating-point numbers in decimal digits, as Go finds and writes them.

/// The shortest decimal digits that read back as a number.
pub(crate) struct Digits {
    negative: bool,
    /// Without a point; it comes behind the first.
    digits: String,
    /// The power of ten of the first digit.
    exponent: i32,
}

impl Digits {
    /// The digits of a finite number.
    ///
    /// Of two that are as short and as near, Go takes the even one, and Rust the greater.
    pub(crate) fn of(number: f64) -> Self {
        let (mut digits, exponent) = split(&format!("{:e}", number.abs()));
        let last = digits.as_bytes()[digits.len() - 1];
        if digits.len() >= LONG && !last.is_multiple_of(2) {
            let (exact, _) = split(&format!("{:.EXACT$e}", number.abs()));
            let lower = format!("{}{}", &digits[..digits.len() - 1], char::from(last - 1));
            // The number lies in the middle if what is left of it is one half.
            let rest = exact.strip_prefix(&lower).unwrap_or_default();
            if rest.trim_end_matches('0') == "5" {
                let unit = exponent - (lower.len() as i32 - 1);
                // The numbers below a power of two are closer than those above.
                if format!("{lower}e{unit}").parse() == Ok(number.abs()) {
                    digits = lower;
                }
            }
        }
        Self {
            negative: number.is_sign_negative(),
            digits,
            exponent,
        }
    }

    /// The digits of a finite number of 32 bits.
    #[cfg(feature = "yaml")]
    pub(crate) fn of_narrow(number: f32) -> Self {
        let (digits, exponent) = split(&format!("{:e}", number.abs()));
        Self {
            negative: number.is_sign_negative(),
            digits,
            exponent,
        }
    }

    /// The power of ten of the first digit.
    pub(crate) fn exponent(&self) -> i32 {
        self.exponent
    }

    /// `-1234.5`
    pub(crate) fn plain(&self) -> String {
        let sign = if self.negative { "-" } else { "" };
        let digits = &self.digits;
        let Ok(before) = usize::try_from(self.exponent + 1) else {
            let zeros = "0".repeat(self.exponent.unsigned_abs() as usize - 1);
            return format!("{sign}0.{zeros}{digits}");
        };
        match digits.split_at_checked(before) {
            Some((whole, "")) => format!("{sign}{whole}"),
            Some(("", fraction)) => format!("{sign}0.{fraction}"),
            Some((whole, fraction)) => format!("{sign}{whole}.{fraction}"),
            None => format!("{sign}{digits}{}", "0".repeat(before - digits.len())),
        }
    }

    /// `-1.2345e+03`, the exponent with at least so many digits.
    pub(crate) fn scientific(&self, width: usize) -> String {
        let sign = if self.negative { "-" } else { "" };
        let (first, rest) = self.digits.split_at(1);
        let point = if rest.is_empty() { "" } else { "." };
        let direction = if self.exponent < 0 { '-' } else { '+' };
        let exponent = self.exponent.unsigned_abs();
        format!("{sign}{first}{point}{rest}e{direction}{exponent:0width$}")
    }
}

/// Takes `1.5e-7` apart.
fn split(text: &str) -> (String, i32) {
    let (mantissa, exponent) = text.split_once('e').expect("`e` prints an exponent");
    let exponent = exponent.parse().expect("an exponent is a number");
    (mantissa.replace('.', ""), exponent)
}

/// A number with fewer digits does not lie in the middle of two: there is none between it and what
/// its last digit stands for.
const LONG: usize = 16;

/// More digits than a number has that lies in the middle of two: 18.
const EXACT: usize = 40;

#[cfg(test)]
mod tests {
    use super::Digits;

    /// The expected texts are what Go's `strconv.FormatFloat` returns.
    #[test]
    fn digits_are_those_that_go_finds() {
        for (number, plain, scientific) in [
            (0.0, "0", "0e+00"),
            (-0.0, "-0", "-0e+00"),
            (1.0, "1", "1e+00"),
            (-1234.5, "-1234.5", "-1.2345e+03"),
            (0.1, "0.1", "1e-01"),
            (0.00012, "0.00012", "1.2e-04"),
            (1e21, "1000000000000000000000", "1e+21"),
            (
                2f64.powi(-25),
                "0.000000029802322387695312",
                "2.9802322387695312e-08",
            ),
            (
                2f64.powi(-24),
                "0.00000005960464477539063",
                "5.960464477539063e-08",
            ),
            (
                2161636471855163.2,
                "2161636471855163.2",
                "2.1616364718551632e+15",
            ),
            (
                -990996.7361676788,
                "-990996.7361676788",
                "-9.909967361676788e+05",
            ),
            (5e-324, &format!("0.{}5", "0".repeat(323)), "5e-324"),
        ] {
            assert_eq!(Digits::of(number).plain(), plain);
            assert_eq!(Digits::of(number).scientific(2), scientific);
        }
    }
}
