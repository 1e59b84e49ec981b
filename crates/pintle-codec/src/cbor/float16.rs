//! Floating-point numbers of 16 bits, which stand for all numbers that fit into them.

/// The number that 16 bits mean.
pub(super) fn widen(bits: u16) -> f64 {
    let exponent = i32::from(bits >> 10 & 0x1f);
    let fraction = f64::from(bits & 0x3ff);
    let size = match exponent {
        0 => fraction * power_of_two(-24),
        0x1f if fraction == 0.0 => f64::INFINITY,
        0x1f => f64::NAN,
        _ => (1024.0 + fraction) * power_of_two(exponent - 25),
    };
    if bits & SIGN == 0 { size } else { -size }
}

/// The 16 bits that mean exactly this finite number, if there are any.
pub(super) fn narrow(number: f64) -> Option<u16> {
    let sign = if number.is_sign_negative() { SIGN } else { 0 };
    let size = number.abs();
    // In units of the smallest number, everything that fits is whole: in the lowest two binades
    // each unit is a number, and each binade above has units twice as large.
    let units = size * power_of_two(24);
    if units < 2048.0 {
        return (units.fract() == 0.0).then_some(sign | units as u16);
    }
    let bits = size.to_bits();
    let exponent = (bits >> 52) as i32 - 1023;
    let fraction = bits & ((1 << 52) - 1);
    let fits = exponent <= 15 && fraction.trailing_zeros() >= 42;
    fits.then_some(sign | ((exponent + 15) as u16) << 10 | (fraction >> 42) as u16)
}

const SIGN: u16 = 0x8000;

fn power_of_two(exponent: i32) -> f64 {
    f64::from_bits(((exponent + 1023) as u64) << 52)
}

#[cfg(test)]
mod tests {
    use super::{narrow, widen};

    /// RFC 8949, appendix A.
    #[test]
    fn examples_of_the_standard() {
        for (bits, number) in [
            (0x0000, 0.0),
            (0x8000, -0.0),
            (0x3c00, 1.0),
            (0x3e00, 1.5),
            (0x7bff, 65504.0),
            (0x0001, 5.960464477539063e-8),
            (0x0400, 0.00006103515625),
            (0xc400, -4.0),
        ] {
            assert_eq!(widen(bits).to_bits(), f64::to_bits(number), "{number}");
            assert_eq!(narrow(number), Some(bits), "{number}");
        }
        for number in [1.1, 100000.0, 65505.0, 65536.0, 1e300, 5e-324, -4.1, 8e-8] {
            assert_eq!(narrow(number), None, "{number}");
        }
    }

    #[test]
    fn every_finite_number_of_16_bits_comes_back() {
        for bits in 0..=u16::MAX {
            let number = widen(bits);
            if number.is_finite() {
                assert_eq!(narrow(number), Some(bits));
            }
        }
        assert!(widen(0x7c00).is_infinite() && widen(0x7e00).is_nan());
    }
}
