//! How long a thread polls a socket before it sleeps.

use std::time::{Duration, Instant};

/// The longest that a thread polls. An exchange between two processes on idle cores takes some 5 us when both poll, and
/// 60 to 80 when both sleep: what has not come after so long is not about to.
pub(super) const LONGEST: Duration = Duration::from_micros(50);

/// The share of time that may be spent polling in vain, as its inverse.
const SHARE: u32 = 20;

/// Each vain poll in a row doubles what must be saved up before the next, up to 2^7 times: where answers are slow
/// all the time, less than a thousandth is spent on finding out whether they still are.
const MAX_VAIN: u32 = 7;

/// The history of one connection's waits, which decides whether the next begins with polling.
///
/// To be woken costs more than a quick answer takes, so a thread that expects one polls for it. Polls that are rewarded
/// cost nothing here: the thread would have had to wait anyway. One in vain is paid for from an account that fills with
/// the time that passes; what is left in it is lost, and each in a row makes the next dearer. So
/// - of any span of time at most a twentieth, and [`LONGEST`] a few times over, is polled in vain;
/// - a connection that answers quickly is polled from its second call on;
/// - one that answers slowly is hardly polled at all, and is found out when it becomes quick.
///
/// Time that others have run in, because the poll has yielded the core to them, counts like any other, and a poll that has
/// lasted longer than [`LONGEST`] for that is in vain even if it finds something: where more threads want to run than
/// there are cores, polls last long and become rare.
#[derive(Debug)]
pub(super) struct Patience {
    /// What may be polled in vain; less than nothing while the last time is still to be paid for.
    account: Nanos,
    /// Until when the account has been credited.
    credited: Instant,
    /// Polls in vain since the last that was rewarded.
    vain: u32,
}

type Nanos = i64;

impl Patience {
    pub(super) fn new(now: Instant) -> Self {
        Self { account: nanos(LONGEST), credited: now, vain: 0 }
    }

    /// Returns how long a wait that begins now may poll: nothing or [`LONGEST`].
    pub(super) fn poll_for(&mut self, now: Instant) -> Duration {
        let passed = now.saturating_duration_since(self.credited);
        self.credited = now;
        // More is never asked for, so that a long silence does not pay for much in vain after it.
        let wanted = nanos(LONGEST) << self.vain;
        self.account = self.account.saturating_add(nanos(passed / SHARE)).min(wanted);
        if self.account == wanted { LONGEST } else { Duration::ZERO }
    }

    /// Notes that what was waited for came during a poll.
    pub(super) fn rewarded(&mut self) {
        self.vain = 0;
    }

    /// Notes that a poll has lasted `polled` and nothing came.
    pub(super) fn in_vain(&mut self, polled: Duration) {
        self.account = self.account.min(0).saturating_sub(nanos(polled));
        self.vain = (self.vain + 1).min(MAX_VAIN);
    }
}

