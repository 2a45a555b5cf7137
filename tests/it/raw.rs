//! A peer that speaks the protocol message by message, and may do so wrongly.

use std::io::{self, Write};
use std::net::Shutdown;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::thread::{self, JoinHandle};

use capnp::capability::Client;
use capnp::message::{Builder, ReaderOptions};
use capnp::private::layout::CapTable;
use capnp::serialize::{self, OwnedSegments};
use capnp::traits::ImbueMut;
use capnp_rpc::rpc_capnp::{call, message, payload, return_};
use ipc_runtime::object::{Destination, LocalObject};
use ipc_runtime::private::{Encode, IpcType, Layout, layout};
use ipc_runtime::wire::descriptor::Kind;
use ipc_runtime::wire::proxy::CONTEXT;
use ipc_runtime::wire::raw::Decoder;
use ipc_runtime::wire::{Decode, Encoder, Interface, Size};
use ipc_runtime::{CapnpContext, DriverLimits, IpcException, make_capnp_protocol};
use ipc_tests::interfaces::Peer;
use ipc_tests::server::PeerServer;
use ipc_tests::steps::{PATIENCE, joined};

/// A received message.
pub(crate) type Message = capnp::message::Reader<OwnedSegments>;

/// The parameters of `echo`: the context, the bytes.
pub(crate) const ECHO: Layout<2> = layout([CONTEXT.shape, <Vec<u8> as IpcType>::SHAPE]);

/// A result with one pointer.
pub(crate) const POINTER: Layout<1> = layout([<Vec<u8> as IpcType>::SHAPE]);

/// One end of a connection whose other end is ours.
pub(crate) struct Raw {
    pub(crate) stream: UnixStream,
}

impl Raw {
    fn new(stream: UnixStream) -> Self {
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream.set_write_timeout(Some(PATIENCE)).unwrap();
        Self { stream }
    }

    /// Returns the next message, `None` when the peer has closed the connection.
    #[track_caller]
    pub(crate) fn receive(&mut self) -> Option<Message> {
        match serialize::try_read_message(&self.stream, options()) {
            Ok(message) => message,
            Err(error) if is_closed(&error) => None,
            Err(error) => panic!("not a message within {PATIENCE:?}: {error}"),
        }
    }

    /// Sends a message.
    #[track_caller]
    pub(crate) fn send(&mut self, build: impl FnOnce(message::Builder<'_>)) {
        let bytes = framed(build);
        self.send_bytes(&bytes).unwrap();
    }

    pub(crate) fn send_bytes(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.stream.write_all(bytes)
    }

    /// Returns at the end of the connection; what arrives before it does not matter.
    #[track_caller]
    pub(crate) fn expect_end(&mut self) {
        while self.receive().is_some() {}
    }

    /// Answers Bootstrap with export 0, and `construct` with nothing.
    pub(crate) fn greet(&mut self) {
        let bootstrap = self.receive().unwrap();
        let Ok(message::Bootstrap(bootstrap)) = which(&bootstrap) else { panic!("not Bootstrap") };
        let question = bootstrap.unwrap().get_question_id();
        self.send(|message| return_root(message, question, 0));
        let construct = self.receive().unwrap();
        let Ok(message::Call(construct)) = which(&construct) else { panic!("not a call of `construct`") };
        let question = construct.unwrap().get_question_id();
        self.send(|message| {
            return_struct(message, question, Size { data: 0, pointers: 1 }, |_| Ok(()));
        });
    }

    /// Asks for the root object, and waits until the answer is there.
    pub(crate) fn bootstrap(&mut self, question: u32) {
        self.send(|message| message.init_bootstrap().set_question_id(question));
        let answer = self.receive().unwrap();
        let Ok(message::Return(answer)) = which(&answer) else { panic!("not the answer to Bootstrap") };
        assert_eq!(answer.unwrap().get_answer_id(), question);
    }
}

/// Makes a connection of which ours is the server, and returns when it ends.
pub(crate) fn our_server(limits: DriverLimits) -> (Raw, JoinHandle<Result<(), IpcException>>) {
    let root: Arc<dyn Peer> = Arc::new(PeerServer::default());
    our_server_of(root, limits)
}

/// Like [`our_server`], with another object.
pub(crate) fn our_server_of<T: Interface + ?Sized>(
    root: Arc<T>,
    limits: DriverLimits,
) -> (Raw, JoinHandle<Result<(), IpcException>>) {
    let (ours, theirs) = UnixStream::pair().unwrap();
    let serving = thread::spawn(move || {
        let protocol = make_capnp_protocol(CapnpContext::new().with_limits(limits));
        protocol.serve(OwnedFd::from(ours), LocalObject::new(root))
    });
    (Raw::new(theirs), serving)
}

/// Makes a connection of which ours is the client; the other end does what `peer` does.
pub(crate) fn our_client<R: Send + 'static>(
    limits: DriverLimits,
    peer: impl FnOnce(Raw) -> R + Send + 'static,
) -> (Result<Arc<dyn Peer>, IpcException>, JoinHandle<R>) {
    our_client_of::<dyn Peer, R>(limits, peer)
}

