//! Figures measured several times, and what is said of them.

use std::fmt;

use serde::Serialize;

/// A figure, one value a round.
#[derive(Clone, Default, Serialize)]
pub(super) struct Figure(Vec<f64>);

impl Figure {
    pub(super) fn push(&mut self, value: f64) {
        self.0.push(value);
    }

    /// The value in the middle; not a number if there is none.
    pub(super) fn median(&self) -> f64 {
        let mut sorted = self.0.clone();
        sorted.sort_by(f64::total_cmp);
        let middle = sorted.len() / 2;
        match (sorted.get(middle), sorted.len() % 2) {
            (None, _) => f64::NAN,
            (Some(upper), 0) => (sorted[middle - 1] + upper) / 2.0,
            (Some(only), _) => *only,
        }
    }

    pub(super) fn min(&self) -> f64 {
        self.0.iter().copied().fold(f64::NAN, f64::min)
    }

    pub(super) fn max(&self) -> f64 {
        self.0.iter().copied().fold(f64::NAN, f64::max)
    }

    /// The same, each value another.
    pub(super) fn map(&self, change: impl Fn(f64) -> f64) -> Self {
        Self(self.0.iter().copied().map(change).collect())
    }

    /// Round by round, how much of `other` this is: what slows a whole round down slows both.
    pub(super) fn over(&self, other: &Self) -> Self {
        Self(self.0.iter().zip(&other.0).map(|(a, b)| a / b).collect())
    }
}

/// What something costs, by the clock and in time of processors.
#[derive(Clone, Default, Serialize)]
pub(super) struct Cost {
    pub(super) wall: Figure,
    pub(super) cpu: Figure,
}

impl FromIterator<f64> for Figure {
    fn from_iter<I: IntoIterator<Item = f64>>(values: I) -> Self {
        Self(values.into_iter().collect())
    }
}

/// The median, and in brackets the extremes; with as many decimals as the precision asks for, else two.
impl fmt::Display for Figure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let decimals = f.precision().unwrap_or(2);
        let (median, min, max) = (self.median(), self.min(), self.max());
        if self.0.len() == 1 {
            return write!(f, "{median:.decimals$}");
        }
        write!(f, "{median:.decimals$} ({min:.decimals$}–{max:.decimals$})")
    }
}

/// In bytes.
pub(super) const KIB: f64 = 1_024.0;
pub(super) const MIB: f64 = 1_048_576.0;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn median_is_the_value_in_the_middle() {
        assert_eq!(Figure(vec![3.0, 1.0, 20.0]).median(), 3.0);
        assert_eq!(Figure(vec![3.0, 1.0, 20.0, 4.0]).median(), 3.5);
        assert!(Figure::default().median().is_nan());
    }

    #[test]
    fn ratio_is_taken_within_a_round() {
        let slow_second_round = Figure(vec![1.0, 10.0, 1.0]);
        let ratio = slow_second_round.over(&Figure(vec![2.0, 20.0, 2.0]));
        assert_eq!(format!("{ratio}"), "0.50 (0.50–0.50)");
        assert_eq!(format!("{:.0}", Figure(vec![7.4])), "7");
    }
}
