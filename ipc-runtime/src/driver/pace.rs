//! Whether a peer calls again soon.

use std::time::{Duration, Instant};

/// How long a thread that has answered a call waits for the next one itself. Between two processes that take turns, each
/// sleeping meanwhile, an exchange takes less than a tenth of that.
pub(super) const LINGER: Duration = Duration::from_millis(1);

/// The rhythm of a peer's calls.
///
/// A peer is brisk if its last call came soon after an answer. For another one no thread lingers: it would be woken twice
/// for a call, once to find that none came.
#[derive(Debug, Default)]
pub(super) struct Pace {
    answered: Option<Instant>,
    brisk: bool,
}

impl Pace {
    pub(super) fn answered(&mut self, now: Instant) {
        self.answered = Some(now);
    }

    pub(super) fn called(&mut self, now: Instant) {
        // Of several calls that come together the first tells.
        if let Some(answered) = self.answered.take() {
            self.brisk = now.saturating_duration_since(answered) < LINGER;
        }
    }

    pub(super) fn is_brisk(&self) -> bool {
        self.brisk
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_gap_between_an_answer_and_the_next_call_decides() {
        let mut pace = Pace::default();
        let mut now = Instant::now();
        pace.called(now);
        assert!(!pace.is_brisk());
        for (gap, brisk) in [(LINGER / 2, true), (LINGER * 2, false), (LINGER / 2, true)] {
            pace.answered(now);
            now += gap;
            pace.called(now);
            // What comes with it does not.
            pace.called(now + LINGER * 2);
            assert_eq!(pace.is_brisk(), brisk, "{gap:?}");
        }
    }
}
