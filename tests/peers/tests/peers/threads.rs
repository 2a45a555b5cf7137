//! The rules about threads and objects: our server and the C++ one, to clients that see to threads themselves and to those
//! that do not, and C++ clients of ours, whose cases are functions in `cpp/threads.cpp`.

use std::path::Path;
use std::pin::pin;
use std::sync::atomic::{AtomicI32, Ordering};
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Mutex};
use std::task::{self, Waker};
use std::thread;

use ipc_peers_tests::cpp::{self, Served, Server};
use ipc_peers_tests::threads::{
    Callback, Ours, RawCallback, RawThreads, RawThreadsAsync, Threads, ThreadsAsync,
};
use ipc_peers_tests::tools;
use ipc_runtime::wire::Interface;
use ipc_runtime::wire::proxy::{Context, Thread, ThreadMap};
use ipc_runtime::{
    CapnpContext, ExceptionKind, IpcException, destroy, ipc_interface, make_capnp_protocol, make_client_ipc,
    make_process,
};
use ipc_tests::steps::{LONG_PATIENCE, PATIENCE, bounded, eventually, joined, received};

/// Who serves.
enum Either {
    Cpp(Server),
    Ours(Served),
}

impl Either {
    fn connect<T: Interface + ?Sized>(&self) -> Arc<T> {
        match self {
            Self::Cpp(server) => server.connect(),
            Self::Ours(served) => served.connect(),
        }
    }

    fn is_cpp(&self) -> bool {
        matches!(self, Self::Cpp(_))
    }
}

/// Runs a test with the C++ server, and with ours, which is to be like it.
fn with_either(test: impl Fn(&Either) + Send + 'static) {
    let Some(program) = tools::cpp_peer() else { return };
    bounded(PATIENCE, move || {
        let cpp = Either::Cpp(Server::start(&program, "threads"));
        test(&cpp);
        if let Either::Cpp(server) = cpp {
            server.finish();
        }
        test(&Either::Ours(Served::new::<dyn Threads>(Arc::new(Ours::default()))));
    });
}

fn with_cpp(test: impl FnOnce(&mut Server) + Send + 'static) {
    let Some(program) = tools::cpp_peer() else { return };
    bounded(LONG_PATIENCE, move || {
        let mut server = Server::start(&program, "threads");
        test(&mut server);
        server.finish();
    });
}

fn passes(case: &str) {
    let Some(program) = tools::cpp_peer() else { return };
    Served::new::<dyn Threads>(Arc::new(Ours::default())).passes(&program, "threads", case);
}

fn on(thread: &Arc<dyn Thread>) -> Option<Context> {
    Some(Context { thread: Some(thread.clone()), callback_thread: None })
}

const NOWHERE: Option<Context> = Some(Context { thread: None, callback_thread: None });

fn map_of(server: &Either) -> (Arc<dyn RawThreads>, Arc<dyn ThreadMap>) {
    let threads: Arc<dyn RawThreads> = server.connect();
    let map = threads.exchange(None).unwrap().unwrap();
    (threads, map)
}

fn text(result: Result<i32, IpcException>) -> String {
    let error = result.unwrap_err();
    assert_eq!(error.kind(), ExceptionKind::Failed, "{error}");
    error.text().to_owned()
}

#[test]
fn a21_1_a_client_without_a_thread_map() {
    with_either(|server| {
        let (threads, map) = map_of(server);
        // What it calls back has no thread of this side: the context is null, and it runs here all the same.
        let thread = map.make_thread("mine").unwrap();
        assert!(thread.get_name().unwrap().ends_with(" (from mine)"), "{}", thread.get_name().unwrap());
        assert_ne!(threads.number(on(&thread)).unwrap(), 0);
    });
}

struct OurThread;

impl Thread for OurThread {
    fn get_name(&self) -> Result<String, IpcException> {
        Ok(String::new())
    }
}

#[test]
fn a21_2_contexts_that_name_no_thread_or_a_wrong_one() {
    with_either(|server| {
        let (threads, map) = map_of(server);
        for context in [None, NOWHERE] {
            let result = threads.number(context);
            if server.is_cpp() {
                assert_eq!(text(result), "no thread specified and no pool configured");
            } else {
                // The one deviation: it runs on any thread.
                assert_ne!(result.unwrap(), 0);
            }
        }
        let foreign: Arc<dyn Thread> = Arc::new(OurThread);
        assert_eq!(text(threads.number(on(&foreign))), "invalid thread handle");
        let (_others, other) = map_of(server);
        let elsewhere = other.make_thread("elsewhere").unwrap();
        assert_eq!(text(threads.number(on(&elsewhere))), "invalid thread handle");
        map.make_pool(2).unwrap();
        for context in [None, NOWHERE] {
            assert_ne!(threads.number(context).unwrap(), 0);
        }
    });
}

