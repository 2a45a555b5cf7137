//! Random sequences of operations on both ends of a connection.

use std::collections::{HashMap, HashSet};

use proptest::prelude::*;

use super::super::{Cap, Caps, Host, Limits, QuestionId, Transform};
use super::util::{Delivered, End, Obj, Pair, Test, TestCap};
use crate::exception::IpcException;

#[derive(Clone, Copy, Debug)]
enum Side {
    Left,
    Right,
}

/// What a test may do at any time. Indexes are taken modulo what there is.
#[derive(Clone, Debug)]
enum Op {
    Call { side: Side, target: usize, caps: Vec<usize> },
    CallResult { side: Side, question: usize, caps: Vec<usize> },
    CallObject { side: Side, object: usize, caps: Vec<usize> },
    Respond { side: Side, call: usize, caps: Vec<usize> },
    RespondParams { side: Side, call: usize },
    Fail { side: Side, call: usize },
    Finish { side: Side, question: usize },
    Release { side: Side, cap: usize },
    ReleaseParams { side: Side, call: usize },
    Step { side: Side, count: usize },
    Flush { side: Side },
}

fn op() -> impl Strategy<Value = Op> {
    let side = || prop_oneof![Just(Side::Left), Just(Side::Right)];
    let caps = || prop::collection::vec(0_usize..8, 0..3);
    prop_oneof![
        3 => (side(), 0_usize..8, caps()).prop_map(|(side, target, caps)| Op::Call { side, target, caps }),
        3 => (side(), 0_usize..8, caps())
            .prop_map(|(side, question, caps)| Op::CallResult { side, question, caps }),
        1 => (side(), 0_usize..4, caps()).prop_map(|(side, object, caps)| Op::CallObject { side, object, caps }),
        3 => (side(), 0_usize..8, caps()).prop_map(|(side, call, caps)| Op::Respond { side, call, caps }),
        2 => (side(), 0_usize..8).prop_map(|(side, call)| Op::RespondParams { side, call }),
        1 => (side(), 0_usize..8).prop_map(|(side, call)| Op::Fail { side, call }),
        2 => (side(), 0_usize..8).prop_map(|(side, question)| Op::Finish { side, question }),
        2 => (side(), 0_usize..8).prop_map(|(side, cap)| Op::Release { side, cap }),
        1 => (side(), 0_usize..8).prop_map(|(side, call)| Op::ReleaseParams { side, call }),
        6 => (side(), 1_usize..6).prop_map(|(side, count)| Op::Step { side, count }),
        1 => side().prop_map(|side| Op::Flush { side }),
    ]
}

/// What a driver would hold for one end.
#[derive(Default)]
struct Driver {
    held: Vec<TestCap>,
    /// With the number of the call.
    questions: Vec<(QuestionId, u32)>,
    open: Vec<Delivered>,
    asked: Vec<<Test as Host>::Waiter>,
    answered: HashMap<u32, bool>,
    /// The capabilities that are held, each with a number for as long as it is.
    references: HashMap<String, u32>,
}

struct World {
    results: Results,
    pair: Pair,
    left: Driver,
    right: Driver,
    next: u32,
    /// Through which reference a call was made.
    through: HashMap<u32, u32>,
    /// The last call delivered through a reference, and where.
    last: HashMap<u32, (u32, String)>,
}

/// Which capabilities a call may return.
#[derive(Clone, Copy, PartialEq)]
enum Results {
    /// Any. So two ends can make results that are each other's and never known: what holds them across the
    /// connection can only go with it.
    Any,
    /// Those of which it is known what they are.
    Settled,
}

impl World {
    fn new(results: Results) -> Self {
        // A call to such a result goes round between the ends until there are too many.
        let limits = Limits { max_answers: 100, ..Limits::default() };
        let mut world = Self {
            results,
            pair: Pair::with_limits(&limits),
            left: Driver::default(),
            right: Driver::default(),
            next: 1,
            through: HashMap::new(),
            last: HashMap::new(),
        };
        let question = world.pair.left.bootstrap(0);
        world.left.questions.push((question, 0));
        world.left.asked.push(0);
        world
    }

    fn side(&mut self, side: Side) -> (&mut End, &mut Driver) {
        match side {
            Side::Left => (&mut self.pair.left, &mut self.left),
            Side::Right => (&mut self.pair.right, &mut self.right),
        }
    }

