//! What leaves on one connection while sixteen threads call and drop: a peer checks every message against the rules.

use std::collections::HashMap;
use std::sync::Arc;
use std::thread;

use capnp_rpc::rpc_capnp::{cap_descriptor, message, message_target, payload};
use ipc_runtime::object::Destination;
use ipc_runtime::wire::{Encode, Encoder, Interface, Size};
use ipc_runtime::{DriverLimits, destroy};
use ipc_tests::interfaces::{Counter, Peer};
use ipc_tests::steps::{LONG_PATIENCE, bounded, joined};

use super::raw::{POINTER, Raw, begin_return, ordinal, our_client, return_root, return_struct, which};
use super::util::Recorder;

/// The books of a peer that hosts a root (export 0) and some counters (exports 1 to [`OBJECTS`]).
#[derive(Default)]
struct Books {
    /// Questions that were asked and are not both answered and finished.
    questions: HashMap<u32, Question>,
    /// References that the other side holds on each export.
    exports: HashMap<u32, u32>,
    /// References that this side holds on each import.
    imports: HashMap<u32, u32>,
    calls: usize,
    /// The next object to give out.
    next: u32,
}

#[derive(Default)]
struct Question {
    answered: bool,
    finished: bool,
    /// What the answer gave to the other side.
    given: Vec<u32>,
}

const OBJECTS: u32 = 5;

impl Books {
    fn ask(&mut self, id: u32) {
        let before = self.questions.insert(id, Question::default());
        assert!(before.is_none(), "question {id} is used again before it is answered and finished");
    }

    fn answer(&mut self, id: u32, given: &[u32]) {
        let question = self.questions.get_mut(&id).unwrap();
        assert!(!std::mem::replace(&mut question.answered, true));
        question.given = given.to_vec();
        for export in given {
            *self.exports.entry(*export).or_default() += 1;
        }
        self.forget(id);
    }

    fn finish(&mut self, id: u32, release: bool) {
        let question = self.questions.get_mut(&id);
        let question = question.unwrap_or_else(|| panic!("Finish for question {id}, which is not open"));
        assert!(!std::mem::replace(&mut question.finished, true), "question {id} is finished twice");
        if release {
            for export in std::mem::take(&mut question.given) {
                self.release(export, 1);
            }
        }
        self.forget(id);
    }

    fn forget(&mut self, id: u32) {
        if self.questions.get(&id).is_some_and(|question| question.answered && question.finished) {
            self.questions.remove(&id);
        }
    }

    fn release(&mut self, export: u32, count: u32) {
        let held = self.exports.get_mut(&export);
        let held = held.unwrap_or_else(|| panic!("a release of export {export}, which was never given"));
        assert!(*held >= count, "{count} references on export {export} are released, {held} are held");
        *held -= count;
    }

    fn check_target(&self, target: message_target::Reader<'_>) -> u32 {
        match target.which().unwrap() {
            message_target::ImportedCap(export) => {
                let held = self.exports.get(&export).copied().unwrap_or(0);
                assert!(held > 0, "a call on export {export}, which is not held");
                export
            }
            message_target::PromisedAnswer(answer) => {
                let question = answer.unwrap().get_question_id();
                let asked = self.questions.get(&question);
                assert!(
                    asked.is_some_and(|question| !question.finished),
                    "a call on the answer to question {question}, which is not open"
                );
                0
            }
        }
    }

    /// Takes what a message brings.
    fn import(&mut self, payload: payload::Reader<'_>) -> Vec<u32> {
        let mut received = Vec::new();
        for descriptor in payload.get_cap_table().unwrap() {
            match descriptor.which().unwrap() {
                cap_descriptor::SenderHosted(import) => {
                    *self.imports.entry(import).or_default() += 1;
                    received.push(import);
                }
                cap_descriptor::ReceiverHosted(export) => {
                    assert!(
                        self.exports.get(&export).is_some_and(|held| *held > 0),
                        "export {export} is named, which is not held"
                    );
                }
                cap_descriptor::None(()) => {}
                _ => panic!("a capability of a kind that nobody made"),
            }
        }
        received
    }
}

