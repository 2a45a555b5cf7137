//! The turn to read a connection.

use loom::sync::atomic::{AtomicBool, Ordering};
use loom::sync::{Arc, Condvar, Mutex};
use loom::thread;

use crate::check_orders;
use crate::driver::selector::Interest;
use crate::driver::turn::{Entered, Handover, Looked, Next, Turn, Withdrawn};
use crate::sync::lock;

/// What tells a thread that it has the turn, or that its answer is there.
#[derive(Debug, Default)]
struct Told {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    told: bool,
    answered: bool,
}

impl Told {
    fn tell(&self) {
        lock(&self.state).told = true;
        self.changed.notify_one();
    }

    /// Gives the answer.
    fn answer(&self) {
        let mut state = lock(&self.state);
        *state = State { told: true, answered: true };
        drop(state);
        self.changed.notify_one();
    }

    fn is_told(&self) -> bool {
        lock(&self.state).told
    }

    /// Sleeps until it is told something; returns whether that is the answer.
    fn wait(&self) -> bool {
        let mut state = lock(&self.state);
        while !state.told {
            state = self.changed.wait(state).unwrap();
        }
        state.told = false;
        state.answered
    }
}

/// A connection of which only one may read at a time.
struct Model {
    turn: Turn<Arc<Told>>,
    /// Somebody reads.
    reading: AtomicBool,
    /// What the background thread waits for, as it was registered last.
    registered: Mutex<Interest>,
    /// Whether a look is due.
    due: Mutex<bool>,
}

impl Model {
    fn new() -> Arc<Self> {
        Arc::new(Self {
            turn: Turn::new(),
            reading: AtomicBool::new(false),
            registered: Mutex::new(Interest { readable: true, writable: false }),
            due: Mutex::new(false),
        })
    }

    fn register(&self, interest: Interest) {
        *lock(&self.registered) = interest;
    }

    fn read(&self) {
        assert!(!self.reading.swap(true, Ordering::Relaxed), "two threads read at once");
        thread::yield_now();
        self.reading.store(false, Ordering::Relaxed);
    }

    fn leave(&self, handover: Handover) {
        match self.turn.leave(handover, |told| !told.is_told(), |interest| self.register(interest)) {
            Next::Thread(told) => told.tell(),
            Next::Settled => {}
            Next::Look => *lock(&self.due) = true,
        }
    }

    /// A thread that waits until it has the turn and has read its answer.
    fn caller(&self, handover: Handover) {
        self.caller_of(&Arc::new(Told::default()), handover);
    }

    /// A thread that waits for an answer, which another one may read for it.
    fn caller_of(&self, told: &Arc<Told>, handover: Handover) {
        let register = |interest| self.register(interest);
        if let Entered::Queued(ticket) = self.turn.enter(register, || told.clone()) {
            while !self.turn.retry(ticket, register) {
                if told.wait() {
                    if self.turn.withdraw(ticket) == Withdrawn::Reads {
                        self.leave(handover);
                    }
                    return;
                }
            }
        }
        self.read();
        self.leave(handover);
    }

    /// A thread that reads the answer of another one before its own.
    fn caller_for(&self, other: &Told, handover: Handover) {
        let own = Arc::new(Told::default());
        let register = |interest| self.register(interest);
        if let Entered::Queued(ticket) = self.turn.enter(register, || own.clone()) {
            while !self.turn.retry(ticket, register) {
                own.wait();
            }
        }
        self.read();
        other.answer();
        self.leave(handover);
    }

    /// A thread whose answer is there before it has the turn.
    fn hurried_caller(&self) {
        let told = Arc::new(Told::default());
        match self.turn.enter(|interest| self.register(interest), || told.clone()) {
            Entered::Reads => self.leave(Handover::Later),
            Entered::Queued(ticket) => {
                if self.turn.withdraw(ticket) == Withdrawn::Reads {
                    self.leave(Handover::Later);
                }
            }
        }
    }

    /// The background thread, when it hears of bytes.
    fn background(&self) {
        // It then reads under the lock of the read half, as the others do: a thread may take the turn from it meanwhile.
        self.turn.adopt(|interest| self.register(interest));
    }

    /// The background thread, when looks are due.
    fn looks(&self) {
        while std::mem::take(&mut *lock(&self.due)) {
            if self.turn.look(|interest| self.register(interest)) == Looked::Again {
                *lock(&self.due) = true;
            }
        }
    }

    /// All threads have gone: somebody must read what arrives from now on.
    fn check_settled(&self) {
        self.looks();
        assert!(self.turn.adopt(|_| panic!("nobody had the turn and no look was due")));
        assert_eq!(*lock(&self.registered), Interest { readable: true, writable: false });
    }
}

type Thread = fn(&Model);

fn check<const N: usize>(threads: [Thread; N]) {
    check_orders(move || {
        let model = Model::new();
        let running = threads.map(|run| {
            let model = model.clone();
            thread::spawn(move || run(&model))
        });
        for thread in running {
            thread.join().unwrap();
        }
        model.check_settled();
    });
}

/// See the test of the name.
pub fn three_callers_read_one_after_the_other_and_none_is_forgotten() {
    check([
        |model| model.caller(Handover::Later),
        |model| model.caller(Handover::Later),
        |model| model.caller(Handover::Now),
    ]);
}

/// See the test of the name.
pub fn a_caller_that_stops_waiting_passes_on_the_turn_that_it_was_given() {
    check([
        |model| model.caller(Handover::Later),
        |model| model.hurried_caller(),
        |model| model.caller(Handover::Later),
    ]);
}

/// See the test of the name.
pub fn somebody_reads_when_all_have_gone_whatever_the_background_thread_does_meanwhile() {
    check([
        |model| {
            model.caller(Handover::Later);
            model.caller(Handover::Later);
        },
        |model| model.hurried_caller(),
        |model| {
            model.looks();
            model.background();
            model.looks();
        },
    ]);
}

/// See the test of the name.
pub fn a_thread_whose_answer_is_there_is_passed_over_and_nobody_waits_for_it() {
    check_orders(|| {
        let model = Model::new();
        let told = Arc::new(Told::default());
        let (first, second) = (model.clone(), model.clone());
        let (answered, answers) = (told.clone(), told);
        let running = [
            thread::spawn(move || first.caller_of(&answered, Handover::Later)),
            thread::spawn(move || second.caller_for(&answers, Handover::Later)),
            {
                let model = model.clone();
                thread::spawn(move || model.caller(Handover::Later))
            },
        ];
        for thread in running {
            thread.join().unwrap();
        }
        model.check_settled();
    });
}

/// See the test of the name.
pub fn a_thread_that_is_woken_for_something_else_reads_nevertheless() {
    check_orders(|| {
        let model = Model::new();
        let told = Arc::new(Told::default());
        let (first, second) = (model.clone(), model.clone());
        let (waits, wakes) = (told.clone(), told);
        let running = [
            thread::spawn(move || first.caller_of(&waits, Handover::Later)),
            thread::spawn(move || second.caller(Handover::Later)),
            thread::spawn(move || wakes.tell()),
        ];
        for thread in running {
            thread.join().unwrap();
        }
        model.check_settled();
    });
}
