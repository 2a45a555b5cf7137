//! Their side: plain capnp-rpc, in a thread of its own.

use std::cell::{Cell, RefCell};
use std::os::unix::net::UnixStream;
use std::rc::Rc;
use std::time::Instant;

use super::streams::{Numbers, join_texts};
use capnp::Error;
use capnp::capability::Client;
use capnp::text;
use capnp_rpc::Disconnector;
use capnp_rpc::rpc_twoparty_capnp::Side;
use capnp_rpc::twoparty::VatNetwork;
use capnp_rpc::{RpcSystem, new_client, new_future_client};
use futures::channel::oneshot;
use ipc_interop_tests::generated::interop_capnp::{counter, entry, init, point, step};
use ipc_interop_tests::generated::ipc_capnp::{fn_int64_text_to_text, fn_int64_to_int64};
use ipc_tests::steps::PATIENCE;
use tokio_util::compat::{TokioAsyncReadCompatExt, TokioAsyncWriteCompatExt};

/// Runs a future with capnp-rpc's tasks beside it.
pub(crate) fn run<R>(future: impl Future<Output = R>) -> R {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    tokio::task::LocalSet::new().block_on(&runtime, future)
}

/// Starts to speak over a socket.
pub(crate) fn system(socket: UnixStream, side: Side, bootstrap: Option<Client>) -> RpcSystem<Side> {
    socket.set_nonblocking(true).unwrap();
    let (reader, writer) = tokio::net::UnixStream::from_std(socket).unwrap().into_split();
    let reader = futures::io::BufReader::new(reader.compat());
    let writer = futures::io::BufWriter::new(writer.compat_write());
    let network = VatNetwork::new(reader, writer, side, Default::default());
    RpcSystem::new(Box::new(network), bootstrap)
}

/// Becomes a client.
pub(crate) fn connect(socket: UnixStream) -> (init::Client, Disconnector<Side>) {
    let mut system = system(socket, Side::Client, None);
    let disconnector = system.get_disconnector();
    let init = system.bootstrap(Side::Server);
    tokio::task::spawn_local(system);
    (init, disconnector)
}

/// Waits for a condition that another thread or the peer is about to make true.
pub(crate) async fn eventually(what: &str, condition: impl Fn() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !condition() {
        assert!(Instant::now() < deadline, "did not happen within {PATIENCE:?}: {what}");
        // Lets what runs on this thread go on, and other threads.
        tokio::task::yield_now().await;
        std::thread::yield_now();
    }
}

/// Resolves a promised counter.
type Promised = oneshot::Sender<Result<counter::Client, Error>>;

/// What their server offers.
#[derive(Default)]
pub(crate) struct Server {
    kept: RefCell<Option<counter::Client>>,
    hosts: RefCell<Vec<u8>>,
    /// Who waits for the gate, and what they get.
    waiting: RefCell<Vec<(i64, Promised)>>,
    /// Ends the program.
    pub(crate) end: RefCell<Option<oneshot::Sender<()>>>,
    live_counters: Rc<Cell<usize>>,
}

impl Server {
    fn counter(&self, start: i64) -> Result<counter::Client, Error> {
        match start {
            // Kept by the client.
            KEPT => self.kept.borrow().clone().ok_or_else(|| Error::failed("nothing is kept".into())),
            ..0 => Err(Error::failed(format!("no counter starts at {start}"))),
            _ => Ok(Count::client(start, &self.live_counters)),
        }
    }
}

/// In place of a start: the counter that is kept.
pub(crate) const KEPT: i64 = -1000;

/// In place of an amount: the number of counters that are alive.
pub(crate) const LIVE: i64 = -2000;

/// In place of an amount: no answer, but the end of the program.
pub(crate) const END: i64 = -3000;

impl init::Server for Server {
    async fn construct(
        self: Rc<Self>,
        _: init::ConstructParams,
        _: init::ConstructResults,
    ) -> Result<(), Error> {
        Ok(())
    }

    async fn every(
        self: Rc<Self>,
        params: init::EveryParams,
        mut results: init::EveryResults,
    ) -> Result<(), Error> {
        // Read and written again, so that it is looked at.
        let value = super::values::read(params.get()?.get_value()?);
        super::values::write(&value, results.get().init_result());
        Ok(())
    }

