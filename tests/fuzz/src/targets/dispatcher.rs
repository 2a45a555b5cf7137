//! The dispatcher of an interface with every type, called with arbitrary parameters. The first word of an input says which
//! method, the others are the parameters.

use std::sync::Arc;

use ipc_runtime::Interface;
use ipc_runtime::wire::descriptor::Kind;
use ipc_types_tests::echo::{Echo, Echoes};
use ipc_types_tests::hostile::{self, Words};

use super::messages::{self, Targeted};
use crate::Target;
use crate::peer::Served;

/// The target.
pub const TARGET: Target = Target { name: "dispatcher", seeds, run };

fn methods() -> u64 {
    match &<dyn Echo>::descriptor().kind {
        Kind::Interface(interface) => interface.methods.len() as u64,
        _ => 0,
    }
}

fn seeds() -> Vec<Words> {
    hostile::seeds()
        .into_iter()
        .zip((0..=methods()).cycle())
        .map(|(words, method)| [vec![method], words].concat())
        .collect()
}

fn run(input: &[u64]) -> String {
    let Some((first, params)) = input.split_first() else { return String::new() };
    let method = u16::try_from(first % (methods() + 2)).unwrap_or_default();
    let mut peer = Served::new::<dyn Echo>(Arc::new(Echoes));
    let bootstrap = messages::bootstrap(0);
    let call = messages::call(1, Targeted::Answer(0), <dyn Echo>::descriptor().id, method, params, &[]);
    peer.send(&[bootstrap, call].concat());
    let answer = peer.answer(1);
    format!("{method}: {answer}; {}", peer.end())
}
