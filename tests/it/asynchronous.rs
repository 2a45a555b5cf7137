//! Methods that return futures, as callers and as implementations have them.

use std::future::Future;
use std::pin::pin;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Mutex};
use std::task::{Context as TaskContext, Poll, Wake, Waker};
use std::thread::{self, Thread};

use futures::future::join_all;
use ipc_runtime::wire::Interface;
use ipc_runtime::{CapnpContext, Context, ExceptionKind, IpcException, ipc_interface};
use ipc_tests::steps::{PATIENCE, bounded, received};
use tokio::runtime::{Builder, Runtime};
use tokio::sync::Semaphore;

use super::util::{Pair, assert_disconnected};

/// Works in the background.
#[ipc_interface(root, twin = BlockingTasks)]
trait Tasks {
    /// Adds two numbers.
    async fn add(&self, a: i64, b: i64) -> Result<i64, IpcException>;

    /// Waits for the gate, and returns the text.
    async fn wait(&self, text: &str) -> Result<String, IpcException>;

    /// Waits for the gate, unless nobody waits for it.
    #[ipc(cancellable)]
    async fn wait_while_wanted(&self, texts: Vec<String>, data: &[u8]) -> Result<(), IpcException>;

    async fn panic(&self) -> Result<(), IpcException>;

    /// Returns the application's state before and after a wait for the gate.
    async fn states(&self) -> Result<Vec<String>, IpcException>;

    async fn twice(&self, value: i64) -> Result<i64, IpcException> {
        self.add(value, value).await
    }

    async fn relay(&self, other: Arc<dyn Mixed>, value: i64) -> Result<i64, IpcException>;

    #[ipc(local)]
    async fn add_all(&self, values: &[i64]) -> Result<i64, IpcException> {
        let mut sum = 0;
        for value in values {
            sum = self.add(sum, *value).await?;
        }
        Ok(sum)
    }
}

/// Both forms in one interface.
#[ipc_interface]
trait Mixed {
    fn now(&self, value: i64) -> Result<i64, IpcException>;
    async fn later(&self, value: i64) -> Result<i64, IpcException>;

    #[ipc(local)]
    fn name(&self) -> &'static str {
        "the default"
    }
}

struct Worker {
    gate: Semaphore,
    events: Mutex<Sender<&'static str>>,
}

impl Worker {
    fn with_events() -> (Arc<Self>, Receiver<&'static str>) {
        let (events, receiver) = mpsc::channel();
        (Arc::new(Self { gate: Semaphore::new(0), events: Mutex::new(events) }), receiver)
    }

    fn say(&self, event: &'static str) {
        // The test may be over.
        let _ = self.events.lock().unwrap().send(event);
    }

    async fn pass(&self) {
        self.say("waits");
        self.gate.acquire().await.unwrap().forget();
    }
}

#[ipc_interface]
impl Tasks for Worker {
    async fn add(&self, a: i64, b: i64) -> Result<i64, IpcException> {
        let sum = a.checked_add(b);
        sum.ok_or_else(|| IpcException::failed("overflow"))
    }

    async fn wait(&self, text: &str) -> Result<String, IpcException> {
        self.pass().await;
        self.say("passed");
        Ok(text.to_owned())
    }

    async fn wait_while_wanted(&self, texts: Vec<String>, data: &[u8]) -> Result<(), IpcException> {
        struct Ended<'a>(&'a Worker);
        impl Drop for Ended<'_> {
            fn drop(&mut self) {
                self.0.say("dropped");
            }
        }
        let _ended = Ended(self);
        self.pass().await;
        self.say("passed");
        if texts.len() == data.len() { Ok(()) } else { Err(IpcException::failed("other lengths")) }
    }

    async fn panic(&self) -> Result<(), IpcException> {
        panic!("as told")
    }

    async fn states(&self) -> Result<Vec<String>, IpcException> {
        let before = state();
        self.pass().await;
        Ok(vec![before, state()])
    }

    async fn relay(&self, other: Arc<dyn Mixed>, value: i64) -> Result<i64, IpcException> {
        let Ok(value) = other.later(value).await else {
            return Err(IpcException::failed("relayed"));
        };
        Ok(value + 1)
    }
}

fn state() -> String {
    Context::current()
        .and_then(|context| context.get::<String>())
        .map_or("none".to_owned(), |text| (*text).clone())
}

#[derive(Default)]
struct Twofold(AtomicI64);

#[async_trait::async_trait]
impl Mixed for Twofold {
    fn now(&self, value: i64) -> Result<i64, IpcException> {
        Ok(self.0.fetch_add(value, Ordering::SeqCst) + value)
    }

    async fn later(&self, value: i64) -> Result<i64, IpcException> {
        self.now(value)
    }

    fn name(&self) -> &'static str {
        "an implementation's own"
    }
}