    async fn blob(
        self: Rc<Self>,
        params: init::BlobParams,
        mut results: init::BlobResults,
    ) -> Result<(), Error> {
        results.get().set_result(params.get()?.get_data()?);
        Ok(())
    }

    async fn any(
        self: Rc<Self>,
        params: init::AnyParams,
        mut results: init::AnyResults,
    ) -> Result<(), Error> {
        results.get().init_result().set_as(params.get()?.get_value())
    }

    async fn attempt(
        self: Rc<Self>,
        params: init::AttemptParams,
        mut results: init::AttemptResults,
    ) -> Result<(), Error> {
        match params.get()?.get_which() {
            1 => {
                let mut refused = results.get().init_refused();
                refused.set_x(1);
                refused.set_y(2);
            }
            2 => results.get().set_text("why"),
            3 => return Err(Error::failed("an exception".into())),
            other => results.get().set_result(other),
        }
        Ok(())
    }

    async fn addresses(
        self: Rc<Self>,
        params: init::AddressesParams,
        mut results: init::AddressesResults,
    ) -> Result<(), Error> {
        let params = params.get()?;
        let others = params.get_others()?;
        let mut list = results.get().init_result(others.len() + 1);
        for (to, from) in (0..others.len()).rev().enumerate() {
            list.set(to as u32, others.get(from));
        }
        list.set(others.len(), params.get_first());
        Ok(())
    }

