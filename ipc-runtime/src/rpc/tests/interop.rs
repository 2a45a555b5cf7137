//! The engine against capnp-rpc, an implementation by others, in one thread.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::io;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use capnp::any_pointer;
use capnp::capability::{
    Client, DispatchCallResult, FromClientHook, FromServer, Params, Promise, Response, Results, Server,
};
use capnp::message::{ReaderOptions, ReaderSegments};
use capnp::private::capability::ClientHook;
use capnp_rpc::rpc_capnp::accept;
use capnp_rpc::rpc_twoparty_capnp::Side;
use capnp_rpc::twoparty::VatNetwork;
use capnp_rpc::{RpcSystem, new_client};
use futures::executor::LocalPool;
use futures::io::{AsyncRead, AsyncWrite};
use futures::task::LocalSpawnExt;

use super::super::*;
use super::util::{End, INTERFACE, Obj};

/// What the methods of a [`Foreign`] object do.
const ECHO: u16 = 0;
/// Returns the capability that is its parameter.
const RETURN_PARAM: u16 = 1;
/// Calls the capability that is its parameter, and returns what that returns.
const CALL_PARAM: u16 = 2;
/// Returns a new object.
const MAKE: u16 = 3;
const FAIL: u16 = 4;

/// An object on capnp-rpc's side. It notes the numbers of its calls.
#[derive(Clone)]
struct Foreign(Rc<RefCell<Vec<u32>>>);

impl Server for Foreign {
    fn dispatch_call(
        self,
        interface_id: u64,
        method_id: u16,
        params: Params<any_pointer::Owned>,
        mut results: Results<any_pointer::Owned>,
    ) -> DispatchCallResult {
        assert_eq!(interface_id, INTERFACE);
        let promise = Promise::from_future(async move {
            let content: accept::Reader<'_> = params.get()?.get_as()?;
            let number = content.get_question_id();
            self.0.borrow_mut().push(number);
            let param = || content.get_provision().get_as_capability::<Client>();
            let mut answer: accept::Builder<'_> = results.get().init_as();
            answer.set_question_id(number);
            match method_id {
                ECHO => {}
                RETURN_PARAM => answer.init_provision().set_as_capability(param()?.hook),
                CALL_PARAM => {
                    let response = call(&param()?, ECHO, number + 1000, None).promise.await?;
                    answer.set_question_id(number_of(&response)?);
                }
                MAKE => {
                    let made: Client = new_client::<Stub, _>(Self(Rc::clone(&self.0))).0;
                    answer.init_provision().set_as_capability(made.hook);
                }
                _ => return Err(capnp::Error::overloaded("std::bad_alloc: no more".to_owned())),
            }
            Ok(())
        });
        DispatchCallResult { promise, is_streaming: false }
    }

    fn as_ptr(&self) -> usize {
        Rc::as_ptr(&self.0) as usize
    }
}

/// What capnp-rpc wants beside a server.
struct Stub(Client);

impl FromClientHook for Stub {
    fn new(hook: Box<dyn ClientHook>) -> Self {
        Self(Client::new(hook))
    }

    fn into_client_hook(self) -> Box<dyn ClientHook> {
        self.0.hook
    }

    fn as_client_hook(&self) -> &dyn ClientHook {
        self.0.hook.as_ref()
    }
}

impl FromServer<Foreign> for Stub {
    type Dispatch = Dispatch;

    fn from_server(server: Rc<Foreign>) -> Dispatch {
        Dispatch(server)
    }
}

#[derive(Clone)]
struct Dispatch(Rc<Foreign>);

impl std::ops::Deref for Dispatch {
    type Target = Foreign;

    fn deref(&self) -> &Foreign {
        &self.0
    }
}

impl Server for Dispatch {
    fn dispatch_call(
        self,
        interface_id: u64,
        method_id: u16,
        params: Params<any_pointer::Owned>,
        results: Results<any_pointer::Owned>,
    ) -> DispatchCallResult {
        Foreign(Rc::clone(&self.0.0)).dispatch_call(interface_id, method_id, params, results)
    }

    fn as_ptr(&self) -> usize {
        self.0.as_ptr()
    }
}

