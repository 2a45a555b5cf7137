//! Prints how many items a second come out of a stream of another process, beside a call for each item, in the same run.
//!
//! `cargo bench -p ipc-tests --bench stream`. Figures are medians of interleaved rounds: compare the ratios, the items a
//! second are the machine's.

use std::hint::black_box;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use ipc_runtime::{
    CapnpContext, Ipc, IpcException, IpcStream, ipc_interface, make_capnp_protocol, make_ipc, make_process,
};

/// Where the items come from.
#[ipc_interface(root)]
pub trait Source {
    /// Returns the next number: a call for each item.
    fn number(&self) -> Result<u64, IpcException>;

    /// Returns the next text.
    fn text(&self) -> Result<String, IpcException>;

    /// Counts in an iterator.
    fn numbers(&self, count: u64) -> Result<IpcStream<u64>, IpcException>;

    /// Counts in a thread that fills a channel.
    fn sent_numbers(&self, count: u64) -> Result<IpcStream<u64>, IpcException>;

    /// Makes texts in an iterator.
    fn texts(&self, count: u64) -> Result<IpcStream<String>, IpcException>;
}

#[derive(Default)]
struct Server(AtomicU64);

fn text_of(number: u64) -> String {
    format!("{number:0100}")
}

impl Source for Server {
    fn number(&self) -> Result<u64, IpcException> {
        Ok(self.0.fetch_add(1, Ordering::Relaxed))
    }

    fn text(&self) -> Result<String, IpcException> {
        self.number().map(text_of)
    }

    fn numbers(&self, count: u64) -> Result<IpcStream<u64>, IpcException> {
        Ok(IpcStream::from_iterator(0..count))
    }

    fn sent_numbers(&self, count: u64) -> Result<IpcStream<u64>, IpcException> {
        let (sender, stream) = IpcStream::channel(1024);
        std::thread::spawn(move || (0..count).try_for_each(|number| sender.send(number)));
        Ok(stream)
    }

    fn texts(&self, count: u64) -> Result<IpcStream<String>, IpcException> {
        Ok(IpcStream::from_iterator((0..count).map(text_of)))
    }
}

const ROUNDS: usize = 9;
const CALLS: u64 = 2_000;
/// Items of a stream for each call.
const FACTOR: u64 = 100;

fn main() -> Result<ExitCode, Box<dyn std::error::Error>> {
    let root: Arc<dyn Source> = Arc::new(Server::default());
    let ipc =
        make_ipc(make_process("bench", std::env::temp_dir()), make_capnp_protocol(CapnpContext::new()), root);
    if let Some(code) = ipc.start_spawned_process(std::env::args_os())? {
        return Ok(code);
    }
    // `cargo test --benches` only wants to know that it runs.
    let (rounds, calls) = if std::env::args().any(|arg| arg == "--test") { (1, 10) } else { (ROUNDS, CALLS) };
    println!("| items | calls, items/s | stream, items/s | ratio |");
    println!("| --- | ---: | ---: | ---: |");
    measure(&*ipc, rounds, calls)?;
    Ok(ExitCode::SUCCESS)
}

fn measure(ipc: &dyn Ipc, rounds: usize, calls: u64) -> Result<(), Box<dyn std::error::Error>> {
    let exe = std::env::current_exe()?;
    let exe = exe.to_str().ok_or("the path of the benchmark is not UTF-8")?;
    let source = ipc.spawn_process::<dyn Source>(exe)?;
    let number = || source.number().map(drop);
    let text = || source.text().map(drop);
    let numbers = |count| read(source.numbers(count)?);
    let sent = |count| read(source.sent_numbers(count)?);
    let texts = |count| read(source.texts(count)?);
    compare("`u64`, an iterator", rounds, calls, number, numbers)?;
    compare("`u64`, a channel", rounds, calls, number, sent)?;
    compare("`String` of 100 bytes, an iterator", rounds, calls, text, texts)?;
    Ok(())
}

fn compare(
    name: &str,
    rounds: usize,
    calls: u64,
    call: impl Fn() -> Result<(), IpcException>,
    stream: impl Fn(u64) -> Result<(), IpcException>,
) -> Result<(), IpcException> {
    let (mut called, mut streamed) = (Vec::new(), Vec::new());
    // Interleaved, so that whatever else the machine does hits both.
    for _ in 0..rounds {
        called.push(per_second(calls, || (0..calls).try_for_each(|_| call()))?);
        streamed.push(per_second(calls * FACTOR, || stream(calls * FACTOR))?);
    }
    let (called, streamed) = (median(called), median(streamed));
    println!("| {name} | {called:.0} | {streamed:.0} | {:.0} |", streamed / called);
    Ok(())
}

fn read<T: Send + 'static>(stream: IpcStream<T>) -> Result<(), IpcException> {
    for item in stream {
        black_box(item?);
    }
    Ok(())
}

fn per_second(items: u64, run: impl FnOnce() -> Result<(), IpcException>) -> Result<f64, IpcException> {
    let start = Instant::now();
    run()?;
    Ok(items as f64 / start.elapsed().as_secs_f64())
}

fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures.get(figures.len() / 2).copied().unwrap_or(f64::NAN)
}
