//! Our side: objects, and connections of which we are the client or the server.

use std::net::Ipv4Addr;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::{self, JoinHandle};

use ipc_interop_tests::interfaces::{
    Colour, Counter, Describe, Entry, Every, Failure, Form, Hosts, Init, Page, Point,
};
use ipc_runtime::object::LocalObject;
use ipc_runtime::wire::Interface;
use ipc_runtime::{AnyPointer, CapnpContext, IpcException, IpcStream, make_capnp_protocol};
use ipc_tests::steps::PATIENCE;

/// What our server offers.
#[derive(Default)]
pub(crate) struct Server {
    kept: Mutex<Option<Arc<dyn Counter>>>,
    hosts: Mutex<Hosts>,
    open: Mutex<bool>,
    opened: Condvar,
    /// Calls of `make_counter_later` that have begun and ended.
    pub(crate) begun: AtomicUsize,
    pub(crate) ended: AtomicUsize,
    pub(crate) live_counters: Arc<AtomicUsize>,
}

impl Server {
    fn counter(&self, start: i64) -> Result<Arc<dyn Counter>, IpcException> {
        if start < 0 {
            return Err(IpcException::failed(format!("no counter starts at {start}")));
        }
        Ok(Count::new(start, &self.live_counters))
    }
}

impl Init for Server {
    fn every(&self, value: &Every) -> Result<Every, IpcException> {
        Ok(value.clone())
    }

    fn blob(&self, data: &[u8]) -> Result<Vec<u8>, IpcException> {
        Ok(data.to_vec())
    }

    fn any(&self, value: AnyPointer) -> Result<AnyPointer, IpcException> {
        Ok(value)
    }

    fn attempt(&self, which: u32) -> Result<u32, Failure> {
        match which {
            1 => Err(Failure::Refused(Point { x: 1, y: 2 })),
            2 => Err(Failure::Other("why".into())),
            3 => Err(Failure::Ipc(IpcException::failed("an exception"))),
            other => Ok(other),
        }
    }

    fn addresses(&self, first: Ipv4Addr, others: Vec<Ipv4Addr>) -> Result<Vec<Ipv4Addr>, IpcException> {
        Ok(others.into_iter().rev().chain([first]).collect())
    }

    fn turn(
        &self,
        entry: Entry<String, Vec<u16>>,
        page: &Page<Colour>,
    ) -> Result<Entry<Vec<u16>, Entry<Point, String>>, IpcException> {
        let inner = Entry {
            key: Point { x: 1, y: page.items.len() as i32 },
            value: Some(entry.key),
            count: 1,
            form: Form::Missing,
        };
        let form = match entry.form {
            Form::Both { one, .. } => Form::Both { one: inner.clone(), other: one },
            Form::Missing | Form::Same(_) => Form::Same(inner.clone()),
        };
        let key = entry.value.unwrap_or_default();
        Ok(Entry { key, value: page.next.map(|_| inner), count: entry.count, form })
    }

    fn keep_hosts(&self, hosts: Hosts) -> Result<Hosts, IpcException> {
        let mut kept = self.hosts.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(std::mem::replace(&mut kept, hosts))
    }

    fn present(
        &self,
        number: Option<i32>,
        text: Option<String>,
        object: Option<Arc<dyn Counter>>,
    ) -> Result<u32, IpcException> {
        Ok(u32::from(number.is_some()) | u32::from(text.is_some()) << 1 | u32::from(object.is_some()) << 2)
    }

    fn maybe_number(&self, which: i32) -> Result<Option<i32>, IpcException> {
        Ok((0..=1).contains(&which).then_some(which))
    }

    fn maybe_text(&self, text: &str) -> Result<Option<String>, IpcException> {
        Ok((text != "none").then(|| text.to_owned()))
    }

    fn fail(&self, text: &str) -> Result<(), IpcException> {
        Err(IpcException::failed(text))
    }

    fn make_counter(&self, start: i64) -> Result<Arc<dyn Counter>, IpcException> {
        self.counter(start)
    }

    fn make_nothing(&self) -> Result<Option<Arc<dyn Counter>>, IpcException> {
        Ok(None)
    }

    fn make_counters(&self, count: u32) -> Result<Vec<Arc<dyn Counter>>, IpcException> {
        (0..i64::from(count)).map(|start| self.counter(start)).collect()
    }

