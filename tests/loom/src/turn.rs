//! The turn to read a connection.

use loom::sync::atomic::{AtomicBool, Ordering};
use loom::sync::{Arc, Condvar, Mutex};
use loom::thread;

use crate::check_orders;
use crate::driver::selector::Interest;
use crate::driver::turn::{Entered, Handover, Looked, Next, Turn, Withdrawn};
use crate::sync::lock;

/// What tells a thread that it has the turn.
#[derive(Debug, Default)]
struct Told {
    told: Mutex<bool>,
    changed: Condvar,
}

impl Told {
    fn tell(&self) {
        *lock(&self.told) = true;
        self.changed.notify_one();
    }

    fn wait(&self) {
        let mut told = lock(&self.told);
        while !*told {
            told = self.changed.wait(told).unwrap();
        }
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
        match self.turn.leave(handover, |interest| self.register(interest)) {
            Next::Thread(told) => told.tell(),
            Next::Settled => {}
            Next::Look => *lock(&self.due) = true,
        }
    }

    /// A thread that waits for an answer until it has the turn and has read once.
    fn caller(&self, handover: Handover) {
        let told = Arc::new(Told::default());
        if let Entered::Queued(_) = self.turn.enter(|interest| self.register(interest), || told.clone()) {
            told.wait();
        }
        self.read();
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
