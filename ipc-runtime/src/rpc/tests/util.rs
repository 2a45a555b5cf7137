//! The harness: [`End`], one connection with what happened to it; [`Pair`], two of them; [`Raw`], one of them
//! and a peer that sends what a test says.

use std::cell::Cell;
use std::collections::{BTreeMap, HashMap, VecDeque};
use std::rc::Rc;

use capnp::message::ReaderOptions;
use capnp::traits::ImbueMut;
use capnp_rpc::rpc_capnp::{accept, cap_descriptor, message, message_target, payload, promised_answer};

use super::super::message::CONTROL_WORDS;
use super::super::*;
use super::describe::describe;
use crate::exception::IpcException;

pub(super) const INTERFACE: u64 = 0xabcd_ef01_2345_6789;

thread_local! {
    /// An engine runs: no object may be dropped.
    static INSIDE: Cell<bool> = const { Cell::new(false) };
}

/// An object of a test; a number is its identity.
#[derive(Clone)]
pub(super) struct Obj(Rc<Inner>);

struct Inner(usize);

impl Obj {
    pub(super) fn new(key: usize) -> Self {
        Self(Rc::new(Inner(key)))
    }

    pub(super) fn handles(&self) -> usize {
        Rc::strong_count(&self.0)
    }
}

impl Object for Obj {
    fn key(&self) -> usize {
        self.0.0
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        assert!(!INSIDE.get() || std::thread::panicking(), "object {} dropped inside the engine", self.0);
    }
}

pub(super) struct Test;

impl Host for Test {
    type Object = Obj;
    /// A number that the test chose.
    type Waiter = u32;
}

pub(super) type TestCap = super::super::Cap<Obj>;

/// A call that was delivered.
pub(super) struct Delivered {
    pub(super) answer: AnswerId,
    interface_id: u64,
    pub(super) target: usize,
    pub(super) number: u32,
    pub(super) caps: Caps<Obj>,
}

pub(super) type Outcome = Result<(u32, Caps<Obj>), IpcException>;

/// One end of a connection, and what came out of it.
pub(super) struct End {
    conn: Connection<Test>,
    pub(super) calls: VecDeque<Delivered>,
    /// Answers by waiter.
    pub(super) returns: HashMap<u32, Outcome>,
    pub(super) resolved: BTreeMap<PromiseId, TestCap>,
    pub(super) cancelled: Vec<AnswerId>,
    pub(super) dropped: Vec<usize>,
    pub(super) transmit: VecDeque<OutgoingMessage>,
}

impl End {
    pub(super) fn new(limits: Limits, bootstrap: Option<Obj>) -> Self {
        Self {
            conn: Connection::new(limits, bootstrap),
            calls: VecDeque::new(),
            returns: HashMap::new(),
            resolved: BTreeMap::new(),
            cancelled: Vec::new(),
            dropped: Vec::new(),
            transmit: VecDeque::new(),
        }
    }

    /// Gives the engine an input and drains its outputs.
    pub(super) fn input<R>(&mut self, input: impl FnOnce(&mut Connection<Test>) -> R) -> R {
        INSIDE.set(true);
        let result = input(&mut self.conn);
        INSIDE.set(false);
        while let Some(event) = self.conn.poll_event() {
            match event {
                Event::Call { answer, target, interface_id, params, words, .. } => {
                    assert_eq!(words, params.words());
                    let (number, caps) = read_payload(params);
                    self.calls.push_back(Delivered {
                        answer,
                        interface_id,
                        target: target.key(),
                        number,
                        caps,
                    });
                }
                Event::Return { waiter, result, .. } => {
                    let earlier = self.returns.insert(waiter, result.map(read_payload));
                    assert!(earlier.is_none(), "waiter {waiter} was answered twice");
                }
                Event::Cancelled { answer } => self.cancelled.push(answer),
                Event::Resolved { promise, cap } => {
                    assert!(self.resolved.insert(promise, cap).is_none(), "{promise} was resolved twice");
                }
                Event::Drop(object) => self.dropped.push(object.key()),
            }
        }
        while let Some(message) = self.conn.poll_transmit() {
            self.transmit.push_back(message);
        }
        result
    }

