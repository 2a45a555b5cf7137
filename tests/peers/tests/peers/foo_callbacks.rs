//! A C++ server that calls back, fails, waits and goes away, and clients of ours.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, ThreadId};

use ipc_peers_tests::cpp::Server;
use ipc_peers_tests::foo::{ExtendedCallback, FooCallback, FooInterface, order};
use ipc_peers_tests::tools;
use ipc_runtime::{ExceptionKind, IpcException, closed};
use ipc_tests::steps::{PATIENCE, bounded, eventually, joined};

/// Returns what it is called with and some more.
struct Adder {
    more: i32,
    called_on: Mutex<Option<ThreadId>>,
    dropped: Arc<AtomicBool>,
}

impl Adder {
    fn new(more: i32) -> Self {
        Self { more, called_on: Mutex::default(), dropped: Arc::default() }
    }

    fn was_called_on(&self) -> Option<ThreadId> {
        *self.called_on.lock().unwrap()
    }
}

impl Drop for Adder {
    fn drop(&mut self) {
        self.dropped.store(true, Ordering::SeqCst);
    }
}

impl FooCallback for Adder {
    fn call(&self, arg: i32) -> Result<i32, IpcException> {
        *self.called_on.lock().unwrap() = Some(thread::current().id());
        Ok(arg + self.more)
    }
}

impl ExtendedCallback for Adder {
    fn call_extended(&self, arg: i32) -> Result<i32, IpcException> {
        *self.called_on.lock().unwrap() = Some(thread::current().id());
        Ok(arg - self.more)
    }
}

fn with_server(test: impl FnOnce(&mut Server, &Arc<dyn FooInterface>) + Send + 'static) {
    let Some(program) = tools::cpp_peer() else { return };
    bounded(PATIENCE, move || {
        let mut server = Server::start(&program, "foo");
        let interface = server.connect();
        test(&mut server, &interface);
        drop(interface);
        server.finish();
    });
}

#[test]
fn a21_21_callbacks() {
    with_server(|_, foo| {
        let here = Some(thread::current().id());
        let lent = Adder::new(10);
        assert_eq!(foo.callback(&lent, 1).unwrap(), 11);
        assert_eq!(lent.was_called_on(), here, "the thread that waits");
        let given = Arc::new(Adder::new(20));
        assert_eq!(foo.callback_unique(given.clone(), 2).unwrap(), 22);
        assert_eq!(foo.callback_shared(given.clone(), 3).unwrap(), 23);
        assert_eq!(given.was_called_on(), here);
        assert_eq!(foo.pass_fn(Arc::new(|| Ok(10))).unwrap(), 10);
        foo.call_fn_async().unwrap();
        assert_ne!(foo.call_int_fn_async(order::THREAD).unwrap(), 0);
    });
}

#[test]
fn a21_4_nested_callbacks() {
    fn nested(foo: &Arc<dyn FooInterface>, caller: ThreadId, depth: i32) -> Result<i32, IpcException> {
        assert_eq!(thread::current().id(), caller);
        if depth == 0 {
            return foo.call_int_fn_async(order::THREAD);
        }
        let inner = foo.clone();
        foo.pass_fn(Arc::new(move || nested(&inner, caller, depth - 1)))
    }

    with_server(|_, foo| {
        let caller = thread::current().id();
        let outer = foo.call_int_fn_async(order::THREAD).unwrap();
        assert_eq!(nested(foo, caller, 5).unwrap(), outer, "the very thread that serves this one");
    });
}

#[test]
fn a21_5_a_stored_callback_is_called_from_an_unrelated_thread() {
    with_server(|_, foo| {
        let saved = Arc::new(Adder::new(1));
        foo.save_callback(Some(saved.clone())).unwrap();
        assert_eq!(foo.callback_saved(7).unwrap(), 8);
        assert_eq!(saved.was_called_on(), Some(thread::current().id()));
        assert_eq!(foo.call_int_fn_async(order::ELSEWHERE).unwrap(), 6);
        assert_ne!(saved.was_called_on(), Some(thread::current().id()), "nobody waits for that call");
        let dropped = saved.dropped.clone();
        drop(saved);
        assert_eq!(foo.callback_saved(8).unwrap(), 9);
        assert!(!dropped.load(Ordering::SeqCst));
        foo.save_callback(None).unwrap();
        eventually("the callback is dropped", || dropped.load(Ordering::SeqCst));
    });
}

#[test]
fn a21_15_methods_of_an_interface_that_is_extended() {
    with_server(|_, foo| {
        let extended = Adder::new(10);
        assert_eq!(foo.callback_extended(&extended, 4).unwrap(), 4 - 10);
        assert_eq!(extended.was_called_on(), Some(thread::current().id()));
        // As the interface that is extended, whose methods have its id.
        assert_eq!(foo.callback(&extended, 4).unwrap(), 4 + 10);
    });
}

#[test]
fn a21_9_the_text_of_an_exception() {
    with_server(|_, foo| {
        let error = foo.call_int_fn_async(order::THROW).unwrap_err();
        assert_eq!((error.kind(), error.text()), (ExceptionKind::Failed, "it cannot be done"));
        let error = foo.call_int_fn_async(order::STRANGE).unwrap_err();
        assert_eq!(error.text(), "unknown non-KJ exception of type: int");
        // What a callback fails with comes back through the server, which adds where it was caught.
        let failing: Arc<dyn Fn() -> Result<i32, IpcException> + Send + Sync> =
            Arc::new(|| Err(IpcException::failed("not here")));
        let error = foo.pass_fn(failing).unwrap_err();
        assert_eq!(error.kind(), ExceptionKind::Failed);
        assert!(error.text().contains("std::exception: not here"), "{error}");
    });
}

#[test]
fn a21_18_a_disconnect_in_a_running_call() {
    with_server(|server, foo| {
        let waiting = foo.clone();
        let waiting = thread::spawn(move || waiting.call_int_fn_async(order::WAIT));
        server.says("waiting");
        server.disconnect();
        let error = joined("the call fails", waiting).unwrap_err();
        assert_eq!(error.kind(), ExceptionKind::Disconnected, "{error}");
        let error = foo.call_int_fn_async(order::THREAD).unwrap_err();
        assert_eq!(error.kind(), ExceptionKind::Disconnected, "{error}");
        assert!(closed(foo).is_some());
        // The method that still runs ends with the next one.
        server.connect::<dyn FooInterface>().call_fn().unwrap();
    });
}

#[test]
fn a21_18_a_killed_server() {
    let Some(program) = tools::cpp_peer() else { return };
    bounded(PATIENCE, move || {
        let mut server = Server::start(&program, "foo");
        let interface: Arc<dyn FooInterface> = server.connect();
        let waiting = interface.clone();
        let waiting = thread::spawn(move || waiting.call_int_fn_async(order::WAIT));
        server.says("waiting");
        server.kill();
        let error = joined("the call fails", waiting).unwrap_err();
        assert_eq!(error.kind(), ExceptionKind::Disconnected, "{error}");
    });
}
