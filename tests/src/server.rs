//! [`PeerServer`]: what every process of the tests offers, the test's own too.

#![expect(clippy::panic, reason = "one method is asked to")]

use std::io;
use std::sync::atomic::{AtomicI64, AtomicU32, Ordering};
use std::sync::mpsc::Sender;
use std::sync::{Arc, Mutex, OnceLock, PoisonError, Weak};
use std::thread;

use ipc_runtime::wire::Interface;
use ipc_runtime::{
    CapnpContext, Context, DriverLimits, Ipc, IpcException, IpcSender, IpcStream, make_capnp_protocol,
    make_ipc, make_process,
};

use crate::interfaces::{Callback, Counter, DivideError, Peer};
use crate::steps::pass;

/// The object that each process of the tests offers.
#[derive(Default)]
pub struct PeerServer {
    ipc: OnceLock<Weak<dyn Ipc>>,
    kept: Mutex<Option<Arc<dyn Callback>>>,
    next: OnceLock<Arc<dyn Peer>>,
    others: Mutex<Vec<Arc<dyn Peer>>>,
    listening: Mutex<Vec<Arc<dyn Ipc>>>,
    outcomes: Mutex<Option<Sender<Result<i64, IpcException>>>>,
    /// These never end.
    streams: Mutex<Vec<IpcSender<u64>>>,
    kept_stream: Mutex<Option<IpcStream<u64>>>,
}

impl std::fmt::Debug for PeerServer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PeerServer").finish_non_exhaustive()
    }
}

/// Makes what a process of the tests needs; its application state is a text with its number.
pub fn make_peer() -> (Arc<PeerServer>, Arc<dyn Ipc>) {
    let server = Arc::new(PeerServer::default());
    let ipc = serve(server.clone(), DriverLimits::default());
    // Fails only if it was set before.
    let _ = server.ipc.set(Arc::downgrade(&ipc));
    (server, ipc)
}

/// Returns the state of a process.
pub fn state_of(process: u32) -> String {
    format!("the state of process {process}")
}

fn serve(server: Arc<dyn Peer>, limits: DriverLimits) -> Arc<dyn Ipc> {
    let context = Arc::new(Context::new());
    context.insert(state_of(std::process::id()));
    let settings = CapnpContext::new().with_context(context).with_limits(limits);
    let process = make_process("peer", std::env::temp_dir());
    make_ipc(process, make_capnp_protocol(settings), server)
}

impl PeerServer {
    /// Sets where the outcome of each `call` goes besides to its caller.
    pub fn report_calls_to(&self, sender: Sender<Result<i64, IpcException>>) {
        *lock(&self.outcomes) = Some(sender);
    }

    fn ipc(&self) -> Result<Arc<dyn Ipc>, IpcException> {
        self.ipc.get().and_then(Weak::upgrade).ok_or_else(|| IpcException::failed("the `Ipc` is gone"))
    }
}

impl Peer for PeerServer {
    fn add(&self, a: i64, b: i64) -> Result<i64, IpcException> {
        a.checked_add(b).ok_or_else(|| IpcException::failed("overflow"))
    }

    fn echo(&self, data: &[u8]) -> Result<Vec<u8>, IpcException> {
        Ok(data.to_vec())
    }

    fn process_id(&self) -> Result<u32, IpcException> {
        Ok(std::process::id())
    }

    fn state(&self) -> Result<Option<String>, IpcException> {
        Ok(Context::current().and_then(|context| context.get::<String>()).map(|state| (*state).clone()))
    }

    fn wait_for(&self, path: &str) -> Result<(), IpcException> {
        wait_for(path)
    }

    fn panic(&self, text: &str) -> Result<(), IpcException> {
        panic!("{text}")
    }

    fn divide(&self, a: i64, b: i64) -> Result<i64, DivideError> {
        a.checked_div(b).ok_or(DivideError::ByZero)
    }

    fn exit(&self, code: u8) -> Result<(), IpcException> {
        std::process::exit(i32::from(code))
    }

    fn call(&self, callback: Arc<dyn Callback>, value: i64) -> Result<i64, IpcException> {
        let outcome = callback.call(value);
        if let Some(outcomes) = &*lock(&self.outcomes) {
            // The test may be over.
            let _ = outcomes.send(outcome.clone());
        }
        outcome
    }

    fn call_if_any(
        &self,
        callback: Option<Arc<dyn Callback>>,
        value: i64,
    ) -> Result<Option<i64>, IpcException> {
        callback.map(|callback| callback.call(value)).transpose()
    }

    fn call_all(&self, callbacks: Vec<Arc<dyn Callback>>, value: i64) -> Result<i64, IpcException> {
        callbacks.iter().map(|callback| callback.call(value)).sum()
    }

    fn flood(&self, callback: Arc<dyn Callback>, pieces: u32, size: u32) -> Result<u64, IpcException> {
        let data = vec![0x5a; size as usize];
        let mut returned = 0;
        for _ in 0..pieces {
            returned += callback.echo(&data)?.len() as u64;
        }
        Ok(returned)
    }

    fn keep(&self, callback: Option<Arc<dyn Callback>>) -> Result<(), IpcException> {
        let before = std::mem::replace(&mut *lock(&self.kept), callback);
        drop(before);
        Ok(())
    }

    fn call_kept(&self, value: i64) -> Result<i64, IpcException> {
        let kept = lock(&self.kept).clone();
        kept.ok_or_else(|| IpcException::failed("nothing is kept"))?.call(value)
    }