struct BlockingWorker;

impl BlockingTasks for BlockingWorker {
    fn add(&self, a: i64, b: i64) -> Result<i64, IpcException> {
        Ok(a + b)
    }

    fn wait(&self, text: &str) -> Result<String, IpcException> {
        Ok(text.to_uppercase())
    }

    fn wait_while_wanted(&self, _texts: Vec<String>, _data: &[u8]) -> Result<(), IpcException> {
        Ok(())
    }

    fn panic(&self) -> Result<(), IpcException> {
        panic!("as told")
    }

    fn states(&self) -> Result<Vec<String>, IpcException> {
        Ok(vec![state()])
    }

    fn twice(&self, value: i64) -> Result<i64, IpcException> {
        Ok(2 * value)
    }

    fn relay(&self, other: Arc<dyn Mixed>, value: i64) -> Result<i64, IpcException> {
        other.now(value)
    }
}

/// An executor that has nothing but a thread.
fn block_on<F: Future>(future: F) -> F::Output {
    struct Unpark(Thread);
    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let mut future = pin!(future);
    loop {
        match future.as_mut().poll(&mut TaskContext::from_waker(&waker)) {
            Poll::Ready(output) => return output,
            Poll::Pending => thread::park(),
        }
    }
}

/// Polls a future once.
fn start<F: Future + Unpin>(future: &mut F) {
    assert!(pin!(future).poll(&mut TaskContext::from_waker(Waker::noop())).is_pending());
}

fn executor() -> Runtime {
    Builder::new_multi_thread().worker_threads(2).build().unwrap()
}

#[test]
fn futures_of_one_connection_wait_together_in_tokio() {
    bounded(PATIENCE, || {
        let (worker, events) = Worker::with_events();
        let pair = Pair::new(worker.clone() as Arc<dyn Tasks>);
        let waits = (0..8).map(|id| {
            let tasks: Arc<dyn Tasks> = pair.remote.clone();
            async move { tasks.wait(&id.to_string()).await }
        });
        let executor = executor();
        let waits: Vec<_> = waits.map(|wait| executor.spawn(wait)).collect();
        for _ in 0..8 {
            assert_eq!(received("every call runs", &events), "waits");
        }
        worker.gate.add_permits(8);
        for (id, wait) in waits.into_iter().enumerate() {
            assert_eq!(executor.block_on(wait).unwrap().unwrap(), id.to_string());
        }
    });
}

#[test]
fn any_executor_polls_a_call_and_a_thousand_calls_are_one_task() {
    bounded(PATIENCE, || {
        let pair = Pair::new(Worker::with_events().0 as Arc<dyn Tasks>);
        let tasks = &pair.remote;
        assert_eq!(block_on(tasks.add(40, 2)).unwrap(), 42);
        let sums = block_on(join_all((0..1_000).map(|i| tasks.add(i, i))));
        for (i, sum) in (0..).zip(sums) {
            assert_eq!(sum.unwrap(), 2 * i);
        }
        let error = block_on(tasks.add(i64::MAX, 1)).unwrap_err();
        assert!(error.text().ends_with("overflow"), "{error}");
    });
}

#[test]
fn a_method_whose_caller_has_left_runs_to_its_end() {
    bounded(PATIENCE, || {
        let (worker, events) = Worker::with_events();
        let pair = Pair::new(worker.clone() as Arc<dyn Tasks>);
        let mut wait = pair.remote.wait("text");
        start(&mut wait);
        assert_eq!(received("the method runs", &events), "waits");
        drop(wait);
        // The Finish has arrived before this call is answered.
        assert_eq!(block_on(pair.remote.add(1, 2)).unwrap(), 3);
        worker.gate.add_permits(1);
        assert_eq!(received("the method goes on", &events), "passed");
    });
}

#[test]
fn a_cancellable_method_ends_with_its_callers_future() {
    bounded(PATIENCE, || {
        let (worker, events) = Worker::with_events();
        let pair = Pair::new(worker.clone() as Arc<dyn Tasks>);
        let mut wait = pair.remote.wait_while_wanted(vec!["text".into()], b"x");
        start(&mut wait);
        assert_eq!(received("the method runs", &events), "waits");
        drop(wait);
        assert_eq!(received("the method is dropped", &events), "dropped");
        // One that is waited for is not.
        worker.gate.add_permits(1);
        block_on(pair.remote.wait_while_wanted(vec!["text".into()], b"x")).unwrap();
        for event in ["waits", "passed", "dropped"] {
            assert_eq!(received("the method runs to its end", &events), event);
        }
    });
}

