//! What a hostile peer sends is an error or a value for every type: never a panic, never endless, never much memory.
//!
//! In a program of its own, with one test, since it counts what the whole program allocates.

// Always on here; clippy takes it for the sign that a helper may panic.
#![cfg(test)]

use std::fmt::Write;
use std::time::{Duration, Instant};

use ipc_tests::random::Rng;
use ipc_types_tests::decoders::{RowDecoder, decoders};
use ipc_types_tests::hostile::{Words, framed, mutate, seeds, unframed, with_one_pointer};
use peak_alloc::PeakAlloc;

#[global_allocator]
static ALLOCATED: PeakAlloc = PeakAlloc;

/// What a message may allocate while it is decoded, in bytes: a base, and a multiple of its own size
/// (`ipc-runtime/src/wire/raw/decoder.rs`). An `Arc<[T]>` is made from a `Vec<T>` and so is there twice for a moment.
fn limit(message: &[u8]) -> usize {
    2 * (BASE + 8 * message.len())
}

const BASE: usize = 8 << 20;

/// No message of a few kilobytes takes that long, on a busy machine and without optimization.
const PATIENCE: Duration = Duration::from_secs(20);

/// How many changed messages each row is tried with.
const MUTATIONS: usize = 300;

#[test]
fn hostile_messages_are_refused_within_their_limits() {
    let seeds = seeds();
    let mut report = String::new();
    for (number, decoder) in decoders().into_iter().enumerate() {
        let samples: Vec<Words> = (decoder.samples)(8).iter().map(|sample| unframed(sample)).collect();
        let mut worst = Worst::default();
        for (index, seed) in seeds.iter().enumerate() {
            worst.note(&decoder, &framed(seed));
            // One field alone, so that none before it is refused first; another one for each seed and type.
            worst.note(&decoder, &framed(&with_one_pointer(seed, number + index)));
        }
        for sample in &samples {
            for end in 0..sample.len() {
                worst.note(&decoder, &framed(&sample[..end]));
            }
        }
        let mut rng = Rng(0);
        let all: Vec<Words> = [seeds.as_slice(), &samples].concat();
        for index in 0..MUTATIONS {
            let from = if index % 2 == 0 { rng.pick(&samples) } else { rng.pick(&seeds) };
            let mut words = from.unwrap().clone();
            mutate(&mut words, &all, &mut rng);
            worst.note(&decoder, &framed(&words));
        }
        writeln!(report, "{}: {} bytes, {:?}", decoder.name, worst.bytes, worst.time).unwrap();
    }
    println!("{report}");
}

/// The most that a message of one row took.
#[derive(Default)]
struct Worst {
    bytes: usize,
    time: Duration,
}

impl Worst {
    #[track_caller]
    fn note(&mut self, decoder: &RowDecoder, message: &[u8]) {
        let before = ALLOCATED.current_usage();
        ALLOCATED.reset_peak_usage();
        let start = Instant::now();
        // What matters is that it returns.
        let outcome = (decoder.decode)(message);
        let time = start.elapsed();
        let bytes = ALLOCATED.peak_usage().saturating_sub(before);
        drop(outcome);
        assert!(
            bytes <= limit(message),
            "`{}` allocated {bytes} bytes for {} bytes: {:x?}",
            decoder.name,
            message.len(),
            unframed(message)
        );
        assert!(time <= PATIENCE, "`{}` took {time:?} for {:x?}", decoder.name, unframed(message));
        self.bytes = self.bytes.max(bytes);
        self.time = self.time.max(time);
    }
}
