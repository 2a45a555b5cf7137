//! A server, and a peer that sends bytes. The first word of an input says how many of the last word's are missing.

use std::sync::Arc;

use ipc_types_tests::hostile::{Words, a_struct};

use super::messages;
use super::server::Nests;
use crate::Target;
use crate::peer::Served;

/// The target.
pub const TARGET: Target = Target { name: "framing", seeds, run };

fn seeds() -> Vec<Words> {
    let header = |segments: u64, first: u64| (segments - 1) | first << 32;
    let bootstrap: Words = messages::words(&messages::bootstrap(0));
    let mut seeds = vec![
        vec![0],
        [vec![0], bootstrap.clone()].concat(),
        [vec![3], bootstrap.clone(), bootstrap.clone()].concat(),
        // Segments: none, many, large ones, more than 64 MiB of them, sizes that overflow a sum.
        vec![0, 0xffff_ffff],
        vec![0, header(1, 0), header(1, 0), header(1, 0)],
        vec![0, header(3, 1), 1 << 32 | 1, a_struct(0, 0, 0), 0, 0],
        vec![0, header(512, 0)],
        vec![0, header(513, 0)],
        vec![0, header(1, 8 << 20), 0],
        vec![0, header(1, (8 << 20) + 1), 0],
        vec![0, header(3, 0xffff_ffff), 0xffff_ffff_ffff_ffff, 0],
        vec![0, u64::MAX, u64::MAX, u64::MAX],
    ];
    seeds.push([vec![0], bootstrap.repeat(40)].concat());
    seeds
}

fn run(input: &[u64]) -> String {
    let Some((first, words)) = input.split_first() else { return String::new() };
    let mut bytes: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
    let missing = usize::try_from(first % 8).unwrap_or_default();
    bytes.truncate(bytes.len().saturating_sub(missing));
    let mut peer = Served::new::<dyn super::server::Nest>(Arc::new(Nests));
    peer.send(&bytes);
    peer.end()
}
