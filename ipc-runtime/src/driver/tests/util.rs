//! An interface written out by hand, as the macro would, and a pair of links.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

use crate::driver::DriverLimits;
use crate::driver::link::{Link, Settings, Side};
use crate::exception::IpcException;
use crate::object::{Capability, Client, LocalObject, MethodId, Params, Remote, Reply, ServerCall, call};
use crate::wire::descriptor::{IdSource, Interface as InterfaceDescriptor, Kind};
use crate::wire::layout::{Layout, Slot, layout};
use crate::wire::raw::Decoder;
use crate::wire::{ByReference, Decode, Descriptor, Encode, Interface, Passable, Shape};

pub(super) trait Echo: Send + Sync + 'static {
    fn echo(&self, data: &[u8]) -> Result<Vec<u8>, IpcException>;

    fn remote(&self) -> Option<&Remote> {
        None
    }
}

const ID: u64 = 0xe0c1_1111_2222_3333;
const POINTER: Layout<1> = layout([Shape::of(Slot::Pointer)]);
const ECHO: MethodId = MethodId { interface: ID, ordinal: 1 };

impl<T: ?Sized + Echo> Echo for Client<T> {
    fn echo(&self, data: &[u8]) -> Result<Vec<u8>, IpcException> {
        call(
            self.remote(),
            ECHO,
            Params::with_context(POINTER.size),
            |to| data.encode(to, POINTER.at[0]),
            |from| Vec::decode(from, POINTER.at[0]),
        )
    }

    fn remote(&self) -> Option<&Remote> {
        Some(Client::remote(self))
    }
}

impl Interface for dyn Echo {
    const DESTROY: Option<MethodId> = Some(MethodId { interface: ID, ordinal: 0 });
    const CONSTRUCT: Option<MethodId> = None;

    fn descriptor() -> &'static Descriptor {
        const {
            &Descriptor {
                id: ID,
                id_source: IdSource::Pinned,
                file: 1 << 63,
                name: "Echo",
                module: module_path!(),
                doc: "",
                parameters: &[],
                kind: Kind::Interface(InterfaceDescriptor {
                    methods: &[],
                    construct: None,
                    superclasses: &[],
                }),
            }
        }
    }

    fn from_remote(remote: Remote) -> Arc<Self> {
        Arc::new(Client::<dyn Echo>::new(remote))
    }

    fn as_remote(&self) -> Option<&Remote> {
        self.remote()
    }

    fn dispatch(&self, call: &ServerCall) -> Result<Reply, IpcException> {
        if call.method() != ECHO {
            return Err(call.unimplemented(Self::descriptor()));
        }
        let data = <&[u8]>::decode(&call.params()?, POINTER.at[0])?;
        let result = self.echo(data)?;
        call.reply(POINTER.size, |to| result.encode(to, POINTER.at[0]))
    }
}

impl Passable for dyn Echo {
    type Kind = ByReference;
}

#[derive(Default)]
pub(super) struct EchoServer {}

impl Echo for EchoServer {
    fn echo(&self, data: &[u8]) -> Result<Vec<u8>, IpcException> {
        match data {
            b"panic" => panic!("as told"),
            _ => Ok(data.to_vec()),
        }
    }
}

/// Answers when it was opened.
#[derive(Clone, Default)]
pub(super) struct Gate(Arc<GateState>);

#[derive(Default)]
struct GateState {
    entered: AtomicUsize,
    open: Mutex<bool>,
    opened: Condvar,
}

impl Gate {
    pub(super) fn open(&self) {
        *self.0.open.lock().unwrap() = true;
        self.0.opened.notify_all();
    }

    /// How many calls have begun.
    pub(super) fn entered(&self) -> usize {
        self.0.entered.load(Ordering::SeqCst)
    }
}

impl Echo for Gate {
    fn echo(&self, data: &[u8]) -> Result<Vec<u8>, IpcException> {
        self.0.entered.fetch_add(1, Ordering::SeqCst);
        drop(self.0.opened.wait_while(self.0.open.lock().unwrap(), |open| !*open));
        Ok(data.to_vec())
    }
}

/// Connects two links and returns a client of the implementation and the link that serves it.
pub(super) fn connected(implementation: impl Echo) -> (Arc<dyn Echo>, Arc<Link>) {
    connected_with(implementation, DriverLimits::default())
}

pub(super) fn connected_with(implementation: impl Echo, limits: DriverLimits) -> (Arc<dyn Echo>, Arc<Link>) {
    let (client, server) = crate::process::socketpair().unwrap();
    let object: Arc<dyn Echo> = Arc::new(implementation);
    let settings = Settings { limits, ..Settings::default() };
    let server = Link::start(server, Side::Server, Some(LocalObject::new(object)), settings.clone()).unwrap();
    let link = Link::start(client, Side::Client, None, settings).unwrap();
    let (_question, waiter) = link.bootstrap();
    let answer = link.wait(None, |waker| waiter.poll(waker)).unwrap().unwrap();
    let decoder = Decoder::new(answer.caps, answer.payload.words());
    let root = decoder.root_capability(answer.payload.content().unwrap()).unwrap();
    (root.map(Capability::into_interface).unwrap().unwrap(), server)
}

/// Waits for a condition that another thread is about to make true.
pub(super) fn eventually(what: &str, condition: impl Fn() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(20);
    while !condition() {
        assert!(Instant::now() < deadline, "never happened: {what}");
        std::thread::yield_now();
    }
}

/// The framed Return by which a peer answers a question with an exception.
pub(super) fn exception_for_question(id: u32, text: &str) -> Vec<u8> {
    use capnp_rpc::rpc_capnp::message;
    let mut message = capnp::message::Builder::new_default();
    let mut ret = message.init_root::<message::Builder<'_>>().init_return();
    ret.set_answer_id(id);
    ret.init_exception().set_reason(text);
    capnp::serialize::write_message_to_words(&message)
}
