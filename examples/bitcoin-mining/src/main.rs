//! The program: connects to a node and does one thing there.

use std::error::Error;
use std::io::{self, ErrorKind, Write};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use bitcoin_mining::block::solve;
use bitcoin_mining::{BlockCreateOptions, BlockHash, BlockTemplate, BlockWaitOptions, FOREVER, Mining, Node};
use ipc_runtime::{
    CapnpContext, ExceptionKind, IpcException, make_capnp_protocol, make_client_ipc, make_process,
};
use serde_json::{Value, json};
use tokio::runtime::{Builder, Runtime};

use arguments::{Arguments, Command};

mod arguments;

/// The hash of no block: every tip is another one.
const NO_BLOCK: BlockHash = BlockHash([0; 32]);

fn main() -> ExitCode {
    let arguments = match Arguments::parse(std::env::args().skip(1)) {
        Ok(Some(arguments)) => arguments,
        Ok(None) => {
            // Whoever closed the output does not want the help.
            let _ = io::stdout().write_all(arguments::HELP.as_bytes());
            return ExitCode::SUCCESS;
        }
        Err(mistake) => {
            eprint!("bitcoin-mining: {mistake}\n\n{}", arguments::HELP);
            return ExitCode::from(2);
        }
    };
    match run(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("bitcoin-mining: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> Result<(), IpcException> {
    let process = make_process("node", arguments.folder());
    let ipc = make_client_ipc(process, make_capnp_protocol(CapnpContext::new()));
    let mut address = arguments.address.clone();
    let nobody = || IpcException::failed(format!("nobody listens\n  help: {}", arguments.start()));
    let node = match Node::connect(&*ipc, &mut address) {
        Ok(node) => node.ok_or_else(nobody)?,
        Err(error) if nobody_listens(&error) => {
            return Err(IpcException::failed(format!("{error}\n  help: {}", arguments.start())));
        }
        Err(error) => return Err(error),
    };
    match &arguments.command {
        Command::Tip => show_tip(&*node.mining()),
        Command::Template => show_template(&node),
        Command::Next { timeout } => wait_for_next(&node, *timeout),
        Command::Mine => mine(&node),
        Command::Rpc { method, params } => execute(&node, method, params),
        Command::Follow => runtime()?.block_on(follow(&node)),
    }
}

fn nobody_listens(error: &IpcException) -> bool {
    let cause = error.source().and_then(|source| source.downcast_ref::<io::Error>());
    cause.is_some_and(|cause| matches!(cause.kind(), ErrorKind::NotFound | ErrorKind::ConnectionRefused))
}

fn show_tip(mining: &dyn Mining) -> Result<(), IpcException> {
    // A node that has just started has none.
    let tip = match mining.get_tip()? {
        Some(tip) => Some(tip),
        None => mining.wait_tip_changed(&NO_BLOCK, FOREVER)?,
    };
    print(&tip.ok_or_else(|| IpcException::failed("the node is shutting down"))?)
}

fn show_template(node: &Node) -> Result<(), IpcException> {
    let template = make_template(node)?;
    let height = node.mining().get_tip()?.map_or(0, |tip| tip.height + 1);
    let (transactions, parts) = (template.get_tx_fees()?.len(), template.get_coinbase_tx()?);
    let reward = parts.block_reward_remaining;
    print(&format!("height {height}, {transactions} transactions, {reward} satoshi for the miner"))
}

fn make_template(node: &Node) -> Result<Arc<dyn BlockTemplate>, IpcException> {
    // A chain with one miner need not wait for others.
    let cooldown = !node.mining().is_test_chain()?;
    let template = node.mining().create_new_block(&BlockCreateOptions::default(), cooldown)?;
    template.ok_or_else(|| IpcException::failed("the node is shutting down"))
}

/// Waits on one thread, and interrupts the wait from another: a template belongs to no thread.
fn wait_for_next(node: &Node, timeout: Option<Duration>) -> Result<(), IpcException> {
    let template = make_template(node)?;
    let options = BlockWaitOptions {
        timeout: timeout.map_or(FOREVER, |timeout| timeout.as_secs_f64() * 1000.0),
        ..BlockWaitOptions::default()
    };
    let waiting = template.clone();
    let next = runtime()?.block_on(async {
        let mut wait = tokio::task::spawn_blocking(move || waiting.wait_next(&options));
        tokio::select! {
            ended = &mut wait => return ended,
            _ = tokio::signal::ctrl_c() => {}
        }
        if let Err(error) = template.interrupt_wait() {
            return Ok(Err(error));
        }
        wait.await
    });
    match next.unwrap_or_else(|error| Err(IpcException::failed(format!("cannot wait: {error}"))))? {
        Some(next) => print(&format!("{} transactions", next.get_tx_fees()?.len())),
        None => print(&"nothing better"),
    }
}

fn mine(node: &Node) -> Result<(), IpcException> {
    let mining = node.mining();
    if !mining.is_test_chain()? {
        return Err(IpcException::failed(
            "this chain is too difficult\n  help: start the node with `-regtest`",
        ));
    }
    let template = make_template(node)?;
    let solution = solve(&*template)?;
    let processed =
        template.submit_solution(solution.version, solution.timestamp, solution.nonce, &solution.coinbase)?;
    match mining.get_tip()? {
        Some(tip) if processed && tip.hash == solution.hash => print(&tip),
        _ => Err(IpcException::failed(format!("the node did not take the block {}", solution.hash))),
    }
}

fn execute(node: &Node, method: &str, params: &[String]) -> Result<(), IpcException> {
    // What is no JSON is text, as on the command line of `bitcoin-cli`.
    let params = params.iter().map(|text| serde_json::from_str(text).unwrap_or_else(|_| json!(text)));
    let request = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params.collect::<Value>() });
    let rpc = node.rpc().map_err(|error| match error.kind() {
        ExceptionKind::Unimplemented => {
            IpcException::failed("this node runs no commands: Bitcoin Core 32 does")
        }
        _ => error,
    })?;
    let answer = rpc.execute_rpc(&request.to_string(), "", "")?;
    let answer: Value = serde_json::from_str(&answer)
        .map_err(|error| IpcException::failed(format!("the answer is no JSON: {error}")))?;
    match answer.get("error").filter(|error| !error.is_null()) {
        Some(error) => Err(IpcException::failed(error.to_string())),
        None => print(&format!("{:#}", answer.get("result").unwrap_or(&Value::Null))),
    }
}

/// Prints each new tip. A future waits for it, beside one that waits for the interrupt.
async fn follow(node: &Node) -> Result<(), IpcException> {
    let mining = node.mining_async();
    let mut known = NO_BLOCK;
    loop {
        let changed = tokio::select! {
            changed = mining.wait_tip_changed(&known, FOREVER) => changed?,
            // The wait goes on in the node, on a thread of this connection, and ends with it.
            _ = tokio::signal::ctrl_c() => return Ok(()),
        };
        let tip = changed.ok_or_else(|| IpcException::failed("the node is shutting down"))?;
        if tip.hash != known {
            print(&tip)?;
        }
        known = tip.hash;
    }
}

fn runtime() -> Result<Runtime, IpcException> {
    let runtime = Builder::new_current_thread().enable_all().build();
    runtime.map_err(|error| IpcException::system("cannot wait for interrupts", error))
}

fn print(line: &dyn std::fmt::Display) -> Result<(), IpcException> {
    writeln!(io::stdout(), "{line}").map_err(|error| IpcException::system("cannot print", error))
}