    async fn turn(
        self: Rc<Self>,
        params: init::TurnParams,
        mut results: init::TurnResults,
    ) -> Result<(), Error> {
        let (entry, page) = (params.get()?.get_entry()?, params.get()?.get_page()?);
        let mut to = results.get().init_result();
        to.set_count(entry.get_count());
        // Of a list that is not there capnp would copy an empty one of another type.
        if entry.has_value() {
            to.set_key(entry.get_value()?)?;
        }
        let describe = |mut inner: entry::Builder<'_, point::Owned, text::Owned>| {
            let mut key = inner.reborrow().init_key();
            key.set_x(1);
            key.set_y(page.get_items()?.len() as i32);
            inner.set_value(entry.get_key()?)
        };
        if page.get_has_next() {
            describe(to.reborrow().init_value())?;
        }
        match entry.which()? {
            entry::Both(both) => {
                let mut to = to.init_both();
                describe(to.reborrow().init_one())?;
                to.set_other(both.get_one()?)?;
            }
            entry::Missing(()) | entry::Same(_) => describe(to.init_same())?,
        }
        Ok(())
    }

    async fn keep_hosts(
        self: Rc<Self>,
        params: init::KeepHostsParams,
        mut results: init::KeepHostsResults,
    ) -> Result<(), Error> {
        let hosts = params.get()?.get_hosts()?.to_vec();
        results.get().set_result(&self.hosts.replace(hosts));
        Ok(())
    }

    async fn present(
        self: Rc<Self>,
        params: init::PresentParams,
        mut results: init::PresentResults,
    ) -> Result<(), Error> {
        let params = params.get()?;
        let present = u32::from(params.get_has_number())
            | u32::from(params.has_text()) << 1
            | u32::from(params.has_object()) << 2;
        results.get().set_result(present);
        Ok(())
    }

    async fn maybe_number(
        self: Rc<Self>,
        params: init::MaybeNumberParams,
        mut results: init::MaybeNumberResults,
    ) -> Result<(), Error> {
        let which = params.get()?.get_which();
        if (0..=1).contains(&which) {
            results.get().set_result(which);
            results.get().set_has_result(true);
        }
        Ok(())
    }

    async fn maybe_text(
        self: Rc<Self>,
        params: init::MaybeTextParams,
        mut results: init::MaybeTextResults,
    ) -> Result<(), Error> {
        let text = params.get()?.get_text()?;
        if text != "none" {
            results.get().set_result(text);
        }
        Ok(())
    }

    async fn fail(self: Rc<Self>, params: init::FailParams, _: init::FailResults) -> Result<(), Error> {
        Err(Error::failed(params.get()?.get_text()?.to_string()?))
    }

    async fn make_counter(
        self: Rc<Self>,
        params: init::MakeCounterParams,
        mut results: init::MakeCounterResults,
    ) -> Result<(), Error> {
        results.get().set_result(self.counter(params.get()?.get_start())?);
        Ok(())
    }

    async fn make_nothing(
        self: Rc<Self>,
        _: init::MakeNothingParams,
        _: init::MakeNothingResults,
    ) -> Result<(), Error> {
        Ok(())
    }

    async fn make_counters(
        self: Rc<Self>,
        params: init::MakeCountersParams,
        mut results: init::MakeCountersResults,
    ) -> Result<(), Error> {
        let count = params.get()?.get_count();
        let mut list = results.get().init_result(count);
        for i in 0..count {
            list.set(i, self.counter(i64::from(i))?.client.hook);
        }
        Ok(())
    }

    async fn add_to(
        self: Rc<Self>,
        params: init::AddToParams,
        mut results: init::AddToResults,
    ) -> Result<(), Error> {
        let params = params.get()?;
        let mut add = params.get_counter()?.add_request();
        add.get().set_amount(params.get_amount());
        results.get().set_result(add.send().promise.await?.get()?.get_result());
        Ok(())
    }

    async fn keep(
        self: Rc<Self>,
        params: init::KeepParams,
        mut results: init::KeepResults,
    ) -> Result<(), Error> {
        let params = params.get()?;
        let counter = if params.has_counter() { Some(params.get_counter()?) } else { None };
        let before = self.kept.replace(counter);
        if let Some(before) = before {
            results.get().set_result(before);
        }
        Ok(())
    }

    async fn add_to_kept(
        self: Rc<Self>,
        params: init::AddToKeptParams,
        mut results: init::AddToKeptResults,
    ) -> Result<(), Error> {
        let amount = params.get()?.get_amount();
        if amount == LIVE {
            results.get().set_result(self.live_counters.get() as i64);
            return Ok(());
        }
        if amount == END {
            drop(self.end.take());
            return std::future::pending().await;
        }
        let mut add = self.counter(KEPT)?.add_request();
        add.get().set_amount(amount);
        results.get().set_result(add.send().promise.await?.get()?.get_result());
        Ok(())
    }

    /// Answers at once, with a promise.
    async fn make_counter_later(
        self: Rc<Self>,
        params: init::MakeCounterLaterParams,
        mut results: init::MakeCounterLaterResults,
    ) -> Result<(), Error> {
        let (sender, receiver) = oneshot::channel();
        self.waiting.borrow_mut().push((params.get()?.get_start(), sender));
        let promise = async move {
            receiver.await.unwrap_or_else(|_| Err(Error::failed("nobody opens the gate".into())))
        };
        results.get().set_result(new_future_client(promise));
        Ok(())
    }

    async fn describe(
        self: Rc<Self>,
        params: init::DescribeParams,
        mut results: init::DescribeResults,
    ) -> Result<(), Error> {
        let params = params.get()?;
        let mut call = params.get_describe()?.call_request();
        call.get().set_arg0(params.get_number());
        call.get().set_arg1("number");
        let answer = call.send().promise.await?;
        results.get().set_result(answer.get()?.get_result()?);
        Ok(())
    }

    async fn fold(
        self: Rc<Self>,
        params: init::FoldParams,
        mut results: init::FoldResults,
    ) -> Result<(), Error> {
        let params = params.get()?;
        let mut number = params.get_start();
        let steps = params.get_steps()?;
        for i in 0..steps.len() {
            let mut call = steps.get(i)?.step_request();
            call.get().set_number(number);
            number = call.send().promise.await?.get()?.get_result();
        }
        results.get().set_result(number);
        Ok(())
    }

    async fn make_sum(
        self: Rc<Self>,
        _: init::MakeSumParams,
        mut results: init::MakeSumResults,
    ) -> Result<(), Error> {
        results.get().set_result(new_client(Sum(Cell::new(0))));
        Ok(())
    }

    async fn open_gate(
        self: Rc<Self>,
        _: init::OpenGateParams,
        _: init::OpenGateResults,
    ) -> Result<(), Error> {
        for (start, sender) in self.waiting.take() {
            // The receiver goes if the client has dropped the promise.
            let _ = sender.send(self.counter(start));
        }
        Ok(())
    }

    async fn count(
        self: Rc<Self>,
        params: init::CountParams,
        mut results: init::CountResults,
    ) -> Result<(), Error> {
        let params = params.get()?;
        results.get().set_result(Numbers::client(params.get_count(), params.get_failure()?.to_string()?));
        Ok(())
    }

    async fn join(
        self: Rc<Self>,
        params: init::JoinParams,
        mut results: init::JoinResults,
    ) -> Result<(), Error> {
        let joined = join_texts(&params.get()?.get_texts()?).await?;
        results.get().set_result(&joined);
        Ok(())
    }
}

