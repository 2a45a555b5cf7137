//! The two processes that work for this one, and what happens when one of them ends.

use std::error::Error;
use std::io;
use std::sync::Arc;

use ipc_examples::{CANNOT_PRINT, Calculator, CalculatorInit, PrinterInit};
use ipc_runtime::wire::Interface;
use ipc_runtime::{
    CapnpContext, Ipc, IpcException, closed, make_capnp_protocol, make_client_ipc, make_process,
};

use crate::report;

const PRINTER: &str = "ipc-printer";
const CALCULATOR: &str = "ipc-calculator";

/// The processes that work for this one. They are started when they are needed: at first, and after one has ended.
pub(crate) struct Workers {
    ipc: Arc<dyn Ipc>,
    printing: Option<Arc<dyn PrinterInit>>,
    calculating: Option<Arc<dyn CalculatorInit>>,
    /// Lives in the one process and prints in the other; both are there if this is.
    calculator: Option<Arc<dyn Calculator>>,
}

/// Why an expression was not solved.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The next one may be.
    Expression(String),
    /// No other one will be.
    Fatal(String),
}

impl Workers {
    pub(crate) fn new() -> Self {
        // It spawns and calls others and offers nothing itself.
        let process = make_process("ipc-example", ".");
        let ipc = make_client_ipc(process, make_capnp_protocol(CapnpContext::new()));
        Self { ipc, printing: None, calculating: None, calculator: None }
    }

    /// Has an expression solved and printed.
    ///
    /// If a process ends meanwhile the expression has failed: it is not tried again, because it may have been printed.
    pub(crate) fn solve(&mut self, expression: &str, ans: Option<f64>) -> Result<f64, Failure> {
        report_replaced(&self.remove_ended());
        let calculator = self.calculator()?;
        calculator.solve(expression, ans).map_err(|exception| {
            let ended = self.remove_ended();
            if !ended.is_empty() {
                let ended = ended.join(", and ");
                let help = "a new one solves the next expression; if you miss this one, enter it again";
                let text = format!("{ended} before `{}` was done\n  help: {help}", beginning(expression));
                Failure::Expression(text)
            } else if exception.text().starts_with(CANNOT_PRINT) {
                Failure::Fatal(exception.to_string())
            } else {
                Failure::Expression(exception.to_string())
            }
        })
    }

    /// Returns the calculator, and starts what it needs.
    ///
    /// If a process turns out to have ended, a new one is tried: nothing has been asked that could be printed.
    fn calculator(&mut self) -> Result<Arc<dyn Calculator>, Failure> {
        if let Some(calculator) = &self.calculator {
            return Ok(calculator.clone());
        }
        // Each of the two may have ended while nobody looked. One that has just been started should not.
        for _ in [PRINTER, CALCULATOR] {
            match self.make_calculator()? {
                Ok(calculator) => return Ok(calculator),
                Err(exception) => match self.remove_ended() {
                    ended if ended.is_empty() => return Err(not_made(&exception, &ended)),
                    ended => report_replaced(&ended),
                },
            }
        }
        let made = self.make_calculator()?;
        made.map_err(|exception| not_made(&exception, &self.remove_ended()))
    }

    /// Makes a calculator, with processes that are started if there are none.
    fn make_calculator(&mut self) -> Result<Result<Arc<dyn Calculator>, IpcException>, Failure> {
        let printing = match &self.printing {
            Some(printing) => printing.clone(),
            None => self.printing.insert(start(&self.ipc, PRINTER)?).clone(),
        };
        let calculating = match &self.calculating {
            Some(calculating) => calculating.clone(),
            None => self.calculating.insert(start(&self.ipc, CALCULATOR)?).clone(),
        };
        let made = printing.make_printer().and_then(|printer| calculating.make_calculator(printer));
        Ok(made.inspect(|calculator| self.calculator = Some(calculator.clone())))
    }

    /// Forgets the processes that have ended and returns a description of each.
    fn remove_ended(&mut self) -> Vec<String> {
        let printing = self.printing.take_if(|printing| closed(printing).is_some());
        let calculating = self.calculating.take_if(|calculating| closed(calculating).is_some());
        if printing.is_some() || calculating.is_some() {
            self.calculator = None;
        }
        let printing = printing.map(|init| end(&self.ipc, PRINTER, &init).0);
        let calculating = calculating.map(|init| end(&self.ipc, CALCULATOR, &init).0);
        calculating.into_iter().chain(printing).collect()
    }

    /// Ends both processes and waits for them: what they had to print is printed then.
    pub(crate) fn close(mut self) {
        self.calculator = None;
        let calculating = self.calculating.take().map(|init| end(&self.ipc, CALCULATOR, &init));
        let printing = self.printing.take().map(|init| end(&self.ipc, PRINTER, &init));
        for (text, ending) in calculating.into_iter().chain(printing) {
            if ending == Ending::Unexpected {
                report(&format!("note: {text}"));
            }
        }
    }
}

/// Reports processes that have ended without having been asked for anything.
fn report_replaced(ended: &[String]) {
    for process in ended {
        report(&format!("note: {process} while it had nothing to do; a new one takes over"));
    }
}

fn not_made(exception: &IpcException, ended: &[String]) -> Failure {
    let ended: String = ended.iter().map(|process| format!("\n  {process}")).collect();
    Failure::Expression(format!("cannot make a calculator: {exception}{ended}"))
}

fn start<T: Interface + ?Sized>(ipc: &Arc<dyn Ipc>, program: &str) -> Result<Arc<T>, Failure> {
    let started = match ipc.spawn_process(program) {
        // Killed while it started; one that always ends so early does it again.
        Err(exception) if exception.is_disconnected() => ipc.spawn_process(program),
        started => started,
    };
    started.map_err(|exception| {
        let help = match is_missing(&exception) {
            true => "\n  help: build it with `cargo build -p ipc-examples`",
            false => "",
        };
        Failure::Fatal(format!("{exception}{help}"))
    })
}

fn is_missing(exception: &IpcException) -> bool {
    let source = exception.source().and_then(|source| source.downcast_ref::<io::Error>());
    source.is_some_and(|error| error.kind() == io::ErrorKind::NotFound)
}

/// How a process has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ending {
    Regular,
    Unexpected,
}

/// Ends a process, if it has not done so, and describes how it did.
fn end<T: Interface + ?Sized>(ipc: &Arc<dyn Ipc>, program: &str, init: &Arc<T>) -> (String, Ending) {
    match ipc.wait_spawned(init) {
        Ok(status) => {
            let ending = if status.success() { Ending::Regular } else { Ending::Unexpected };
            (format!("the process `{program}` ended ({status})"), ending)
        }
        Err(exception) => (format!("the process `{program}` ended: {exception}"), Ending::Unexpected),
    }
}

fn beginning(expression: &str) -> String {
    const MOST: usize = 40;
    match expression.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}..", expression.get(..end).unwrap_or_default()),
        None => expression.to_owned(),
    }
}