#[test]
fn a_cancellable_method_ends_with_the_connection_of_its_caller() {
    bounded(PATIENCE, || {
        let (worker, events) = Worker::with_events();
        let pair = Pair::new(worker as Arc<dyn Tasks>);
        let mut wait = pair.remote.wait_while_wanted(Vec::new(), b"");
        start(&mut wait);
        assert_eq!(received("the method runs", &events), "waits");
        pair.remote.as_remote().unwrap().disconnect();
        assert_disconnected(block_on(wait));
        assert_eq!(received("the method is dropped", &events), "dropped");
    });
}

#[test]
fn a_panic_in_a_future_is_an_exception_for_its_caller() {
    bounded(PATIENCE, || {
        let pair = Pair::new(Worker::with_events().0 as Arc<dyn Tasks>);
        let error = block_on(pair.remote.panic()).unwrap_err();
        assert_eq!(error.kind(), ExceptionKind::Failed);
        assert!(error.text().contains("the method panicked: as told"), "{error}");
        assert_eq!(block_on(pair.remote.add(1, 2)).unwrap(), 3);
    });
}

#[test]
fn a_runtime_that_shuts_down_ends_its_methods() {
    bounded(PATIENCE, || {
        let runtime = executor();
        let (worker, events) = Worker::with_events();
        let settings = CapnpContext::new().with_runtime(runtime.handle().clone());
        let pair = Pair::with_settings(worker as Arc<dyn Tasks>, settings);
        let mut wait = pair.remote.wait("text");
        start(&mut wait);
        assert_eq!(received("the method runs", &events), "waits");
        runtime.shutdown_background();
        let error = block_on(wait).unwrap_err();
        assert!(error.text().contains("has shut down"), "{error}");
        let error = block_on(pair.remote.add(1, 2)).unwrap_err();
        assert!(error.text().contains("has shut down"), "{error}");
    });
}

#[test]
fn a_future_has_its_calls_context_whenever_it_runs() {
    bounded(PATIENCE, || {
        let context = Arc::new(Context::new());
        context.insert("the state".to_owned());
        let (worker, events) = Worker::with_events();
        let settings = CapnpContext::new().with_context(context);
        let pair = Pair::with_settings(worker.clone() as Arc<dyn Tasks>, settings);
        let mut states = pair.remote.states();
        start(&mut states);
        assert_eq!(received("the method runs", &events), "waits");
        worker.gate.add_permits(1);
        assert_eq!(block_on(states).unwrap(), ["the state", "the state"]);
        assert_eq!(state(), "none");
    });
}

#[test]
fn both_forms_live_in_one_trait_and_async_trait_fits_it() {
    bounded(PATIENCE, || {
        let pair = Pair::new(Worker::with_events().0 as Arc<dyn Tasks>);
        let twofold = Arc::new(Twofold::default());
        assert_eq!(block_on(pair.remote.relay(twofold.clone(), 5)).unwrap(), 6);
        let mixed: Arc<dyn Mixed> = twofold;
        let pair = Pair::new(mixed);
        assert_eq!(pair.remote.now(2).unwrap(), 7);
        assert_eq!(block_on(pair.remote.later(3)).unwrap(), 10);
    });
}

#[test]
fn default_bodies_are_inherited_by_implementations_and_local_methods_by_clients() {
    bounded(PATIENCE, || {
        let pair = Pair::new(Worker::with_events().0 as Arc<dyn Tasks>);
        assert_eq!(block_on(pair.remote.twice(21)).unwrap(), 42);
        assert_eq!(block_on(pair.remote.add_all(&[1, 2, 3])).unwrap(), 6);
        let mixed: Arc<dyn Mixed> = Arc::new(Twofold::default());
        assert_eq!(mixed.name(), "an implementation's own");
        let pair = Pair::new(mixed);
        assert_eq!(pair.remote.name(), "the default");
    });
}

#[test]
fn a_twin_is_the_same_interface_in_the_other_form() {
    bounded(PATIENCE, || {
        assert!(std::ptr::eq(<dyn Tasks>::descriptor(), <dyn BlockingTasks>::descriptor()));
        // A blocking caller of futures.
        let pair = Pair::new(Worker::with_events().0 as Arc<dyn Tasks>);
        let blocking = BlockingTasksClient::new(pair.remote.as_remote().unwrap().clone());
        assert_eq!(blocking.add(40, 2).unwrap(), 42);
        assert_eq!(blocking.twice(4).unwrap(), 8);
        assert!(blocking.panic().unwrap_err().text().contains("as told"));
        // An implementation that blocks, and a caller that does not.
        let pair = Pair::new(Arc::new(BlockingWorker) as Arc<dyn BlockingTasks>);
        let tasks = TasksClient::new(pair.remote.as_remote().unwrap().clone());
        assert_eq!(block_on(tasks.wait("text")).unwrap(), "TEXT");
        assert_eq!(block_on(tasks.relay(Arc::new(Twofold::default()), 7)).unwrap(), 7);
        assert_eq!(block_on(tasks.add_all(&[4, 5])).unwrap(), 9);
    });
}
