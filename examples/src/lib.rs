//! The interfaces of the examples: all that their processes know of each other.
//!
//! **A calculator in three processes.** The program `ipc-example` spawns `ipc-printer` and `ipc-calculator`, gets a
//! [`Printer`] from the one and hands it to the other. From then on the calculator prints through the printer:
//!
//! ```text
//! ipc-example ── solve("6*7") ──► ipc-calculator
//!      ▲                               │
//!      └────── print("6*7 = 42") ──────┘
//!      │
//!      └────── print("6*7 = 42") ─────► ipc-printer ──► standard output
//! ```
//!
//! **A notice board behind a socket.** `ipc-board-server` listens on a Unix socket; any number of `ipc-board` connect
//! to it. See [`Board`].

use std::sync::Arc;

use ipc_runtime::{IpcException, IpcStream, IpcType, ipc_interface};

pub mod usage;

/// Prints lines. Lives in the process `ipc-printer`.
#[ipc_interface]
pub trait Printer {
    /// Prints a line and returns when it is written.
    fn print(&self, line: &str) -> Result<(), IpcException>;
}

/// Solves expressions and prints what they come to. Lives in the process `ipc-calculator`.
#[ipc_interface]
pub trait Calculator {
    /// Evaluates an expression, prints it with its result, and returns the result.
    ///
    /// `ans` is what the name `ans` stands for in the expression: the caller's previous result, if it has one.
    ///
    /// A mistake in the expression is an exception whose text says what is wrong, where, and what would be right.
    fn solve(&self, expression: &str, ans: Option<f64>) -> Result<f64, IpcException>;
}

/// What `ipc-printer` offers to the process that spawns it.
#[ipc_interface(root)]
pub trait PrinterInit {
    /// Makes a printer.
    fn make_printer(&self) -> Result<Arc<dyn Printer>, IpcException>;
}

/// What `ipc-calculator` offers to the process that spawns it.
#[ipc_interface(root)]
pub trait CalculatorInit {
    /// Makes a calculator that prints through `printer`, wherever that one lives.
    fn make_calculator(&self, printer: Arc<dyn Printer>) -> Result<Arc<dyn Calculator>, IpcException>;
}

/// What `ipc-board-server` offers to whoever connects to it: notes that everybody can read.
#[ipc_interface(root)]
pub trait Board {
    /// Adds a note and returns how many there are.
    fn post(&self, note: &Note) -> Result<u64, IpcException>;

    /// Returns the notes, the oldest first.
    fn notes(&self) -> Result<Vec<Note>, IpcException>;

    /// Returns the notes, the oldest first, and then each that is posted, as long as somebody reads them. Whoever reads them
    /// too slowly gets no more.
    fn follow(&self) -> Result<IpcStream<Note>, IpcException>;
}

/// A piece of text on the board.
#[derive(Clone, Debug, PartialEq, Eq, IpcType)]
pub struct Note {
    /// Who wrote it.
    pub author: String,
    /// What it says.
    pub text: String,
}

/// How the text of a [`Printer`]'s exception begins if the line cannot be written. The next one could not be either.
///
/// A [`Calculator`] passes it on as it is.
pub const CANNOT_PRINT: &str = "cannot print";

/// The longest expression that a calculator accepts, in bytes.
pub const LONGEST_EXPRESSION: usize = 10_000;

#[cfg(test)]
mod tests {
    use super::*;

    ipc_gen::schema_test!("schema/example.capnp", dyn CalculatorInit, dyn PrinterInit, dyn Board);
    ipc_gen::released_test!("schema/released", dyn CalculatorInit, dyn PrinterInit, dyn Board);
}
