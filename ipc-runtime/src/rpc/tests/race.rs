//! Promises that are resolved while calls through them are on their way, in every interleaving.
//!
//! Each end has made a call to an object of its own, and passed a promise of the result to the other end. The
//! left end resolves its promise to the right end's. That one is resolved to an object of either end. So a
//! capability is shortened by two hops at the same time as calls go through it.

use proptest::prelude::*;

use super::super::{AnswerId, Cap, Transform};
use super::util::{Obj, Pair, TestCap};

#[derive(Clone, Copy, Debug)]
enum Op {
    /// Through which of the four references.
    Call(usize),
    ResolveLeft,
    ResolveRight,
    StepLeft,
    StepRight,
}

fn op() -> impl Strategy<Value = Op> {
    prop_oneof![
        4 => (0_usize..4).prop_map(Op::Call),
        1 => Just(Op::ResolveLeft),
        1 => Just(Op::ResolveRight),
        4 => Just(Op::StepLeft),
        4 => Just(Op::StepRight),
    ]
}

struct Race {
    pair: Pair,
    /// The left end's promise and that of the right end, each as the left and then as the right end has it.
    references: [TestCap; 4],
    left: Option<AnswerId>,
    right: Option<AnswerId>,
    /// What the right end's promise will be.
    end: TestCap,
    /// Through which reference each call was made, and to which object it came.
    calls: Vec<(usize, Option<usize>)>,
}

const BASE: u32 = 100;

impl Race {
    fn new(ends_left: bool) -> Self {
        let (mut pair, bootstrap) = Pair::connected();
        pair.left.call(&bootstrap, 1, vec![Some(Cap::Local(Obj::new(30)))]);
        pair.run();
        let mut call = pair.right.delivered();
        let callback = call.caps.pop().flatten().unwrap();

        let question = pair.left.call(&Cap::Local(Obj::new(31)), 2, vec![]);
        let left = pair.left.delivered().answer;
        let left_here = Cap::Promised(question, Transform::new(&[0]));
        pair.left.call(&bootstrap, 3, vec![Some(left_here.clone())]);
        pair.run();
        let left_there = pair.right.delivered().caps.pop().flatten().unwrap();

        let question = pair.right.call(&Cap::Local(Obj::new(20)), 2, vec![]);
        let right = pair.right.delivered().answer;
        let right_here = Cap::Promised(question, Transform::new(&[0]));
        pair.right.call(&callback, 3, vec![Some(right_here.clone())]);
        pair.run();
        let right_there = pair.left.delivered().caps.pop().flatten().unwrap();

        let end = if ends_left { callback } else { Cap::Local(Obj::new(1)) };
        let references = [left_here, right_there, left_there, right_here];
        Self { pair, references, left: Some(left), right: Some(right), end, calls: Vec::new() }
    }

    fn apply(&mut self, op: Op) {
        match op {
            Op::Call(index) => {
                let number = BASE + self.calls.len() as u32;
                let end = if index < 2 { &mut self.pair.left } else { &mut self.pair.right };
                end.call(&self.references[index], number, vec![]);
                self.calls.push((index, None));
            }
            Op::ResolveLeft => {
                if let Some(answer) = self.left.take() {
                    self.pair.left.respond(answer, 0, vec![Some(self.references[1].clone())]);
                }
            }
            Op::ResolveRight => {
                if let Some(answer) = self.right.take() {
                    self.pair.right.respond(answer, 0, vec![Some(self.end.clone())]);
                }
            }
            Op::StepLeft => drop(self.pair.step_left()),
            Op::StepRight => drop(self.pair.step_right()),
        }
        self.collect();
    }

    /// Checks the order of the calls that were delivered.
    fn collect(&mut self) {
        let delivered = self.pair.left.calls.drain(..).chain(self.pair.right.calls.drain(..));
        let delivered: Vec<_> = delivered.collect();
        for call in delivered {
            let Some(index) = call.number.checked_sub(BASE) else { continue };
            let index = index as usize;
            let (reference, _) = self.calls[index];
            self.calls[index].1 = Some(call.target);
            for (later, (other, target)) in self.calls.iter().enumerate().skip(index + 1) {
                assert!(*other != reference || target.is_none(), "{index} came after {later}");
            }
        }
    }
}

proptest! {
    #[test]
    fn calls_through_promises_that_are_shortened_stay_in_order(
        ends_left in any::<bool>(),
        ops in prop::collection::vec(op(), 1..60),
    ) {
        let mut race = Race::new(ends_left);
        for op in ops {
            race.apply(op);
        }
        race.apply(Op::ResolveLeft);
        race.apply(Op::ResolveRight);
        race.pair.run();
        race.collect();
        let end = if ends_left { 30 } else { 1 };
        for (index, (_, target)) in race.calls.iter().enumerate() {
            prop_assert_eq!(*target, Some(end), "call {} was not delivered", index);
        }
        prop_assert_eq!(race.pair.left.counts().embargoes + race.pair.right.counts().embargoes, 0);
    }
}