/// A closure of theirs: counts its calls.
#[derive(Default)]
pub(crate) struct Describe(pub(crate) Rc<Cell<usize>>);

impl fn_int64_text_to_text::Server for Describe {
    async fn destroy(
        self: Rc<Self>,
        _: fn_int64_text_to_text::DestroyParams,
        _: fn_int64_text_to_text::DestroyResults,
    ) -> Result<(), Error> {
        Ok(())
    }

    async fn call(
        self: Rc<Self>,
        params: fn_int64_text_to_text::CallParams,
        mut results: fn_int64_text_to_text::CallResults,
    ) -> Result<(), Error> {
        self.0.set(self.0.get() + 1);
        let params = params.get()?;
        let text = format!("{} {}", params.get_arg1()?.to_str()?, params.get_arg0());
        results.get().set_result(&text);
        Ok(())
    }
}

/// Adds up.
struct Sum(Cell<i64>);

impl fn_int64_to_int64::Server for Sum {
    async fn destroy(
        self: Rc<Self>,
        _: fn_int64_to_int64::DestroyParams,
        _: fn_int64_to_int64::DestroyResults,
    ) -> Result<(), Error> {
        Ok(())
    }

    async fn call(
        self: Rc<Self>,
        params: fn_int64_to_int64::CallParams,
        mut results: fn_int64_to_int64::CallResults,
    ) -> Result<(), Error> {
        let number = params.get()?.get_arg0();
        if number < 0 {
            return Err(Error::failed(format!("{number} is negative")));
        }
        self.0.set(self.0.get() + number);
        results.get().set_result(self.0.get());
        Ok(())
    }
}

/// Adds a number.
pub(crate) struct Add(pub(crate) i64);

impl step::Server for Add {
    async fn destroy(self: Rc<Self>, _: step::DestroyParams, _: step::DestroyResults) -> Result<(), Error> {
        Ok(())
    }

    async fn step(
        self: Rc<Self>,
        params: step::StepParams,
        mut results: step::StepResults,
    ) -> Result<(), Error> {
        results.get().set_result(params.get()?.get_number() + self.0);
        Ok(())
    }
}

/// A counter of theirs.
pub(crate) struct Count {
    value: Cell<i64>,
    added: Rc<RefCell<Vec<i64>>>,
    live: Rc<Cell<usize>>,
}

impl Count {
    pub(crate) fn client(start: i64, live: &Rc<Cell<usize>>) -> counter::Client {
        Self::recording(start, live).0
    }

    /// Makes one, and the list of what is added to it.
    pub(crate) fn recording(start: i64, live: &Rc<Cell<usize>>) -> (counter::Client, Rc<RefCell<Vec<i64>>>) {
        live.set(live.get() + 1);
        let added = Rc::new(RefCell::default());
        let count = Self { value: Cell::new(start), added: added.clone(), live: live.clone() };
        (new_client(count), added)
    }
}

impl Drop for Count {
    fn drop(&mut self) {
        self.live.set(self.live.get() - 1);
    }
}

impl counter::Server for Count {
    async fn destroy(
        self: Rc<Self>,
        _: counter::DestroyParams,
        _: counter::DestroyResults,
    ) -> Result<(), Error> {
        Ok(())
    }

    async fn add(
        self: Rc<Self>,
        params: counter::AddParams,
        mut results: counter::AddResults,
    ) -> Result<(), Error> {
        let amount = params.get()?.get_amount();
        self.added.borrow_mut().push(amount);
        self.value.set(self.value.get() + amount);
        results.get().set_result(self.value.get());
        Ok(())
    }

    async fn fork(
        self: Rc<Self>,
        _: counter::ForkParams,
        mut results: counter::ForkResults,
    ) -> Result<(), Error> {
        results.get().set_result(Self::client(self.value.get(), &self.live));
        Ok(())
    }
}
