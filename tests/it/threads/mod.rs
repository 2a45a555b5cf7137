//! Threads of two processes that belong together. The numbers are those of the rules of libmultiprocess that each test is
//! about.

mod client;
mod hostile;
mod nested;
mod server;

use std::sync::Arc;

use capnp::struct_list;
use capnp_rpc::rpc_capnp::{cap_descriptor, message, message_target, return_};
use ipc_runtime::IpcException;
use ipc_runtime::object::Destination;
use ipc_runtime::private::{At, Encode};
use ipc_runtime::wire::proxy::{Context, Thread, ThreadMap};
use ipc_runtime::wire::{Encoder, Interface, Size, StructWriter};

use super::raw::{self, Message, Raw, begin_return, call, return_struct, which};

/// Stands for a capability of a message that is built by hand.
struct Named;

impl Thread for Named {
    fn get_name(&self) -> Result<String, IpcException> {
        Ok(String::new())
    }
}

/// A context whose capabilities are the first of the message, in this order.
fn context(thread: bool, callback: bool) -> Context {
    let named = |is: bool| is.then(|| Arc::new(Named) as Arc<dyn Thread>);
    Context { thread: named(thread), callback_thread: named(callback) }
}

type Table<'a> = struct_list::Builder<'a, cap_descriptor::Owned>;

/// A call as the tests make it.
struct Call<'c> {
    question: u32,
    interface: u64,
    ordinal: u16,
    size: Size,
    caps: u32,
    describe: &'c dyn Fn(Table<'_>),
    encode: &'c dyn Fn(&mut StructWriter<'_, '_>) -> Result<(), IpcException>,
}

impl<'c> Call<'c> {
    fn new<T: Interface + ?Sized>(question: u32, name: &str, size: Size) -> Self {
        let (interface, ordinal) = (T::descriptor().id, raw::ordinal::<T>(name));
        Self { question, interface, ordinal, size, caps: 0, describe: &|_| {}, encode: &|_| Ok(()) }
    }

    fn with(mut self, encode: &'c dyn Fn(&mut StructWriter<'_, '_>) -> Result<(), IpcException>) -> Self {
        self.encode = encode;
        self
    }

    fn with_caps(mut self, caps: u32, describe: &'c dyn Fn(Table<'_>)) -> Self {
        (self.caps, self.describe) = (caps, describe);
        self
    }

    fn send(&self, peer: &mut Raw, target: impl FnOnce(message_target::Builder<'_>)) {
        peer.send(|message| {
            let mut call = message.init_call();
            call.set_question_id(self.question);
            target(call.reborrow().init_target());
            call.set_interface_id(self.interface);
            call.set_method_id(self.ordinal);
            let mut params = call.init_params();
            (self.describe)(params.reborrow().init_cap_table(self.caps));
            let content = params.init_content();
            Encoder::new(Destination::none()).encode_struct(content, self.size, self.encode).unwrap();
        });
    }
}

/// Writes a context, the first parameter.
fn encode_context(to: &mut StructWriter<'_, '_>, thread: bool, callback: bool) -> Result<(), IpcException> {
    context(thread, callback).encode(to, At::FIRST)
}

/// Names a capability in the results of a call that is not answered.
fn promised(cap: cap_descriptor::Builder<'_>, question: u32, field: u16) {
    let mut answer = cap.init_receiver_answer();
    answer.set_question_id(question);
    answer.init_transform(1).get(0).set_get_pointer_field(field);
}

fn import(id: u32) -> impl FnOnce(message_target::Builder<'_>) {
    move |mut target| target.set_imported_cap(id)
}