    fn apply(&mut self, op: Op) {
        match op {
            Op::Call { side, target, caps } => {
                let Some(target) = pick(&self.side(side).1.held, target).cloned() else { return };
                let key = format!("{target:?}");
                self.call(side, &target, key, &caps);
            }
            Op::CallResult { side, question, caps } => {
                let Some((question, number)) = pick(&self.side(side).1.questions, question).copied() else {
                    return;
                };
                let path = if question.number() % 5 == 0 { Transform::ROOT } else { Transform::new(&[0]) };
                let key = format!("result of {number} at {path:?}");
                self.call(side, &Cap::Promised(question, path), key, &caps);
            }
            Op::CallObject { side, object, caps } => {
                self.call(side, &Cap::Local(object_of(side, object)), format!("object {object}"), &caps);
            }
            Op::Respond { side, call, caps } => {
                let mut caps = self.choose(side, &caps);
                self.restrict(side, &mut caps);
                let (end, driver) = self.side(side);
                if let Some(call) = take(&mut driver.open, call) {
                    end.respond(call.answer, call.number, caps);
                    driver.held.extend(call.caps.into_iter().flatten());
                }
            }
            Op::RespondParams { side, call } => {
                let Some(call) = take(&mut self.side(side).1.open, call) else { return };
                let mut caps = call.caps.clone();
                self.restrict(side, &mut caps);
                let (end, _) = self.side(side);
                end.respond(call.answer, call.number, caps);
                end.release_all(call.caps);
            }
            Op::Fail { side, call } => {
                let (end, driver) = self.side(side);
                if let Some(call) = take(&mut driver.open, call) {
                    end.respond_error(call.answer, IpcException::failed("no luck"));
                    end.release_all(call.caps);
                }
            }
            Op::Finish { side, question } => {
                let (end, driver) = self.side(side);
                if let Some((question, _)) = take(&mut driver.questions, question) {
                    end.finish(question);
                }
            }
            Op::Release { side, cap } => {
                let (end, driver) = self.side(side);
                if let Some(cap) = take(&mut driver.held, cap) {
                    end.release(cap);
                }
            }
            Op::ReleaseParams { side, call } => {
                let (end, driver) = self.side(side);
                let index = call % driver.open.len().max(1);
                if let Some(call) = driver.open.get_mut(index) {
                    end.release_all(std::mem::take(&mut call.caps));
                }
            }
            Op::Step { side, count } => {
                for _ in 0..count {
                    match side {
                        Side::Left => self.pair.step_right(),
                        Side::Right => self.pair.step_left(),
                    };
                }
            }
            Op::Flush { side } => self.side(side).0.flush(),
        }
        self.collect();
    }

    /// Picks capabilities: some that are held, some results, some objects.
    fn choose(&mut self, side: Side, indexes: &[usize]) -> Caps<Obj> {
        let (_, driver) = self.side(side);
        let choose = |index: &usize| match index % 4 {
            0 => Some(Cap::Local(object_of(side, *index))),
            1 => pick(&driver.questions, *index).map(|(id, _)| Cap::Promised(*id, Transform::new(&[0]))),
            2 if *index == 6 => Some(Cap::Broken(IpcException::failed("never was"))),
            _ => pick(&driver.held, *index).cloned(),
        };
        indexes.iter().map(choose).collect()
    }

    /// Leaves out what may not be returned.
    fn restrict(&mut self, side: Side, caps: &mut Caps<Obj>) {
        if self.results == Results::Settled {
            let (end, _) = self.side(side);
            for cap in caps {
                if cap.as_ref().is_some_and(|cap| !end.input(|conn| conn.is_settled(cap))) {
                    *cap = None;
                }
            }
        }
    }

    fn call(&mut self, side: Side, target: &TestCap, key: String, caps: &[usize]) {
        let caps = self.choose(side, caps);
        let number = self.next;
        self.next += 1;
        let (end, driver) = self.side(side);
        let reference = *driver.references.entry(key).or_insert(number);
        let question = end.call(target, number, caps);
        driver.questions.push((question, number));
        driver.asked.push(number);
        self.through.insert(number, reference);
    }