/// Like [`our_client`], of another interface.
pub(crate) fn our_client_of<T: Interface + ?Sized, R: Send + 'static>(
    limits: DriverLimits,
    peer: impl FnOnce(Raw) -> R + Send + 'static,
) -> (Result<Arc<T>, IpcException>, JoinHandle<R>) {
    let (ours, theirs) = UnixStream::pair().unwrap();
    let peer = thread::spawn(move || peer(Raw::new(theirs)));
    let connecting = thread::spawn(move || {
        let protocol = make_capnp_protocol(CapnpContext::new().with_limits(limits));
        let root = protocol.connect(OwnedFd::from(ours), T::descriptor());
        root.map(T::from_remote)
    });
    (joined("the client is connected, or told why not", connecting), peer)
}

/// Returns the message's kind.
pub(crate) fn which(message: &Message) -> Result<message::WhichReader<'_>, capnp::NotInSchema> {
    message.get_root::<message::Reader<'_>>().unwrap().which()
}

/// Returns the bytes of a message.
pub(crate) fn framed(build: impl FnOnce(message::Builder<'_>)) -> Vec<u8> {
    let mut message = Builder::new_default();
    build(message.init_root());
    serialize::write_message_to_words(&message)
}

/// Returns the ordinal of a method.
pub(crate) fn ordinal<T: Interface + ?Sized>(name: &str) -> u16 {
    let Kind::Interface(interface) = &T::descriptor().kind else { panic!("not an interface") };
    interface.methods.iter().find(|method| method.name == name).unwrap().ordinal
}

/// Begins a call of a method of the object with the export id that the peer has given it.
pub(crate) fn call<'a, T: Interface + ?Sized>(
    message: message::Builder<'a>,
    question: u32,
    export: u32,
    ordinal: u16,
) -> call::Builder<'a> {
    let mut call = message.init_call();
    call.set_question_id(question);
    call.reborrow().init_target().set_imported_cap(export);
    call.set_interface_id(T::descriptor().id);
    call.set_method_id(ordinal);
    call
}

/// Makes a call of `echo`.
pub(crate) fn call_echo(message: message::Builder<'_>, question: u32, export: u32, data: &[u8]) {
    let call = call::<dyn Peer>(message, question, export, ordinal::<dyn Peer>("echo"));
    let content = call.init_params().init_content();
    Encoder::new(Destination::none())
        .encode_struct(content, ECHO.size, |to| data.encode(to, ECHO.at[1]))
        .unwrap();
}

/// Makes an answer whose root is a capability.
pub(crate) fn return_root(mut message: message::Builder<'_>, question: u32, export: u32) {
    let mut table = CapTable::new();
    let mut payload = begin_return(message.reborrow(), question);
    payload.reborrow().init_cap_table(1).get(0).set_sender_hosted(export);
    let mut content = payload.init_content();
    // The hook only stands for the index 0.
    content.imbue_mut(&mut table);
    let Client { hook } = capnp_rpc::new_broken_cap(capnp::Error::failed(String::new()));
    content.set_as_capability(hook);
}

/// Makes an answer whose root is a struct.
pub(crate) fn return_struct(
    message: message::Builder<'_>,
    question: u32,
    size: Size,
    encode: impl FnOnce(&mut ipc_runtime::wire::StructWriter<'_, '_>) -> Result<(), IpcException>,
) {
    let content = begin_return(message, question).init_content();
    Encoder::new(Destination::none()).encode_struct(content, size, encode).unwrap();
}

/// Begins an answer with results.
pub(crate) fn begin_return(message: message::Builder<'_>, question: u32) -> payload::Builder<'_> {
    let mut answer = message.init_return();
    answer.set_answer_id(question);
    answer.set_release_param_caps(false);
    answer.init_results()
}

/// Returns the bytes in the results of `echo`.
pub(crate) fn echoed(answer: return_::Reader<'_>) -> Vec<u8> {
    let Ok(return_::Results(results)) = answer.which() else { panic!("`echo` failed") };
    let content = results.unwrap().get_content();
    let decoder = Decoder::new(Vec::new(), usize::MAX / 64);
    let root = decoder.root(content).unwrap();
    Vec::decode(&root, POINTER.at[0]).unwrap()
}

fn options() -> ReaderOptions {
    let mut options = ReaderOptions::new();
    options.traversal_limit_in_words(None);
    options
}

fn is_closed(error: &capnp::Error) -> bool {
    matches!(error.kind, capnp::ErrorKind::Disconnected | capnp::ErrorKind::PrematureEndOfFile)
        || error.to_string().contains("reset")
}

/// Closes the sending half only.
pub(crate) fn close_sending(raw: &Raw) {
    raw.stream.shutdown(Shutdown::Write).unwrap();
}