/// Serves until the connection ends, and returns the books.
fn keep_books(mut raw: Raw) -> Books {
    let mut books = Books::default();
    while let Some(message) = raw.receive() {
        match which(&message).unwrap() {
            message::Bootstrap(bootstrap) => {
                let id = bootstrap.unwrap().get_question_id();
                books.ask(id);
                books.answer(id, &[0]);
                raw_send(&mut raw, |message| return_root(message, id, 0));
            }
            message::Call(call) => {
                let call = call.unwrap();
                let id = call.get_question_id();
                books.ask(id);
                books.calls += 1;
                books.check_target(call.get_target().unwrap());
                let received = books.import(call.get_params().unwrap());
                let counter = call.get_interface_id() == <dyn Counter>::descriptor().id;
                if !counter && call.get_method_id() == ordinal::<dyn Peer>("makeCounter") {
                    books.next = books.next % OBJECTS + 1;
                    let export = books.next;
                    books.answer(id, &[export]);
                    raw_send(&mut raw, |message| return_counter(message, id, export));
                } else {
                    books.answer(id, &[]);
                    raw_send(&mut raw, |message| {
                        return_struct(message, id, Size { data: 1, pointers: 1 }, |_| Ok(()));
                    });
                }
                for import in received {
                    // At once, and before the other side has seen the answer.
                    *books.imports.get_mut(&import).unwrap() -= 1;
                    raw_send(&mut raw, |message| {
                        let mut release = message.init_release();
                        release.set_id(import);
                        release.set_reference_count(1);
                    });
                }
            }
            message::Finish(finish) => {
                let finish = finish.unwrap();
                books.finish(finish.get_question_id(), finish.get_release_result_caps());
            }
            message::Release(release) => {
                let release = release.unwrap();
                assert!(release.get_reference_count() > 0, "an empty release");
                books.release(release.get_id(), release.get_reference_count());
            }
            message::Abort(reason) => {
                let reason = reason.unwrap().get_reason().unwrap().to_str().unwrap().to_owned();
                assert!(reason.contains("closed by this side"), "aborted: {reason}");
            }
            _ => panic!("a message that nothing called for"),
        }
    }
    books
}

/// The other side may have closed the connection by now, with an answer under way.
fn raw_send(raw: &mut Raw, build: impl FnOnce(message::Builder<'_>)) {
    let _ = raw.send_bytes(&super::raw::framed(build));
}

fn return_counter(message: message::Builder<'_>, question: u32, export: u32) {
    let mut payload = begin_return(message, question);
    payload.reborrow().init_cap_table(1).get(0).set_sender_hosted(export);
    // Encoded with an object that stands for the index 0.
    let object: Arc<dyn ipc_tests::interfaces::Callback> = Recorder::with_calls().0;
    let content = payload.init_content();
    Encoder::new(Destination::none())
        .encode_struct(content, POINTER.size, |to| object.encode(to, POINTER.at[0]))
        .unwrap();
}

#[test]
fn every_message_keeps_the_rules_while_sixteen_threads_call_and_drop() {
    bounded(LONG_PATIENCE, || {
        let (connected, books) = our_client(DriverLimits::default(), keep_books);
        let peer = connected.unwrap();
        thread::scope(|scope| {
            for thread in 0..16 {
                let peer = &peer;
                scope.spawn(move || {
                    let mut kept: Vec<Arc<dyn Counter>> = Vec::new();
                    for i in 0..400 {
                        let counter = peer.make_counter().unwrap();
                        counter.add(i).unwrap();
                        match (i + thread) % 5 {
                            0 => kept.push(counter),
                            1 => {
                                peer.add_to(counter.clone(), 1).unwrap();
                            }
                            2 => kept.clear(),
                            3 => drop(peer.call(Recorder::with_calls().0, i).unwrap()),
                            _ => destroy(&counter).unwrap(),
                        }
                    }
                });
            }
        });
        // Everything but the root is dropped: nothing else may be held when this call is made.
        peer.add(1, 1).unwrap();
        drop(peer);
        let books = joined("the connection ends", books);
        assert!(books.calls > 16 * 400 * 2, "{} calls", books.calls);
        for export in 1..=OBJECTS {
            assert_eq!(books.exports.get(&export), Some(&0), "references left on export {export}");
        }
        assert!(books.imports.values().all(|held| *held == 0), "{:?}", books.imports);
        let unanswered = books.questions.values().filter(|question| !question.answered).count();
        assert_eq!(unanswered, 0);
    });
}