    /// Takes what the engines put out.
    fn collect(&mut self) {
        for side in [Side::Left, Side::Right] {
            let delivered: Vec<_> = self.side(side).0.calls.drain(..).collect();
            for call in &delivered {
                self.check_order(call.number, &format!("{side:?} {}", call.target));
            }
            let (end, driver) = self.side(side);
            driver.open.extend(delivered);
            for (waiter, result) in end.returns.drain() {
                assert!(driver.answered.insert(waiter, result.is_ok()).is_none(), "{waiter} answered twice");
                if let Ok((_, caps)) = result {
                    driver.held.extend(caps.into_iter().flatten());
                }
            }
            driver.held.extend(std::mem::take(&mut end.resolved).into_values());
            // What is not held any more may come again under the same id and be something else.
            let params = driver.open.iter().flat_map(|call| &call.caps).flatten();
            let held: HashSet<_> = driver.held.iter().chain(params).map(|cap| format!("{cap:?}")).collect();
            driver.references.retain(|key, _| key.starts_with("result") || held.contains(key));
        }
    }

    /// Calls through one reference arrive at one object, in the order in which they were made.
    fn check_order(&mut self, number: u32, target: &str) {
        let reference = self.through[&number];
        if let Some((last, there)) = self.last.insert(reference, (number, target.to_owned())) {
            assert!(last < number, "{number} came after {last}");
            assert_eq!(there, target);
        }
    }

    /// Answers what is open until all is quiet; then lets go of all.
    fn wind_up(&mut self) {
        loop {
            self.pair.run();
            self.collect();
            let is_done = |driver: &Driver| {
                driver.open.is_empty() && driver.held.is_empty() && driver.questions.is_empty()
            };
            if is_done(&self.left) && is_done(&self.right) {
                break;
            }
            for side in [Side::Left, Side::Right] {
                while !self.side(side).1.open.is_empty() {
                    self.apply(Op::RespondParams { side, call: 0 });
                }
            }
            for side in [Side::Left, Side::Right] {
                while let (_, driver) = self.side(side)
                    && !driver.held.is_empty()
                {
                    self.apply(Op::Release { side, cap: 0 });
                }
                while let (_, driver) = self.side(side)
                    && !driver.questions.is_empty()
                {
                    self.apply(Op::Finish { side, question: 0 });
                }
            }
        }
    }
}

fn object_of(side: Side, index: usize) -> Obj {
    thread_local! {
        static OBJECTS: Vec<Obj> = (0..8).map(|key| Obj::new(100 + key)).collect();
    }
    let index = index % 4 + if matches!(side, Side::Left) { 0 } else { 4 };
    OBJECTS.with(|objects| objects[index].clone())
}

fn pick<T>(from: &[T], index: usize) -> Option<&T> {
    from.get(index % from.len().max(1))
}

fn take<T>(from: &mut Vec<T>, index: usize) -> Option<T> {
    let index = index % from.len().max(1);
    (index < from.len()).then(|| from.remove(index))
}

proptest! {
    #[test]
    fn whatever_two_ends_do_every_question_is_answered_once_and_nothing_is_left(
        ops in prop::collection::vec(op(), 1..120),
    ) {
        let mut world = World::new(Results::Settled);
        for op in ops {
            world.apply(op);
        }
        world.wind_up();
        world.collect();
        for side in [Side::Left, Side::Right] {
            let (end, driver) = world.side(side);
            for waiter in &driver.asked {
                prop_assert!(driver.answered.contains_key(waiter), "{waiter} was not answered: {:?}", end.counts());
            }
            end.assert_empty();
        }
    }

    #[test]
    fn whenever_the_connection_ends_every_question_is_answered_once_and_nothing_is_left(
        ops in prop::collection::vec(op(), 1..80),
    ) {
        let mut world = World::new(Results::Any);
        for op in ops {
            world.apply(op);
        }
        for side in [Side::Left, Side::Right] {
            world.side(side).0.input(|conn| conn.terminate(IpcException::disconnected("gone")));
            world.collect();
            let (end, driver) = world.side(side);
            for waiter in &driver.asked {
                prop_assert!(driver.answered.contains_key(waiter), "{waiter} was not answered");
            }
            for cap in std::mem::take(&mut driver.held) {
                end.release(cap);
            }
            for (question, _) in std::mem::take(&mut driver.questions) {
                end.finish(question);
            }
            for call in std::mem::take(&mut driver.open) {
                end.respond(call.answer, call.number, call.caps.clone());
                end.release_all(call.caps);
            }
            end.assert_empty();
        }
    }
}
