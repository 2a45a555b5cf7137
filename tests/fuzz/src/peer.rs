//! The other end of a connection of ours.

use std::collections::BTreeSet;
use std::io::{Read, Write};
use std::net::Shutdown;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use capnp::message::ReaderOptions;
use capnp::serialize;
use capnp_rpc::rpc_capnp::{message, return_};
use ipc_runtime::object::LocalObject;
use ipc_runtime::{CapnpContext, Interface, IpcException, make_capnp_protocol};

/// How our end of a connection ended.
pub type Ended = Result<(), IpcException>;

/// How long a step of ours may take; the watchdog of the program allows as much for a whole input.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// A peer of a server of ours.
#[derive(Debug)]
pub struct Served {
    stream: UnixStream,
    serving: JoinHandle<Ended>,
}

impl Served {
    /// Serves an object.
    ///
    /// # Panics
    /// Panics if the system has no sockets.
    pub fn new<T: Interface + ?Sized>(root: Arc<T>) -> Self {
        let (ours, stream) = UnixStream::pair().expect("a pair of sockets");
        let serving = thread::spawn(move || {
            let protocol = make_capnp_protocol(CapnpContext::new());
            protocol.serve(OwnedFd::from(ours), LocalObject::new(root))
        });
        Self { stream, serving }
    }

    /// Sends bytes; `false` if nobody takes them any more.
    pub fn send(&mut self, bytes: &[u8]) -> bool {
        send(&mut self.stream, bytes)
    }

    /// Waits for the answer to a question, and returns what it says.
    ///
    /// # Panics
    /// Panics if it does not come.
    pub fn answer(&mut self, question: u32) -> String {
        self.stream.set_read_timeout(Some(PATIENCE)).expect("a timeout");
        loop {
            let message = match serialize::read_message(&mut self.stream, ReaderOptions::new()) {
                Ok(message) => message,
                Err(error) if error.to_string().contains("temporarily") => {
                    panic!("no answer within {PATIENCE:?}")
                }
                Err(_) => return "the connection has ended".into(),
            };
            if let Some(answer) = said(&message, question).unwrap_or_else(|error| Some(error.to_string())) {
                return answer;
            }
        }
    }

    /// Ends the conversation, and returns how the server took it.
    ///
    /// # Panics
    /// Panics if its thread did.
    pub fn end(self) -> String {
        ended(self.stream, self.serving)
    }
}

type Message = capnp::message::Reader<serialize::OwnedSegments>;

fn said(message: &Message, question: u32) -> capnp::Result<Option<String>> {
    let message::Return(answer) = message.get_root::<message::Reader<'_>>()?.which()? else {
        return Ok(None);
    };
    let answer = answer?;
    if answer.get_answer_id() == question { described(answer).map(Some) } else { Ok(None) }
}

/// Sends bytes; `false` if nobody takes them any more.
pub fn send(stream: &mut UnixStream, bytes: &[u8]) -> bool {
    stream.write_all(bytes).is_ok()
}

/// Closes the sending half, reads what is left and waits for our end.
///
/// # Panics
/// Panics if the thread of our end did.
pub fn ended(mut stream: UnixStream, our_end: JoinHandle<Ended>) -> String {
    // Our end may have closed it already.
    let _ = stream.shutdown(Shutdown::Write);
    let mut rest = Vec::new();
    let _ = stream.read_to_end(&mut rest);
    drop(stream);
    let said = heard(&rest);
    match our_end.join() {
        Ok(Ok(())) => format!("ended; {said:?}"),
        Ok(Err(error)) => format!("{error}; {said:?}"),
        Err(panic) => std::panic::resume_unwind(panic),
    }
}

/// What our end said, each thing once.
fn heard(mut bytes: &[u8]) -> BTreeSet<String> {
    let mut said = BTreeSet::new();
    while let Ok(message) = serialize::read_message(&mut bytes, ReaderOptions::new()) {
        said.insert(describe(&message).unwrap_or_else(|error| error.to_string()));
    }
    said
}

fn describe(message: &Message) -> capnp::Result<String> {
    Ok(match message.get_root::<message::Reader<'_>>()?.which()? {
        message::Abort(reason) => reason?.get_reason()?.to_string()?,
        message::Return(answer) => described(answer?)?,
        message::Call(call) => format!("call {}", call?.get_method_id()),
        message::Resolve(_) => "resolve".into(),
        message::Disembargo(_) => "disembargo".into(),
        message::Unimplemented(_) => "unimplemented".into(),
        _ => "something else".into(),
    })
}

fn described(answer: return_::Reader<'_>) -> capnp::Result<String> {
    Ok(match answer.which()? {
        return_::Exception(exception) => exception?.get_reason()?.to_string()?,
        return_::Results(_) => "results".into(),
        _ => "neither results nor an exception".into(),
    })
}