fn nanos(duration: Duration) -> Nanos {
    duration.as_nanos().try_into().unwrap_or(Nanos::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MICRO: Duration = Duration::from_micros(1);

    /// A connection of which waits are simulated.
    struct Simulation {
        patience: Patience,
        start: Instant,
        now: Instant,
        vain: Duration,
        polled_waits: u32,
    }

    impl Simulation {
        fn new() -> Self {
            let now = Instant::now();
            Self { patience: Patience::new(now), start: now, now, vain: Duration::ZERO, polled_waits: 0 }
        }

        /// Waits for what takes so long to come.
        fn wait(&mut self, takes: Duration) {
            let poll = self.patience.poll_for(self.now);
            if takes <= poll {
                self.patience.rewarded();
                self.polled_waits += 1;
            } else if !poll.is_zero() {
                self.patience.in_vain(poll);
                self.vain += poll;
            }
            self.now += takes;
        }

        fn pass(&mut self, time: Duration) {
            self.now += time;
        }

        /// The share of the time since the beginning that was polled in vain.
        fn share(&self) -> f64 {
            self.vain.as_secs_f64() / (self.now - self.start).as_secs_f64()
        }
    }

    #[test]
    fn a_quick_connection_is_polled_always() {
        let mut simulation = Simulation::new();
        for _ in 0..1000 {
            simulation.wait(5 * MICRO);
            simulation.pass(MICRO);
        }
        assert_eq!((simulation.polled_waits, simulation.vain), (1000, Duration::ZERO));
    }

    #[test]
    fn a_slow_connection_is_hardly_polled() {
        for takes in [60 * MICRO, 500 * MICRO, 20_000 * MICRO] {
            let mut simulation = Simulation::new();
            for _ in 0..20_000 {
                simulation.wait(takes);
            }
            assert!(simulation.share() < 0.002, "{takes:?}: {}", simulation.share());
        }
    }

    #[test]
    fn an_idle_connection_is_hardly_polled() {
        let mut simulation = Simulation::new();
        for _ in 0..100 {
            simulation.wait(Duration::from_secs(1));
        }
        assert!(simulation.share() < 0.0001, "{}", simulation.share());
    }

    #[test]
    fn a_bursty_connection_is_polled_in_its_bursts() {
        let mut simulation = Simulation::new();
        for _ in 0..200 {
            for _ in 0..100 {
                simulation.wait(5 * MICRO);
            }
            simulation.wait(20_000 * MICRO);
        }
        assert!(simulation.share() < 0.1, "{}", simulation.share());
        assert!(simulation.polled_waits > 200 * 90, "{}", simulation.polled_waits);
    }

    #[test]
    fn quick_and_slow_answers_by_turns_cost_no_more_than_the_share() {
        for slow in [60 * MICRO, 200 * MICRO, 1000 * MICRO] {
            let mut simulation = Simulation::new();
            for _ in 0..20_000 {
                simulation.wait(5 * MICRO);
                simulation.wait(slow);
            }
            assert!(simulation.share() < 0.06, "{slow:?}: {}", simulation.share());
        }
    }

    #[test]
    fn a_slow_connection_that_becomes_quick_is_polled_again_soon() {
        let mut simulation = Simulation::new();
        for _ in 0..10_000 {
            simulation.wait(500 * MICRO);
        }
        // It is woken each time until it polls again.
        let mut waits = 0;
        while simulation.patience.poll_for(simulation.now).is_zero() {
            simulation.pass(70 * MICRO);
            waits += 1;
        }
        assert!(waits < 3000, "{waits} waits");
        simulation.wait(5 * MICRO);
        assert_eq!(simulation.polled_waits, 1);
    }

    #[test]
    fn a_poll_during_which_others_had_the_core_is_paid_in_full() {
        let mut simulation = Simulation::new();
        simulation.pass(Duration::from_secs(1));
        assert_eq!(simulation.patience.poll_for(simulation.now), LONGEST);
        simulation.patience.in_vain(Duration::from_millis(4));
        simulation.patience.in_vain(Duration::from_millis(4));
        assert!(simulation.patience.poll_for(simulation.now).is_zero());
    }

    /// What a thread and its peer have, who run by turns; measured where both are pinned to it.
    #[derive(Clone, Copy)]
    struct OneCore {
        /// To put a thread to sleep and to wake it.
        sleep: Duration,
        /// To yield the core and to get it back, where only the peer runs in between.
        yielding: Duration,
        /// What another thread runs for when it gets the core, if there is one: a yield gives it to that one, a sleeper
        /// comes before it when it is woken.
        others: Duration,
    }

    impl OneCore {
        /// Returns how long it takes until answers are there that take the peer so long: for a thread that always sleeps,
        /// and for one that has patience.
        fn run(self, answers: impl IntoIterator<Item = Duration>) -> (Duration, Duration) {
            let mut simulation = Simulation::new();
            let (mut sleeping, begun) = (Duration::ZERO, simulation.now);
            for takes in answers {
                sleeping += takes + self.sleep;
                let limit = simulation.patience.poll_for(simulation.now);
                if limit.is_zero() {
                    simulation.pass(takes + self.sleep);
                    continue;
                }
                // The peer does not run while this thread looks, and has the core while it does not.
                let polled = takes + self.yielding + self.others;
                if polled < limit {
                    simulation.patience.rewarded();
                    simulation.pass(polled);
                } else if self.others.is_zero() {
                    // The peer is at work elsewhere, or waits itself: a yield comes back at once until the limit.
                    simulation.patience.in_vain(limit);
                    simulation.pass(takes.max(limit) + self.sleep);
                } else {
                    simulation.patience.in_vain(polled);
                    simulation.pass(polled);
                }
            }
            (sleeping, simulation.now - begun)
        }
    }

    #[test]
    fn on_one_core_nothing_is_slower_than_sleeping() {
        let alone = OneCore { sleep: 3 * MICRO, yielding: 2 * MICRO, others: Duration::ZERO };
        let crowded = OneCore { others: Duration::from_millis(4), ..alone };
        let quick = || vec![5 * MICRO; 200_000];
        let slow = || vec![300 * MICRO; 20_000];
        let bursty = || {
            let burst = |_| [vec![5 * MICRO; 100], vec![20_000 * MICRO]].concat();
            (0..200).flat_map(burst).collect()
        };
        let mixed = || [5 * MICRO, 200 * MICRO].repeat(10_000);
        // Where others want the core too, it costs the share that may be polled in vain.
        for (core, who, bound) in [(alone, "alone", 1.01), (crowded, "crowded", 1.06)] {
            for (answers, what) in
                [(quick(), "quick"), (slow(), "slow"), (bursty(), "bursty"), (mixed(), "mixed")]
            {
                let (sleeping, patient) = core.run(answers);
                let ratio = patient.as_secs_f64() / sleeping.as_secs_f64();
                assert!(ratio < bound, "{what}, {who}: {ratio}");
            }
        }
    }
}
