//! The decoder of every type, in every place where the type can stand. The first word of an input says which row.

use ipc_types_tests::decoders::decoders;
use ipc_types_tests::hostile::{self, Words, framed, unframed};

use crate::Target;

/// The target.
pub const TARGET: Target = Target { name: "types", seeds, run };

fn seeds() -> Vec<Words> {
    let mut seeds: Vec<Words> = Vec::new();
    for (number, decoder) in (0..).zip(decoders()) {
        let samples = (decoder.samples)(2).into_iter().map(|sample| unframed(&sample));
        seeds.extend(samples.map(|words| [vec![number], words].concat()));
    }
    let numbers = 0..decoders().len() as u64;
    seeds.extend(
        hostile::seeds()
            .into_iter()
            .zip(numbers.cycle())
            .map(|(words, number)| [vec![number], words].concat()),
    );
    seeds
}

fn run(input: &[u64]) -> String {
    let decoders = decoders();
    let Some((first, words)) = input.split_first() else { return String::new() };
    let number = usize::try_from(first % decoders.len() as u64).unwrap_or_default();
    let Some(decoder) = decoders.get(number) else { return String::new() };
    match (decoder.decode)(&framed(words)) {
        Ok(()) => format!("{}: a value", decoder.name),
        Err(error) => format!("{}: {error}", decoder.name),
    }
}