    pub(super) fn bootstrap(&mut self, waiter: u32) -> QuestionId {
        self.input(|conn| conn.bootstrap(waiter))
    }

    /// Calls with a number and capabilities; the first of them is at pointer field 0.
    pub(super) fn call(&mut self, target: &TestCap, number: u32, caps: impl Into<Caps<Obj>>) -> QuestionId {
        let caps = caps.into();
        let call = OutgoingCall::new(INTERFACE, 0, |content, table| {
            write_content(content, number, caps.len());
            *table = caps;
            Ok::<_, IpcException>(())
        });
        self.input(|conn| conn.call(target, call.unwrap(), number))
    }

    /// Takes the call that was delivered first.
    pub(super) fn delivered(&mut self) -> Delivered {
        self.calls.pop_front().expect("no call was delivered")
    }

    /// Takes the first call and answers it with its own number.
    pub(super) fn serve(&mut self, caps: impl Into<Caps<Obj>>) -> (usize, u32) {
        let call = self.delivered();
        assert_eq!(call.interface_id, INTERFACE);
        self.respond(call.answer, call.number, caps);
        self.release_all(call.caps);
        (call.target, call.number)
    }

    pub(super) fn respond(&mut self, answer: AnswerId, number: u32, caps: impl Into<Caps<Obj>>) {
        let caps = caps.into();
        let results = OutgoingResults::new(|content, table| {
            write_content(content, number, caps.len());
            *table = caps;
            Ok::<_, IpcException>(())
        });
        self.input(|conn| conn.respond(answer, Ok(results.unwrap())));
    }

    pub(super) fn respond_error(&mut self, answer: AnswerId, exception: IpcException) {
        self.input(|conn| conn.respond(answer, Err(exception)));
    }

    pub(super) fn finish(&mut self, question: QuestionId) {
        self.input(|conn| conn.finish(question));
    }

    pub(super) fn release(&mut self, cap: TestCap) {
        self.input(|conn| conn.release(cap));
    }

    pub(super) fn release_all(&mut self, caps: impl Into<Caps<Obj>>) {
        for cap in caps.into().into_iter().flatten() {
            self.release(cap);
        }
    }

    /// Takes the answer that must be there.
    #[track_caller]
    pub(super) fn returned(&mut self, waiter: u32) -> Outcome {
        self.returns.remove(&waiter).expect("not returned")
    }

    /// Takes the only capability of an answer.
    #[track_caller]
    pub(super) fn returned_cap(&mut self, waiter: u32) -> TestCap {
        let (_, mut caps) = self.returned(waiter).expect("an exception");
        assert_eq!(caps.len(), 1);
        caps.pop().flatten().expect("no capability")
    }

    #[track_caller]
    pub(super) fn returned_error(&mut self, waiter: u32) -> IpcException {
        match self.returned(waiter) {
            Ok((number, _)) => panic!("results {number}"),
            Err(exception) => exception,
        }
    }

    pub(super) fn counts(&self) -> Counts {
        self.conn.counts()
    }

    pub(super) fn terminated(&self) -> Option<&IpcException> {
        self.conn.is_terminated()
    }

    #[track_caller]
    pub(super) fn assert_empty(&self) {
        assert_eq!(self.counts(), Counts::default());
    }

    /// Takes what is to be sent, in words.
    pub(super) fn sent(&mut self) -> Vec<String> {
        self.transmit.drain(..).map(|message| describe(&receive(&message))).collect()
    }

    pub(super) fn flush(&mut self) {
        self.input(Connection::flush_batched);
    }
}

/// Two ends of one connection, in lock step.
pub(super) struct Pair {
    pub(super) left: End,
    pub(super) right: End,
}

impl Pair {
    /// The right end has a bootstrap object, number 1.
    pub(super) fn new() -> Self {
        Self::with_limits(&Limits::default())
    }

    pub(super) fn with_limits(limits: &Limits) -> Self {
        let right = End::new(limits.clone(), Some(Obj::new(1)));
        Self { left: End::new(limits.clone(), None), right }
    }

    /// The left end has the right's bootstrap capability.
    pub(super) fn connected() -> (Self, TestCap) {
        let mut pair = Self::new();
        let question = pair.left.bootstrap(0);
        pair.run();
        let cap = pair.left.returned_cap(0);
        pair.left.finish(question);
        pair.run();
        (pair, cap)
    }

