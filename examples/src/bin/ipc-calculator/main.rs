//! The calculator process of the example: evaluates expressions and prints them through somebody else's printer.

use std::process::ExitCode;
use std::sync::Arc;

use ipc_examples::{Calculator, CalculatorInit, Printer};
use ipc_runtime::{CapnpContext, IpcException, make_capnp_protocol, make_ipc, make_process};

mod evaluate;

use evaluate::{evaluate, shown};

struct PrintingCalculator {
    /// In the process `ipc-printer`, for all that this one knows: to call it is to call a method.
    printer: Arc<dyn Printer>,
}

impl Calculator for PrintingCalculator {
    fn solve(&self, expression: &str, ans: Option<f64>) -> Result<f64, IpcException> {
        let expression = expression.trim();
        let result =
            evaluate(expression, ans).map_err(|mistake| IpcException::failed(mistake.to_string()))?;
        self.printer.print(&format!("{expression} = {}", shown(result)))?;
        Ok(result)
    }
}

struct Init;

impl CalculatorInit for Init {
    fn make_calculator(&self, printer: Arc<dyn Printer>) -> Result<Arc<dyn Calculator>, IpcException> {
        Ok(Arc::new(PrintingCalculator { printer }))
    }
}

fn main() -> ExitCode {
    let root: Arc<dyn CalculatorInit> = Arc::new(Init);
    let ipc = make_ipc(make_process("ipc-calculator", "."), make_capnp_protocol(CapnpContext::new()), root);
    match ipc.start_spawned_process(std::env::args_os()) {
        Ok(Some(code)) => code,
        Ok(None) => {
            eprintln!("ipc-calculator: this program is started by `ipc-example`; run that one");
            ExitCode::from(2)
        }
        Err(error) => {
            eprintln!("ipc-calculator: {error}");
            ExitCode::from(2)
        }
    }
}
