//! Callers of one connection: threads of the system, and futures in one task.

use std::hint::black_box;
use std::sync::Barrier;
use std::thread;

use futures::StreamExt;
use futures::channel::mpsc::unbounded;
use futures::future::{ready, try_join_all};
use tokio::runtime::Handle;

use crate::contender::{Client, Outcome, Ran, check_length, check_sum};
use crate::executor::Executor;
use crate::meter::Meter;

/// Methods that return futures.
pub(crate) trait Calls {
    /// What is sent as bytes.
    type Data: From<Vec<u8>> + AsRef<[u8]>;

    /// Adds.
    async fn add(&self, a: i32, b: i32) -> Outcome<i32>;

    /// Adds in a callback; `None` where there are none.
    async fn call_back(&self, _a: i32, _b: i32) -> Outcome<Option<i32>> {
        Ok(None)
    }

    /// Returns its argument.
    async fn echo(&self, data: Self::Data) -> Outcome<Self::Data>;
}

/// A client whose methods return futures.
pub(crate) struct FutureClient<C> {
    executor: Executor,
    calls: C,
    add_on_threads: fn(&Executor, &C, usize, u64, &mut Meter) -> Outcome<Ran>,
}

impl<C: Calls> FutureClient<C> {
    /// Makes one whose calls stay on the thread of the executor.
    pub(crate) fn on_one_thread(executor: Executor, calls: C) -> Self {
        Self { executor, calls, add_on_threads: |_, _, _, _, _| Ok(Ran::Unsupported) }
    }

    /// Makes one that any thread may call.
    pub(crate) fn shared(executor: Executor, calls: C) -> Self
    where
        C: Sync,
    {
        Self { executor, calls, add_on_threads: add_on_threads::<C> }
    }
}

fn add_on_threads<C: Calls + Sync>(
    executor: &Executor,
    calls: &C,
    threads: usize,
    count: u64,
    meter: &mut Meter,
) -> Outcome<Ran> {
    call_on_threads(executor, threads, count, meter, || {
        Ok(|count| futures::executor::block_on(add_in_turn(calls, count)))
    })
}

async fn add_in_turn<C: Calls>(calls: &C, count: u64) -> Outcome {
    for a in numbers(count) {
        check_sum(a, 2, calls.add(black_box(a), black_box(2)).await?)?;
    }
    Ok(())
}

impl<C: Calls> Client for FutureClient<C> {
    fn add(&mut self, calls: u64, meter: &mut Meter) -> Outcome<Ran> {
        meter.measure(|| self.executor.block_on(add_in_turn(&self.calls, calls)))?;
        Ok(Ran::Measured)
    }

    fn add_on_threads(&mut self, threads: usize, calls: u64, meter: &mut Meter) -> Outcome<Ran> {
        (self.add_on_threads)(&self.executor, &self.calls, threads, calls, meter)
    }

    fn add_in_futures(&mut self, futures: usize, calls: u64, meter: &mut Meter) -> Outcome<Ran> {
        call_in_futures(&self.executor, futures, calls, meter, async |a| {
            check_sum(a, 2, self.calls.add(black_box(a), black_box(2)).await?)
        })
    }

    fn call_back(&mut self, calls: u64, meter: &mut Meter) -> Outcome<Ran> {
        if self.executor.block_on(self.calls.call_back(1, 2))?.is_none() {
            return Ok(Ran::Unsupported);
        }
        let call = async || {
            for a in numbers(calls) {
                check_sum(a, 2, self.calls.call_back(a, 2).await?.unwrap_or_default())?;
            }
            Ok(())
        };
        meter.measure(|| self.executor.block_on(call()))?;
        Ok(Ran::Measured)
    }

    fn echo(&mut self, bytes: usize, calls: u64, meter: &mut Meter) -> Outcome<Ran> {
        let call = async || {
            let mut data = C::Data::from(vec![7; bytes]);
            for _ in 0..calls {
                data = self.calls.echo(data).await?;
                check_length(bytes, data.as_ref().len())?;
            }
            Ok(())
        };
        meter.measure(|| self.executor.block_on(call()))?;
        Ok(Ran::Measured)
    }
}

/// Returns arguments for so many calls.
pub(crate) fn numbers(calls: u64) -> impl Iterator<Item = i32> {
    (0..calls).map(|number| number as i32)
}

/// Lets so many futures of one task share `calls` calls.
pub(crate) fn call_in_futures(
    executor: &Executor,
    futures: usize,
    calls: u64,
    meter: &mut Meter,
    call: impl AsyncFn(i32) -> Outcome,
) -> Outcome<Ran> {
    let each = calls / futures as u64;
    let callers = (0..futures).map(|_| in_turn(&call, each));
    meter.measure(|| executor.block_on(try_join_all(callers)))?;
    Ok(Ran::Measured)
}

async fn in_turn(call: &impl AsyncFn(i32) -> Outcome, count: u64) -> Outcome {
    for a in numbers(count) {
        call(a).await?;
    }
    Ok(())
}

/// Lets so many threads of the system share `calls` calls. Each prepares, does one call to warm up, and then its part when
/// all are ready. Meanwhile this thread runs what the executor has to do.
pub(crate) fn call_on_threads<W: FnMut(u64) -> Outcome>(
    executor: &Executor,
    threads: usize,
    calls: u64,
    meter: &mut Meter,
    prepare: impl Fn() -> Outcome<W> + Sync,
) -> Outcome<Ran> {
    let each = calls / threads as u64;
    // Nobody ends before the meter has looked at all.
    let (begin, leave) = (Barrier::new(threads + 1), Barrier::new(threads + 1));
    let (reached, mut reaching) = unbounded();
    let runtime = executor.handle();
    let work = || {
        let _entered = runtime.as_ref().map(Handle::enter);
        let ready = prepare().and_then(|mut work| work(1).map(|()| work));
        let told = reached.unbounded_send(());
        begin.wait();
        let done = ready.and_then(|mut work| work(each).map(|()| work));
        let told = told.and_then(|()| reached.unbounded_send(()));
        leave.wait();
        told?;
        done.map(drop)
    };
    thread::scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        let mut wait_for_all = || executor.block_on(reaching.by_ref().take(threads).for_each(|()| ready(())));
        wait_for_all();
        let begun = meter.begin();
        begin.wait();
        wait_for_all();
        let ended = begun.and_then(|()| meter.end());
        leave.wait();
        for worker in workers {
            worker.join().map_err(|_| "a calling thread has panicked")??;
        }
        ended.map(|()| Ran::Measured)
    })
}