    /// Moves one message from left to right.
    pub(super) fn step_right(&mut self) -> bool {
        Self::step(&mut self.left, &mut self.right)
    }

    /// Moves one message from right to left.
    pub(super) fn step_left(&mut self) -> bool {
        Self::step(&mut self.right, &mut self.left)
    }

    fn step(from: &mut End, to: &mut End) -> bool {
        let Some(message) = from.transmit.pop_front() else { return false };
        let message = receive(&message);
        let words = describe(&message);
        to.input(|conn| conn.handle_message(message)).unwrap_or_else(|fault| panic!("{words}: {fault}"));
        true
    }

    /// Moves messages until none is left, the batched ones too.
    pub(super) fn run(&mut self) {
        loop {
            while self.step_right() || self.step_left() {}
            self.left.flush();
            self.right.flush();
            if self.left.transmit.is_empty() && self.right.transmit.is_empty() {
                break;
            }
        }
    }

    #[track_caller]
    pub(super) fn assert_empty(&mut self) {
        self.run();
        self.left.assert_empty();
        self.right.assert_empty();
    }
}

/// One end with bootstrap object number 1, and a peer that is a script.
pub(super) struct Raw {
    pub(super) end: End,
}

impl Raw {
    pub(super) fn new() -> Self {
        Self::with_limits(Limits::default())
    }

    pub(super) fn with_limits(limits: Limits) -> Self {
        Self { end: End::new(limits, Some(Obj::new(1))) }
    }

    /// The peer has asked for the bootstrap object and holds it as export 0.
    pub(super) fn bootstrapped() -> Self {
        let mut raw = Self::new();
        raw.hold_bootstrap();
        raw
    }

    pub(super) fn hold_bootstrap(&mut self) {
        self.send(|message| message.init_bootstrap().set_question_id(100));
        self.send_finish(100, false);
        assert_eq!(self.end.sent(), ["return 100 results [hosted 0]"]);
    }

    /// The end has the peer's bootstrap capability, import 7.
    pub(super) fn importing() -> (Self, TestCap) {
        Self::importing_as(|mut descriptor| descriptor.set_sender_hosted(7))
    }

    /// The end has a promise of the peer, import 7.
    pub(super) fn importing_promise() -> (Self, TestCap) {
        Self::importing_as(|mut descriptor| descriptor.set_sender_promise(7))
    }