type Pending = capnp::capability::RemotePromise<any_pointer::Owned>;

fn call(target: &Client, method: u16, number: u32, cap: Option<&Client>) -> Pending {
    let mut request = target.new_call::<any_pointer::Owned, any_pointer::Owned>(INTERFACE, method, None);
    let mut content: accept::Builder<'_> = request.get().init_as();
    content.set_question_id(number);
    if let Some(cap) = cap {
        content.init_provision().set_as_capability(cap.hook.add_ref());
    }
    request.send()
}

fn number_of(response: &Response<any_pointer::Owned>) -> capnp::Result<u32> {
    Ok(response.get()?.get_as::<accept::Reader<'_>>()?.get_question_id())
}

fn cap_of(response: &Response<any_pointer::Owned>) -> capnp::Result<Client> {
    response.get()?.get_as::<accept::Reader<'_>>()?.get_provision().get_as_capability()
}

/// Bytes on their way.
#[derive(Default)]
struct Pipe {
    bytes: VecDeque<u8>,
    reader: Option<Waker>,
}

#[derive(Clone, Default)]
struct Stream(Rc<RefCell<Pipe>>);

impl AsyncRead for Stream {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, to: &mut [u8]) -> Poll<io::Result<usize>> {
        let mut pipe = self.0.borrow_mut();
        if pipe.bytes.is_empty() {
            pipe.reader = Some(cx.waker().clone());
            return Poll::Pending;
        }
        Poll::Ready(io::Read::read(&mut pipe.bytes, to))
    }
}

