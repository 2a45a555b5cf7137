//! A logarithmic scale: as far from 1 to 10 as from 10 to 100.

/// Where on a line a number is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Scale {
    /// Logarithms to the base of 10.
    low: f64,
    high: f64,
    /// Where the lowest is, and where the highest.
    from: f64,
    to: f64,
}

impl Scale {
    /// Makes one that has room for all of these numbers, which are above zero.
    pub(super) fn around(numbers: impl IntoIterator<Item = f64>, from: f64, to: f64) -> Self {
        let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
        for number in numbers {
            if number.is_finite() && number > 0.0 {
                low = low.min(number.log10());
                high = high.max(number.log10());
            }
        }
        if low > high {
            (low, high) = (0.0, 1.0);
        }
        // Some room, so that nothing lies on the border, and a power of ten is on it.
        Self {
            low: (low - 0.15).min(low.floor() + 0.9),
            high: (high + 0.1).max(low.floor() + 1.05),
            from,
            to,
        }
    }

    /// Returns where a number is.
    pub(super) fn at(&self, number: f64) -> f64 {
        let share = (number.max(f64::MIN_POSITIVE).log10() - self.low) / (self.high - self.low);
        self.from + (self.to - self.from) * share.clamp(0.0, 1.0)
    }

    /// Returns the powers of ten on it; where these are few, their doubles and fivefolds too.
    pub(super) fn ticks(&self) -> Vec<f64> {
        let steps: &[f64] = if self.high - self.low < FEW { &[1.0, 2.0, 5.0] } else { &[1.0] };
        let powers = self.low.floor() as i32..=self.high.floor() as i32;
        let ticks = powers.flat_map(|power| steps.iter().map(move |step| step * 10_f64.powi(power)));
        ticks.filter(|tick| (self.low..=self.high).contains(&tick.log10())).collect()
    }
}

/// Powers of ten that are too few to read numbers between them.
const FEW: f64 = 1.6;

/// Writes a power of ten, or any other number, as short as it can be read.
pub(super) fn short(number: f64) -> String {
    let (number, unit) = match number {
        1e9.. => (number / 1e9, "G"),
        1e6.. => (number / 1e6, "M"),
        1e3.. => (number / 1e3, "k"),
        _ => (number, ""),
    };
    let digits = match number {
        100.0.. => 0,
        10.0.. => 1,
        _ => 2,
    };
    let text = format!("{number:.digits$}");
    let text = if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { &text };
    format!("{text}{unit}")
}

#[cfg(test)]
mod tests {
    use super::{Scale, short};

    #[test]
    fn a_power_of_ten_is_as_far_from_the_next_as_from_the_one_before() {
        let scale = Scale::around([1.0, 1000.0], 0.0, 300.0);
        let distances = [1.0, 10.0, 100.0].map(|number| scale.at(10.0 * number) - scale.at(number));
        assert!(distances.iter().all(|distance| (distance - distances[0]).abs() < 1e-9), "{distances:?}");
        assert_eq!(scale.ticks(), [1.0, 10.0, 100.0, 1000.0]);
    }

    #[test]
    fn numbers_are_short() {
        let numbers = [0.26, 5.0, 66.66, 100.0, 1480.0, 115_000.0, 1e6].map(short);
        assert_eq!(numbers, ["0.26", "5", "66.7", "100", "1.48k", "115k", "1M"]);
    }
}