    fn add_to(&self, counter: Arc<dyn Counter>, amount: i64) -> Result<i64, IpcException> {
        counter.add(amount)
    }

    fn keep(&self, counter: Option<Arc<dyn Counter>>) -> Result<Option<Arc<dyn Counter>>, IpcException> {
        Ok(std::mem::replace(&mut *lock(&self.kept), counter))
    }

    fn add_to_kept(&self, amount: i64) -> Result<i64, IpcException> {
        let kept = lock(&self.kept).clone();
        kept.ok_or_else(|| IpcException::failed("nothing is kept"))?.add(amount)
    }

    fn make_counter_later(&self, start: i64) -> Result<Arc<dyn Counter>, IpcException> {
        self.begun.fetch_add(1, Ordering::SeqCst);
        let waited = self.opened.wait_timeout_while(lock(&self.open), PATIENCE, |open| !*open);
        let (_open, timeout) = waited.unwrap_or_else(PoisonError::into_inner);
        self.ended.fetch_add(1, Ordering::SeqCst);
        if timeout.timed_out() {
            return Err(IpcException::failed("nobody opens the gate"));
        }
        self.counter(start)
    }

    fn open_gate(&self) -> Result<(), IpcException> {
        *lock(&self.open) = true;
        self.opened.notify_all();
        Ok(())
    }

    fn describe(&self, describe: Describe, number: i64) -> Result<String, IpcException> {
        describe(number, "number")
    }

    fn fold(
        &self,
        steps: Vec<Box<dyn FnOnce(i64) -> Result<i64, IpcException> + Send>>,
        start: i64,
    ) -> Result<i64, IpcException> {
        steps.into_iter().try_fold(start, |number, step| step(number))
    }

    fn make_sum(&self) -> Result<Box<dyn FnMut(i64) -> Result<i64, IpcException> + Send>, IpcException> {
        let mut sum = 0;
        Ok(Box::new(move |number| {
            if number < 0 {
                return Err(IpcException::failed(format!("{number} is negative")));
            }
            sum += number;
            Ok(sum)
        }))
    }

    fn count(&self, count: u64, failure: &str) -> Result<IpcStream<u64>, IpcException> {
        let failure = (!failure.is_empty()).then(|| Err(IpcException::failed(failure)));
        Ok(IpcStream::from_iterator((0..count).map(Ok).chain(failure)))
    }

    fn join(&self, texts: IpcStream<String>) -> Result<String, IpcException> {
        texts.collect()
    }
}

/// A counter of ours.
pub(crate) struct Count {
    value: AtomicI64,
    /// The amounts that were added, in order.
    pub(crate) added: Mutex<Vec<i64>>,
    live: Arc<AtomicUsize>,
}

impl Count {
    pub(crate) fn new(start: i64, live: &Arc<AtomicUsize>) -> Arc<Self> {
        live.fetch_add(1, Ordering::SeqCst);
        Arc::new(Self { value: AtomicI64::new(start), added: Mutex::default(), live: live.clone() })
    }
}

impl Drop for Count {
    fn drop(&mut self) {
        self.live.fetch_sub(1, Ordering::SeqCst);
    }
}

impl Counter for Count {
    fn add(&self, amount: i64) -> Result<i64, IpcException> {
        lock(&self.added).push(amount);
        Ok(self.value.fetch_add(amount, Ordering::SeqCst) + amount)
    }

    fn fork(&self) -> Result<Arc<dyn Counter>, IpcException> {
        Ok(Self::new(self.value.load(Ordering::SeqCst), &self.live))
    }
}

/// Serves on one end of a connection until it ends; returns the other end.
pub(crate) fn serve(server: Arc<Server>) -> (UnixStream, JoinHandle<Result<(), IpcException>>) {
    let (ours, theirs) = UnixStream::pair().unwrap();
    let serving = thread::spawn(move || {
        let root: Arc<dyn Init> = server;
        make_capnp_protocol(CapnpContext::new()).serve(OwnedFd::from(ours), LocalObject::new(root))
    });
    (theirs, serving)
}

/// Becomes the client of whoever serves the other end of the socket.
pub(crate) fn connect(socket: UnixStream) -> Result<Arc<dyn Init>, IpcException> {
    let protocol = make_capnp_protocol(CapnpContext::new());
    protocol.connect(OwnedFd::from(socket), <dyn Init>::descriptor()).map(<dyn Init>::from_remote)
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