impl AsyncWrite for Stream {
    fn poll_write(self: Pin<&mut Self>, _: &mut Context<'_>, from: &[u8]) -> Poll<io::Result<usize>> {
        self.0.borrow_mut().bytes.extend(from);
        Poll::Ready(Ok(from.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_close(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

/// One end of ours, with bootstrap object number 1, and one of capnp-rpc's.
struct Interop {
    end: End,
    pool: LocalPool,
    to_peer: Stream,
    from_peer: Stream,
    /// Our bootstrap capability, as the peer has it.
    bootstrap: Client,
    /// The numbers of the calls that the peer served.
    served: Rc<RefCell<Vec<u32>>>,
}

impl Interop {
    fn new() -> Self {
        let (to_peer, from_peer) = (Stream::default(), Stream::default());
        let served = Rc::default();
        let object: Stub = new_client(Foreign(Rc::clone(&served)));
        let network =
            VatNetwork::new(to_peer.clone(), from_peer.clone(), Side::Server, ReaderOptions::default());
        let mut system = RpcSystem::new(Box::new(network), Some(object.0));
        let bootstrap = system.bootstrap(Side::Client);
        let pool = LocalPool::new();
        pool.spawner().spawn_local(async move { drop(system.await) }).unwrap();
        let end = End::new(Limits::default(), Some(Obj::new(1)));
        Self { end, pool, to_peer, from_peer, bootstrap, served }
    }

    /// Runs the peer and carries bytes until nothing happens any more. Calls of our objects are answered with
    /// their parameters.
    fn run(&mut self) {
        loop {
            self.end.flush();
            let messages: Vec<_> = self.end.transmit.drain(..).collect();
            let mut busy = !messages.is_empty();
            for message in messages {
                let mut bytes = Vec::new();
                capnp::serialize::write_message_segments(&mut bytes, &message.segments()).unwrap();
                let mut pipe = self.to_peer.0.borrow_mut();
                pipe.bytes.extend(bytes);
                if let Some(reader) = pipe.reader.take() {
                    reader.wake();
                }
            }
            self.pool.run_until_stalled();
            while let Some(message) = self.receive() {
                busy = true;
                self.end.input(|conn| conn.handle_message(message)).unwrap();
            }
            while let Some(call) = self.end.calls.pop_front() {
                self.end.respond(call.answer, call.number, call.caps.clone());
                self.end.release_all(call.caps);
            }
            for cap in std::mem::take(&mut self.end.resolved).into_values() {
                self.end.release(cap);
            }
            if !busy {
                break;
            }
        }
    }

    /// Takes a message that the peer sent.
    fn receive(&mut self) -> Option<IncomingMessage> {
        let mut pipe = self.from_peer.0.borrow_mut();
        let mut bytes: &[u8] = pipe.bytes.make_contiguous();
        if bytes.is_empty() {
            return None;
        }
        let message = capnp::serialize::read_message(&mut bytes, ReaderOptions::default()).unwrap();
        let rest = bytes.len();
        let taken = pipe.bytes.len() - rest;
        pipe.bytes.drain(..taken);
        let mut words = Vec::new();
        let mut bounds = Vec::new();
        let segments = message.into_segments();
        for index in 0..segments.len() as u32 {
            let start = words.len();
            for word in segments.get_segment(index).unwrap().chunks_exact(8) {
                let [a, b, c, d, e, f, g, h] = word.try_into().unwrap();
                words.push(capnp::word(a, b, c, d, e, f, g, h));
            }
            bounds.push(start..words.len());
        }
        Some(IncomingMessage::new(Segments::new(words, bounds), ReaderOptions::default()))
    }

    fn call(&mut self, target: &Cap<Obj>, method: u16, number: u32, cap: Option<Cap<Obj>>) -> QuestionId {
        let outgoing = OutgoingCall::new(INTERFACE, method, |content, table| {
            super::util::write_content(content, number, usize::from(cap.is_some()));
            table.extend(cap.map(Some));
            Ok::<_, capnp::Error>(())
        });
        self.end.input(|conn| conn.call(target, outgoing.unwrap(), number))
    }

    /// Waits for what the peer waits for.
    fn wait<T: 'static>(&mut self, future: impl Future<Output = T> + 'static) -> T {
        let result = Rc::new(RefCell::new(None));
        let slot = Rc::clone(&result);
        let wait = async move {
            let value = future.await;
            *slot.borrow_mut() = Some(value);
        };
        self.pool.spawner().spawn_local(wait).unwrap();
        self.run();
        let value = result.borrow_mut().take();
        value.expect("the peer waits in vain")
    }
}

fn first() -> Transform {
    Transform::new(&[0])
}

#[test]
fn we_call_capnp_rpc() {
    let mut interop = Interop::new();
    let bootstrap = interop.end.bootstrap(1);
    let root = Cap::Promised(bootstrap, Transform::ROOT);
    // All of it is sent before anything comes back.
    let make = interop.call(&root, MAKE, 10, None);
    let made = Cap::Promised(make, first());
    let mut questions = vec![bootstrap, make];
    questions.extend((11..15).map(|number| interop.call(&made, ECHO, number, None)));
    questions.push(interop.call(&root, FAIL, 15, None));
    interop.run();
    assert_eq!(*interop.served.borrow(), [10, 11, 12, 13, 14, 15]);
    let exception = interop.end.returned_error(15);
    assert_eq!(exception.kind(), crate::ExceptionKind::Overloaded);
    assert_eq!(exception.text(), "std::bad_alloc: no more");
    for number in [1, 10, 11, 12, 13, 14] {
        let (_, caps) = interop.end.returned(number).unwrap();
        interop.end.release_all(caps);
    }
    for question in questions {
        interop.end.finish(question);
    }
    interop.bootstrap = Client::new(capnp_rpc_null());
    interop.run();
    interop.end.assert_empty();
}

/// A client of nothing, in the place of one to be dropped.
fn capnp_rpc_null() -> Box<dyn ClientHook> {
    new_client::<Stub, _>(Foreign(Rc::default())).0.hook
}

#[test]
fn capnp_rpc_calls_us_back() {
    let mut interop = Interop::new();
    let bootstrap = interop.end.bootstrap(1);
    let root = Cap::Promised(bootstrap, Transform::ROOT);
    let object = Obj::new(5);
    let called = interop.call(&root, CALL_PARAM, 7, Some(Cap::Local(object.clone())));
    // What comes home is called through the peer until it is known, and after.
    let returned = interop.call(&root, RETURN_PARAM, 8, Some(Cap::Local(object.clone())));
    let home = Cap::Promised(returned, first());
    let early = interop.call(&home, ECHO, 9, None);
    interop.run();
    let late = interop.call(&home, ECHO, 10, None);
    interop.run();
    assert_eq!(interop.end.returned(7).unwrap().0, 1007);
    let result = interop.end.returned_cap(8);
    assert!(matches!(&result, Cap::Local(object) if object.key() == 5));
    assert_eq!(interop.end.returned(9).unwrap().0, 9);
    assert_eq!(interop.end.returned(10).unwrap().0, 10);
    interop.end.release(result);
    let (_, caps) = interop.end.returned(1).unwrap();
    interop.end.release_all(caps);
    for question in [bootstrap, called, returned, early, late] {
        interop.end.finish(question);
    }
    interop.bootstrap = Client::new(capnp_rpc_null());
    interop.run();
    assert_eq!(object.handles(), 1);
    interop.end.assert_empty();
}

#[test]
fn a_promise_of_ours_is_resolved_for_capnp_rpc() {
    let mut interop = Interop::new();
    let bootstrap = interop.end.bootstrap(1);
    let root = Cap::Promised(bootstrap, Transform::ROOT);
    // The result of a call that runs here, which will be the peer's own object.
    let running = interop.end.call(&Cap::Local(Obj::new(5)), 2, vec![]);
    let call = interop.end.delivered();
    let promise = Cap::Promised(running, first());
    let through = interop.call(&root, CALL_PARAM, 3, Some(promise.clone()));
    let back = interop.call(&root, RETURN_PARAM, 4, Some(promise));
    interop.run();
    let (_, mut caps) = interop.end.returned(1).unwrap();
    let root_import = caps.pop().flatten().unwrap();
    interop.end.respond(call.answer, 2, vec![Some(root_import.clone())]);
    interop.run();
    assert_eq!(interop.end.returned(3).unwrap().0, 1003);
    let (_, caps) = interop.end.returned(4).unwrap();
    interop.end.release_all(caps);
    let (_, caps) = interop.end.returned(2).unwrap();
    interop.end.release_all(caps);
    interop.end.release(root_import);
    for question in [bootstrap, running, through, back] {
        interop.end.finish(question);
    }
    interop.bootstrap = Client::new(capnp_rpc_null());
    interop.run();
    interop.end.assert_empty();
}

#[test]
fn capnp_rpc_pipelines_on_us() {
    let mut interop = Interop::new();
    let object: Client = new_client::<Stub, _>(Foreign(Rc::clone(&interop.served))).0;
    // We return the parameters: a call on the result comes back to the peer's object.
    let first = call(&interop.bootstrap, ECHO, 20, Some(&object));
    let result = Client::new(first.pipeline.get_pointer_field(0).as_cap());
    let second = call(&result, ECHO, 21, None);
    // And the result as a parameter, before it is known: `receiverAnswer`.
    let third = call(&interop.bootstrap, ECHO, 22, Some(&result));
    let fourth = interop.wait(async move {
        let (first, second, third) = (first.promise.await?, second.promise.await?, third.promise.await?);
        let numbers = [number_of(&first)?, number_of(&second)?, number_of(&third)?];
        let cap = cap_of(&third)?;
        let fourth = call(&cap, ECHO, 23, None).promise.await?;
        Ok::<_, capnp::Error>((numbers, number_of(&fourth)?))
    });
    assert_eq!(fourth.unwrap(), ([20, 21, 22], 23));
    assert_eq!(*interop.served.borrow(), [21, 23]);
    drop((first.pipeline, second.pipeline, third.pipeline, result, object));
    interop.bootstrap = Client::new(capnp_rpc_null());
    interop.run();
    interop.end.assert_empty();
}

#[test]
fn capnp_rpc_may_lose_interest() {
    let mut interop = Interop::new();
    let pending = call(&interop.bootstrap, ECHO, 30, None);
    interop.run();
    drop(pending);
    drop(call(&interop.bootstrap, ECHO, 31, None));
    interop.bootstrap = Client::new(capnp_rpc_null());
    interop.run();
    assert!(interop.end.terminated().is_none());
    interop.end.assert_empty();
}