/// What a server answers to what no client would ask; `file` is where its schema has the interface.
fn answers(file: &str) -> String {
    let (threads, callback) = (<dyn Threads>::descriptor().id, <dyn Callback>::descriptor().id);
    let (map, thread) = (<dyn ThreadMap>::descriptor().id, <dyn Thread>::descriptor().id);
    let proxy = "include/mp/proxy.capnp";
    let method = |of: &str, id, method| {
        format!("Method not implemented.; interfaceName = {of}; typeId = {id}; methodId = {method}")
    };
    let interface = |of: &str| {
        format!(
            "Requested interface not implemented.; actualInterfaceName = {of}; requestedTypeId = {callback}"
        )
    };
    let invalid = || "std::exception: invalid thread handle".to_owned();
    let lines = [
        ("a method beyond the last", method(&format!("{file}:Threads"), threads, 999)),
        ("a method of another interface", interface(&format!("{file}:Threads"))),
        ("a method beyond the last, of a map", method(&format!("{proxy}:ThreadMap"), map, 2)),
        ("a method of another interface, of a map", interface(&format!("{proxy}:ThreadMap"))),
        ("a method beyond the last, of a thread", method(&format!("{proxy}:Thread"), thread, 1)),
        ("a method of another interface, of a thread", interface(&format!("{proxy}:Thread"))),
        (
            "a call of the result of a method that there is not",
            method(&format!("{file}:Threads"), threads, 999),
        ),
        ("a thread that is broken", interface(&format!("{proxy}:ThreadMap"))),
        ("a thread that was broken before it was sent", "remote exception: it broke".to_owned()),
        ("a thread that is something else", invalid()),
        ("a thread of another process", invalid()),
    ];
    lines.map(|(question, answer)| format!("{question}: remote exception: {answer}\n")).concat()
}

#[test]
fn a21_2_and_9_the_texts_of_errors_byte_for_byte() {
    let Some(program) = tools::cpp_peer() else { return };
    bounded(PATIENCE, move || {
        let cpp = Server::start(&program, "threads");
        let said = cpp.answers(&program, "threads", "questions");
        cpp.finish();
        assert_eq!(said, answers("threads.capnp"));
        let ours = Served::new::<dyn Threads>(Arc::new(Ours::default()));
        assert_eq!(ours.answers(&program, "threads", "questions"), answers("ipc_peers_tests.capnp"));
    });
}

#[test]
fn a21_3_calls_on_one_thread_run_in_order() {
    with_either(|server| {
        let threads: Arc<dyn RawThreadsAsync> = server.connect();
        let map = futures::executor::block_on(threads.exchange(None)).unwrap().unwrap();
        let thread = map.make_thread("one").unwrap();
        let calls = (0..64).map(|number| threads.count(on(&thread), number));
        let counted = futures::executor::block_on(futures::future::join_all(calls));
        let counted: Vec<i32> = counted.into_iter().map(Result::unwrap).collect();
        assert_eq!(counted, (1..=64).collect::<Vec<i32>>());
    });
}

/// Says what happens to it, in order.
#[derive(Default)]
struct Notes(Mutex<Vec<&'static str>>);

impl Notes {
    fn note(&self, what: &'static str) {
        self.0.lock().unwrap().push(what);
    }

    fn taken(&self) -> Vec<&'static str> {
        std::mem::take(&mut self.0.lock().unwrap())
    }
}

struct Noting(Arc<Notes>);

impl RawCallback for Noting {
    fn end(&self, _: Option<Context>) -> Result<(), IpcException> {
        self.0.note("destroyed");
        Ok(())
    }

    fn call(&self, _: Option<Context>, arg: i32) -> Result<i32, IpcException> {
        self.0.note("called");
        Ok(arg + 1)
    }
}