    fn kept(&self) -> Result<Option<Arc<dyn Callback>>, IpcException> {
        Ok(lock(&self.kept).clone())
    }

    fn destroy_kept(&self) -> Result<(), IpcException> {
        let kept = lock(&self.kept).clone();
        kept.map_or(Ok(()), |kept| ipc_runtime::destroy(&kept))
    }

    fn make_counter(&self) -> Result<Arc<dyn Counter>, IpcException> {
        LIVE_COUNTERS.fetch_add(1, Ordering::SeqCst);
        Ok(Arc::new(CounterServer::default()))
    }

    fn live_counters(&self) -> Result<u32, IpcException> {
        Ok(LIVE_COUNTERS.load(Ordering::SeqCst))
    }

    fn add_to(&self, counter: Arc<dyn Counter>, amount: i64) -> Result<i64, IpcException> {
        counter.add(amount)
    }

    fn is_home(&self, counter: Arc<dyn Counter>) -> Result<bool, IpcException> {
        Ok(counter.as_remote().is_none())
    }

    fn hop(&self, left: u32) -> Result<u32, IpcException> {
        let Some(rest) = left.checked_sub(1) else { return Ok(0) };
        let next = self.next.get().ok_or_else(|| IpcException::failed("no next process"))?;
        next.hop(rest).map(|hops| hops + 1)
    }

    fn connect_next(&self, address: &str) -> Result<(), IpcException> {
        let next = self.ipc()?.connect_address::<dyn Peer>(&mut address.to_owned())?;
        let next = next.ok_or_else(|| IpcException::failed("nobody listens"))?;
        self.next.set(next).map_err(|_| IpcException::failed("the next process is known"))
    }

    fn spawn_another(&self) -> Result<u32, IpcException> {
        let exe = std::env::current_exe().map_err(|error| IpcException::system("own path", error))?;
        let exe = exe.to_str().ok_or_else(|| IpcException::failed("own path is not UTF-8"))?;
        let other = self.ipc()?.spawn_process::<dyn Peer>(exe)?;
        let id = other.process_id()?;
        lock(&self.others).push(other);
        Ok(id)
    }

    fn listen(&self, address: &str, queued_calls: Option<u32>) -> Result<String, IpcException> {
        let mut address = address.to_owned();
        match queued_calls {
            None => self.ipc()?.listen_address(&mut address)?,
            Some(queued_calls) => {
                let mut limits = DriverLimits::default();
                limits.queued_calls = queued_calls as usize;
                let ipc = serve(Arc::new(PeerServer::default()), limits);
                ipc.listen_address(&mut address)?;
                lock(&self.listening).push(ipc);
            }
        }
        Ok(address)
    }

    fn disconnect_incoming(&self) -> Result<(), IpcException> {
        self.ipc()?.disconnect_incoming();
        Ok(())
    }

    fn visit(&self, address: &str, path: &str) -> Result<(), IpcException> {
        let host = self.ipc()?.connect_address::<dyn Peer>(&mut address.to_owned())?;
        let host = host.ok_or_else(|| IpcException::failed("nobody listens"))?;
        let callback = Arc::new(Waiting(path.to_owned()));
        let visit = move || host.call(callback, 1);
        std::thread::Builder::new().name("visit".into()).spawn(visit).map_err(system)?;
        Ok(())
    }

    fn count_and_wait(&self, count: u64) -> Result<IpcStream<u64>, IpcException> {
        let (sender, stream) = IpcStream::channel(16);
        lock(&self.streams).push(sender.clone());
        thread::spawn(move || (0..count).try_for_each(|number| sender.send(number)));
        Ok(stream)
    }

    fn feed(&self, number: u64) -> Result<(), IpcException> {
        lock(&self.streams).iter().try_for_each(|stream| stream.send(number))
    }

    fn threads(&self) -> Result<u64, IpcException> {
        let threads = std::fs::read_dir("/proc/self/task");
        Ok(threads.map_err(|error| IpcException::system("cannot count", error))?.count() as u64)
    }

    fn total(&self, numbers: IpcStream<u64>) -> Result<u64, IpcException> {
        numbers.sum()
    }

    fn keep_stream(&self, stream: IpcStream<u64>) -> Result<(), IpcException> {
        *lock(&self.kept_stream) = Some(stream);
        Ok(())
    }

    fn call_lent(&self, callback: &dyn Callback, value: i64) -> Result<i64, IpcException> {
        callback.call(value)
    }
}

struct Waiting(String);

impl Callback for Waiting {
    fn call(&self, value: i64) -> Result<i64, IpcException> {
        wait_for(&self.0).map(|()| value)
    }

    fn echo(&self, data: &[u8]) -> Result<Vec<u8>, IpcException> {
        Ok(data.to_vec())
    }
}

#[derive(Default)]
struct CounterServer(AtomicI64);

static LIVE_COUNTERS: AtomicU32 = AtomicU32::new(0);

impl Counter for CounterServer {
    fn add(&self, amount: i64) -> Result<i64, IpcException> {
        Ok(self.0.fetch_add(amount, Ordering::SeqCst) + amount)
    }

    fn wait_for(&self, path: &str) -> Result<(), IpcException> {
        wait_for(path)
    }
}

impl Drop for CounterServer {
    fn drop(&mut self) {
        LIVE_COUNTERS.fetch_sub(1, Ordering::SeqCst);
    }
}

fn wait_for(path: &str) -> Result<(), IpcException> {
    pass(path).map_err(system)
}

fn system(error: io::Error) -> IpcException {
    IpcException::system("test", error)
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
