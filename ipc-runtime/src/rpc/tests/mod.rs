//! Tests of the engine: stories of two ends in lock step, and of one end against a scripted peer.

mod describe;
mod util;

mod calls;
mod capabilities;
mod close;
mod embargo;
mod hostile;
mod interop;
mod large;
mod mischief;
mod pipelining;
mod race;
mod random;
mod received;
mod release;
mod tail;
mod unimplemented;