/// What a peer is told.
#[derive(Debug, PartialEq, Eq)]
enum Told {
    /// The results of a call, with the exports in them.
    Results(u32, Vec<u32>),
    /// Its exception.
    Failed(u32, String),
    /// A call: its question, its target, interface and method, and the capabilities in it.
    Call {
        question: u32,
        target: u32,
        interface: u64,
        ordinal: u16,
        caps: Vec<Cap>,
    },
    Release(u32, u32),
    Finish(u32),
    Other,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Cap {
    /// Hosted by the process under test.
    Theirs(u32),
    /// Hosted by the test.
    Ours(u32),
    /// In the results of a call to the test.
    Answer(u32),
    Null,
}

fn told(message: &Message) -> Told {
    match which(message).unwrap() {
        message::Return(answer) => {
            let answer = answer.unwrap();
            let id = answer.get_answer_id();
            match answer.which().unwrap() {
                return_::Results(results) => {
                    let table = results.unwrap().get_cap_table().unwrap();
                    Told::Results(id, table.iter().map(|cap| exported(cap)).collect())
                }
                return_::Exception(exception) => {
                    Told::Failed(id, exception.unwrap().get_reason().unwrap().to_string().unwrap())
                }
                _ => Told::Other,
            }
        }
        message::Call(call) => {
            let call = call.unwrap();
            let target = match call.get_target().unwrap().which().unwrap() {
                message_target::ImportedCap(id) => id,
                message_target::PromisedAnswer(_) => u32::MAX,
            };
            let table = call.get_params().unwrap().get_cap_table().unwrap();
            Told::Call {
                question: call.get_question_id(),
                target,
                interface: call.get_interface_id(),
                ordinal: call.get_method_id(),
                caps: table.iter().map(described).collect(),
            }
        }
        message::Release(release) => {
            let release = release.unwrap();
            Told::Release(release.get_id(), release.get_reference_count())
        }
        message::Finish(finish) => Told::Finish(finish.unwrap().get_question_id()),
        _ => Told::Other,
    }
}

fn exported(cap: cap_descriptor::Reader<'_>) -> u32 {
    match described(cap) {
        Cap::Theirs(id) => id,
        other => panic!("{other:?}"),
    }
}

fn described(cap: cap_descriptor::Reader<'_>) -> Cap {
    match cap.which().unwrap() {
        cap_descriptor::SenderHosted(id) => Cap::Theirs(id),
        cap_descriptor::ReceiverHosted(id) => Cap::Ours(id),
        cap_descriptor::ReceiverAnswer(answer) => Cap::Answer(answer.unwrap().get_question_id()),
        _ => Cap::Null,
    }
}

/// Returns what is told next that is not only about references.
fn next(peer: &mut Raw) -> Told {
    loop {
        match told(&peer.receive().unwrap()) {
            Told::Finish(_) | Told::Release(..) | Told::Other => {}
            other => return other,
        }
    }
}

/// Answers a call with a capability of the test's as its first result.
fn answer_with(peer: &mut Raw, question: u32, export: u32) {
    peer.send(|message| {
        let mut results = begin_return(message, question);
        results.reborrow().init_cap_table(1).get(0).set_sender_hosted(export);
        let thread: Arc<dyn Thread> = Arc::new(Named);
        let size = Size { data: 0, pointers: 1 };
        Encoder::new(Destination::none())
            .encode_struct(results.init_content(), size, |to| thread.encode(to, At::FIRST))
            .unwrap();
    });
}

/// Answers a call with nothing.
fn answer(peer: &mut Raw, question: u32, size: Size) {
    peer.send(|message| return_struct(message, question, size, |_| Ok(())));
}

fn map_id() -> u64 {
    <dyn ThreadMap>::descriptor().id
}

/// A peer that is the client of ours: what it knows of the connection.
struct Caller {
    raw: Raw,
    /// Our thread map.
    map: u32,
    next: u32,
}

impl Caller {
    /// Asks for the root, which is export 0, and for our thread map.
    fn of<T: Interface + ?Sized>(mut raw: Raw) -> Self {
        raw.bootstrap(0);
        raw.send(|message| {
            let mut call = call::<T>(message, 1, 0, 0);
            call.reborrow().init_params().init_content();
        });
        let Told::Results(1, caps) = next(&mut raw) else { panic!("no answer to `construct`") };
        let [map] = *caps.as_slice() else { panic!("not one thread map: {caps:?}") };
        Self { raw, map, next: 2 }
    }

    fn question(&mut self) -> u32 {
        self.next += 1;
        self.next
    }

    /// Asks for a thread and does not wait for it.
    fn ask_for_thread(&mut self, name: &str) -> u32 {
        let question = self.question();
        Call::new::<dyn ThreadMap>(question, "makeThread", Size { data: 0, pointers: 1 })
            .with(&|to| to.pointer(0).set_text(name))
            .send(&mut self.raw, import(self.map));
        question
    }

    fn make_thread(&mut self, name: &str) -> u32 {
        let question = self.ask_for_thread(name);
        match next(&mut self.raw) {
            Told::Results(id, caps) if id == question => *caps.first().unwrap(),
            other => panic!("{other:?}"),
        }
    }

    fn make_pool(&mut self, count: u32) -> Told {
        let question = self.question();
        Call::new::<dyn ThreadMap>(question, "makePool", Size { data: 1, pointers: 0 })
            .with(&|to| {
                to.set(0, count);
                Ok(())
            })
            .send(&mut self.raw, import(self.map));
        next(&mut self.raw)
    }
}

/// Returns the text that is the first result of a call.
fn text_of(message: &Message) -> String {
    let message::Return(answer) = which(message).unwrap() else { panic!("not an answer") };
    let return_::Results(results) = answer.unwrap().which().unwrap() else { panic!("failed") };
    let decoder = ipc_runtime::wire::raw::Decoder::new(Vec::new(), 1024);
    decoder.root(results.unwrap().get_content()).unwrap().pointer(0).text().unwrap().to_owned()
}