#[test]
fn a21_6_a_callback_is_destroyed_before_the_reply() {
    with_cpp(|server| {
        let threads: Arc<dyn RawThreads> = server.connect();
        let map = threads.exchange(None).unwrap().unwrap();
        let thread = map.make_thread("mine").unwrap();
        let notes = Arc::<Notes>::default();
        // Lent to the method, and given to it: C++ ends both with the call.
        assert_eq!(threads.lend(on(&thread), Arc::new(Noting(notes.clone())), 1).unwrap(), 2);
        assert_eq!(notes.taken(), ["called", "destroyed"]);
        assert_eq!(threads.give(on(&thread), Arc::new(Noting(notes.clone())), 2).unwrap(), 3);
        assert_eq!(notes.taken(), ["called", "destroyed"]);
    });
}

#[test]
fn a21_6_callbacks_of_a_cpp_client_end_after_the_call() {
    passes("given");
}

/// Dropped with its last owner, here or there.
struct Owned(Arc<AtomicI32>);

impl Drop for Owned {
    fn drop(&mut self) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

impl Callback for Owned {
    fn call(&self, arg: i32) -> Result<i32, IpcException> {
        Ok(arg + 1)
    }
}

#[test]
fn a21_6_what_is_given_is_dropped_when_the_call_is_over() {
    with_either(|server| {
        let threads: Arc<dyn Threads> = server.connect();
        let dropped = Arc::<AtomicI32>::default();
        for (already, call) in [(0, Threads::lend as Method), (1, Threads::give as Method)] {
            assert_eq!(call(&*threads, Arc::new(Owned(dropped.clone())), 1).unwrap(), 2);
            eventually("it is dropped", || dropped.load(Ordering::SeqCst) == already + 1);
        }
    });
}

type Method = fn(&(dyn Threads + 'static), Arc<dyn Callback>, i32) -> Result<i32, IpcException>;

#[test]
fn a21_7_destroy_with_and_without_a_context() {
    with_either(|server| {
        let threads: Arc<dyn Threads> = server.connect();
        let (object, plain) = (threads.make_object().unwrap(), threads.make_plain().unwrap());
        assert_eq!(object.touch().unwrap() + plain.touch().unwrap() + threads.living().unwrap(), 4);
        destroy(&object).unwrap();
        assert_eq!(threads.living().unwrap(), 1);
        destroy(&plain).unwrap();
        assert_eq!(threads.living().unwrap(), 0);
        // Twice, and calls that come too late, of which C++ would not survive one.
        destroy(&object).unwrap();
        destroy(&plain).unwrap();
        object.touch().unwrap_err();
        plain.touch().unwrap_err();
        assert_ne!(threads.number().unwrap(), 0);
        // Without `destroy` the last handle ends it.
        let (object, plain) = (threads.make_object().unwrap(), threads.make_plain().unwrap());
        assert_eq!(threads.living().unwrap(), 2);
        drop((object, plain));
        eventually("both are dropped", || threads.living().unwrap() == 0);
    });
    passes("objects");
}

#[test]
fn a21_7_destroy_after_a_disconnect() {
    with_cpp(|server| {
        let threads: Arc<dyn Threads> = server.connect();
        let (object, plain) = (threads.make_object().unwrap(), threads.make_plain().unwrap());
        server.disconnect();
        eventually("it is noticed", || ipc_runtime::closed(&threads).is_some());
        assert_eq!(destroy(&object).unwrap_err().kind(), ExceptionKind::Disconnected);
        assert_eq!(destroy(&plain).unwrap_err().kind(), ExceptionKind::Disconnected);
        drop((object, plain));
        let next: Arc<dyn Threads> = server.connect();
        eventually("both are dropped there", || next.living().unwrap() == 0);
    });
}

#[test]
fn a21_17_a_call_that_is_dropped_runs_to_its_end_and_frees_its_thread() {
    with_cpp(|server| {
        let threads: Arc<dyn ThreadsAsync> = server.connect();
        start(server, &threads);
        let count = |number| futures::executor::block_on(threads.count(number)).unwrap();
        let before = server.threads();
        assert_eq!((count(0), count(1), count(2)), (1, 2, 3));
        assert_eq!(server.threads(), before + 1, "one for the call that waits, one for those beside it");
        futures::executor::block_on(threads.go()).unwrap();
        assert_eq!((count(0), count(1), count(2)), (1, 2, 3));
        // Now two are free, and two calls at once need no third.
        start(server, &threads);
        start(server, &threads);
        assert_eq!(server.threads(), before + 1);
        futures::executor::block_on(threads.go()).unwrap();
    });
}

/// Says when it is called, and waits.
struct Slow {
    notes: Arc<Notes>,
    entered: Mutex<Sender<()>>,
    leave: Mutex<Receiver<()>>,
}

impl RawCallback for Slow {
    fn end(&self, _: Option<Context>) -> Result<(), IpcException> {
        self.notes.note("destroyed");
        Ok(())
    }

    fn call(&self, _: Option<Context>, arg: i32) -> Result<i32, IpcException> {
        self.entered.lock().unwrap().send(()).unwrap();
        received("it may leave", &self.leave.lock().unwrap());
        self.notes.note("called");
        Ok(arg + 1)
    }
}

/// A server of libmultiprocess 13 that loses its connection in a method that calls back may come to a stop.
#[test]
fn a21_17_a_call_that_is_dropped_and_calls_back_keeps_its_connection() {
    with_cpp(|server| {
        let before = server.threads();
        let threads: Arc<dyn RawThreadsAsync> = server.connect();
        let map = futures::executor::block_on(threads.exchange(None)).unwrap().unwrap();
        let thread = map.make_thread("mine").unwrap();
        let notes = Arc::<Notes>::default();
        let ((entered, enters), (leave, leaves)) = (mpsc::channel(), mpsc::channel());
        {
            let slow = Slow { notes: notes.clone(), entered: Mutex::new(entered), leave: Mutex::new(leaves) };
            let mut call = pin!(threads.give(on(&thread), Arc::new(slow), 1));
            assert!(call.as_mut().poll(&mut task::Context::from_waker(Waker::noop())).is_pending());
            received("it is called back", &enters);
        }
        drop((threads, map, thread));
        leave.send(()).unwrap();
        let mut said = Vec::new();
        eventually("the method has returned", || {
            said.extend(notes.taken());
            said == ["called", "destroyed"]
        });
        eventually("the connection has ended", || server.threads() <= before + 1);
    });
}

/// Starts a call that waits, and drops it.
fn start(server: &Server, threads: &Arc<dyn ThreadsAsync>) {
    let mut call = pin!(threads.park());
    assert!(call.as_mut().poll(&mut task::Context::from_waker(Waker::noop())).is_pending());
    server.says("waiting");
}

#[test]
fn a21_18_a_client_that_leaves_in_a_running_call() {
    with_cpp(|server| {
        let before = server.threads();
        let (leaves, stays): (Arc<dyn ThreadsAsync>, Arc<dyn Threads>) = (server.connect(), server.connect());
        start(server, &leaves);
        destroy(&leaves).unwrap();
        stays.go().unwrap();
        drop(stays);
        // But for the one on which objects are dropped, which stays.
        eventually("all its threads have ended", || server.threads() <= before + 1);
    });
}

#[test]
fn a21_18_a_server_that_leaves_in_a_running_call() {
    let Some(program) = tools::cpp_peer() else { return };
    let root = Arc::new(Ours::default());
    let served = Arc::new(Served::new::<dyn Threads>(root.clone()));
    let leaving = Arc::downgrade(&served);
    *root.parks.lock().unwrap() = Some(Box::new(move || {
        if let Some(served) = leaving.upgrade() {
            served.disconnect();
        }
    }));
    served.passes(&program, "threads", "left");
    eventually("what was made is dropped", || root.living().unwrap() == 0);
}

#[test]
fn a21_19_a_pool_is_made_once() {
    with_either(|server| {
        let (threads, map) = map_of(server);
        map.make_pool(0).unwrap();
        map.make_pool(2).unwrap();
        let error = map.make_pool(2).unwrap_err();
        assert_eq!(error.text(), "makePool called on connection with existing pool");
        assert_ne!(threads.number(None).unwrap(), 0);
    });
    passes("pool");
}

#[test]
fn a21_20_a_message_of_more_than_64_mib() {
    with_cpp(|server| {
        let threads: Arc<dyn Threads> = server.connect();
        // Reading it counts several times there.
        let fits = vec![7; 15 << 20];
        assert!(threads.pass(&fits).unwrap() == fits);
        let more = vec![7; 70 << 20];
        threads.pass(&more).unwrap_err();
        // Nobody else is disturbed.
        let next: Arc<dyn Threads> = server.connect();
        assert_eq!(next.living().unwrap(), 0);
    });
    passes("large");
}

#[test]
fn a21_2_contexts_of_a_cpp_client() {
    passes("contexts");
}

#[test]
fn a21_3_calls_of_a_cpp_client_on_one_thread_run_in_order() {
    passes("order");
}

/// Calls back a future of ours, which calls again.
#[test]
fn a21_4_callbacks_that_are_futures() {
    with_cpp(|server| {
        struct Deeper(Arc<dyn Threads>, i32);

        impl Callback for Deeper {
            fn call(&self, arg: i32) -> Result<i32, IpcException> {
                let Self(threads, depth) = self;
                if *depth == 0 {
                    return Ok(arg);
                }
                threads.give(Arc::new(Deeper(threads.clone(), depth - 1)), arg + 1)
            }
        }

        let (threads, tasks): (Arc<dyn Threads>, Arc<dyn ThreadsAsync>) =
            (server.connect(), server.connect());
        let deeper = || Arc::new(Deeper(threads.clone(), 5));
        assert_eq!(threads.give(deeper(), 0).unwrap(), 5);
        // One that waits as a future, and is called back through another connection, whose threads are of the pool.
        assert_eq!(futures::executor::block_on(tasks.give(deeper(), 0)).unwrap(), 5);
        let both = thread::spawn(move || threads.give(Arc::new(Deeper(threads.clone(), 5)), 1));
        assert_eq!(joined("the call", both).unwrap(), 6);
    });
}

/// How a server begins that is older than `makePool`.
#[ipc_interface(file = 0xb1f4_d7be_0c3d_5a96, name = "Threads", no_destroy)]
trait OldThreads {
    #[ipc(no_context, results(thread_map))]
    fn exchange(&self, thread_map: Option<Arc<dyn ThreadMap>>)
    -> Result<Arc<dyn OldThreadMap>, IpcException>;

    fn number(&self) -> Result<i32, IpcException>;
}

#[ipc_interface(file = 0xcc31_6e3f_71a0_40fb, name = "ThreadMap", no_destroy)]
trait OldThreadMap {
    #[ipc(no_context)]
    fn make_thread(&self, name: &str) -> Result<Arc<dyn Thread>, IpcException>;
}

struct Old;

impl OldThreads for Old {
    fn exchange(&self, _: Option<Arc<dyn ThreadMap>>) -> Result<Arc<dyn OldThreadMap>, IpcException> {
        Ok(Arc::new(Old))
    }

    fn number(&self) -> Result<i32, IpcException> {
        Ok(1)
    }
}

impl OldThreadMap for Old {
    fn make_thread(&self, _: &str) -> Result<Arc<dyn Thread>, IpcException> {
        Err(IpcException::failed("there is none"))
    }
}

#[test]
fn a21_19_a_server_that_knows_no_pool() {
    bounded(PATIENCE, || {
        let served = Served::new::<dyn OldThreads>(Arc::new(Old));
        let raw: Arc<dyn RawThreads> = served.connect();
        let map = raw.exchange(None).unwrap().unwrap();
        assert_eq!(map.make_pool(2).unwrap_err().kind(), ExceptionKind::Unimplemented);
        // Nothing of that is needed.
        let threads: Arc<dyn Threads> = served.connect();
        assert_eq!(threads.living().unwrap_err().kind(), ExceptionKind::Unimplemented);
    });
}

#[test]
fn a21_22_a_cpp_program_is_spawned() {
    let Some(program) = tools::cpp_peer() else { return };
    bounded(PATIENCE, move || {
        let ipc = make_client_ipc(make_process("peers", "."), make_capnp_protocol(CapnpContext::new()));
        let threads: Arc<dyn Threads> = ipc.spawn_process(program.to_str().unwrap()).unwrap();
        assert_ne!(threads.number().unwrap(), std::process::id().cast_signed());
        assert_eq!(threads.give(Arc::new(Owned(Arc::default())), 1).unwrap(), 2);
        let status = ipc.wait_spawned(&threads).unwrap();
        assert!(status.success(), "{status}");
    });
}

#[test]
fn a21_22_a_cpp_program_spawns_one_of_ours() {
    let Some(program) = tools::cpp_peer() else { return };
    let child = Path::new(env!("CARGO_BIN_EXE_ipc-rust-peer"));
    let output = cpp::call(&program, "threads", child, "spawned");
    assert!(output.status.success(), "{}:\n{}", output.status, String::from_utf8_lossy(&output.stderr));
}