    fn importing_as(describe: impl FnOnce(cap_descriptor::Builder<'_>)) -> (Self, TestCap) {
        let mut raw = Self::bootstrapped();
        let question = raw.end.bootstrap(0);
        assert_eq!(raw.end.sent(), ["bootstrap 0"]);
        raw.send_results(question.number(), |payload| {
            let mut payload = payload;
            write_capability(payload.reborrow().get_content());
            describe(payload.init_cap_table(1).get(0));
        });
        let cap = raw.end.returned_cap(0);
        raw.end.finish(question);
        raw.end.flush();
        assert_eq!(raw.end.sent(), ["finish 0"]);
        (raw, cap)
    }

    /// Sends a message.
    #[track_caller]
    pub(super) fn send(&mut self, build: impl FnOnce(message::Builder<'_>)) {
        self.try_send(build).unwrap();
    }

    /// Sends a message that may break the protocol.
    pub(super) fn try_send(
        &mut self,
        build: impl FnOnce(message::Builder<'_>),
    ) -> Result<(), PeerMisbehaved> {
        let message = receive(&OutgoingMessage::build(CONTROL_WORDS, build));
        self.end.input(|conn| conn.handle_message(message))
    }

    /// Sends a call with its number as question id.
    #[track_caller]
    pub(super) fn send_call(
        &mut self,
        number: u32,
        target: impl FnOnce(message_target::Builder<'_>),
        params: impl FnOnce(payload::Builder<'_>),
    ) {
        self.send(|message| build_call(message, number, target, params));
    }

    #[track_caller]
    pub(super) fn send_results(&mut self, id: u32, results: impl FnOnce(payload::Builder<'_>)) {
        self.send(|message| {
            let mut ret = message.init_return();
            ret.set_answer_id(id);
            ret.set_release_param_caps(false);
            results(ret.init_results());
        });
    }

    #[track_caller]
    pub(super) fn send_finish(&mut self, id: u32, release: bool) {
        self.send(|message| {
            let mut finish = message.init_finish();
            finish.set_question_id(id);
            finish.set_release_result_caps(release);
        });
    }

    #[track_caller]
    pub(super) fn send_release(&mut self, id: u32, count: u32) {
        self.send(|message| {
            let mut release = message.init_release();
            release.set_id(id);
            release.set_reference_count(count);
        });
    }

    #[track_caller]
    pub(super) fn send_resolve(&mut self, id: u32, describe: impl FnOnce(cap_descriptor::Builder<'_>)) {
        self.send(|message| {
            let mut resolve = message.init_resolve();
            resolve.set_promise_id(id);
            describe(resolve.init_cap());
        });
    }
}

pub(super) fn build_call(
    message: message::Builder<'_>,
    number: u32,
    target: impl FnOnce(message_target::Builder<'_>),
    params: impl FnOnce(payload::Builder<'_>),
) {
    let mut call = message.init_call();
    call.set_question_id(number);
    call.set_interface_id(INTERFACE);
    target(call.reborrow().init_target());
    let mut payload = call.init_params();
    write_content(payload.reborrow().get_content(), number, 0);
    params(payload);
}

/// Addresses an export of the end.
pub(super) fn export(id: u32) -> impl FnOnce(message_target::Builder<'_>) {
    move |mut target| target.set_imported_cap(id)
}

/// Addresses a result of the end.
pub(super) fn result_of(id: u32, fields: &[u16]) -> impl FnOnce(message_target::Builder<'_>) {
    move |target| promise(target.init_promised_answer(), id, fields)
}

pub(super) fn promise(mut promised: promised_answer::Builder<'_>, id: u32, fields: &[u16]) {
    promised.set_question_id(id);
    let mut ops = promised.init_transform(fields.len() as u32);
    for (index, field) in (0..).zip(fields) {
        ops.reborrow().get(index).set_get_pointer_field(*field);
    }
}

/// Writes a capability table of one.
pub(super) fn one_cap(
    describe: impl FnOnce(cap_descriptor::Builder<'_>),
) -> impl FnOnce(payload::Builder<'_>) {
    |mut payload| {
        write_content(payload.reborrow().get_content(), 0, 1);
        describe(payload.init_cap_table(1).get(0));
    }
}

pub(super) fn no_caps(_: payload::Builder<'_>) {}

/// Writes a number, and the first capability at pointer field 0. The struct is one of rpc.capnp that happens
/// to have both.
pub(super) fn write_content(content: capnp::any_pointer::Builder<'_>, number: u32, caps: usize) {
    let mut content = content.init_as::<accept::Builder<'_>>();
    content.set_question_id(number);
    if caps > 0 {
        write_capability(content.init_provision());
    }
}

/// Writes a pointer to the first capability of the table.
fn write_capability(mut to: capnp::any_pointer::Builder<'_>) {
    let mut table = Vec::new();
    let mut to = to.reborrow();
    to.imbue_mut(&mut table);
    to.set_as_capability(super::super::pipeline::index_table(1).remove(0).unwrap());
}

fn read_payload(payload: Payload<Obj>) -> (u32, Caps<Obj>) {
    let number = match payload.content().and_then(|content| content.get_as::<accept::Reader<'_>>()) {
        Ok(content) => content.get_question_id(),
        // A capability, as Bootstrap returns it.
        Err(_) => 0,
    };
    (number, payload.caps)
}

/// Carries a message across.
pub(super) fn receive(message: &OutgoingMessage) -> IncomingMessage {
    let mut words = Vec::new();
    let mut bounds = Vec::new();
    for segment in message.segments().iter() {
        let start = words.len();
        for word in segment.chunks_exact(8) {
            let mut bytes = [0; 8];
            bytes.copy_from_slice(word);
            let [a, b, c, d, e, f, g, h] = bytes;
            words.push(capnp::word(a, b, c, d, e, f, g, h));
        }
        bounds.push(start..words.len());
    }
    IncomingMessage::new(Segments::new(words, bounds), ReaderOptions::default())
}
