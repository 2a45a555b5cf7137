//! The program as its users meet it.

use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Command, Output, Stdio};

use ipc_tests::steps::{LONG_PATIENCE, PATIENCE, bounded, eventually, joined};
use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

use super::older;
use super::regtest::Regtest;

fn program(datadir: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_bitcoin-mining"));
    command.arg("--datadir").arg(datadir).args(arguments).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

fn output_of(datadir: &Path, arguments: &[&str]) -> (Option<i32>, String, String) {
    let process = program(datadir, arguments).spawn().unwrap();
    let Output { status, stdout, stderr } =
        joined("the program ends", std::thread::spawn(move || process.wait_with_output())).unwrap();
    (status.code(), String::from_utf8(stdout).unwrap(), String::from_utf8(stderr).unwrap())
}

fn prints(datadir: &Path, arguments: &[&str]) -> String {
    let (code, stdout, stderr) = output_of(datadir, arguments);
    assert_eq!((code, stderr.as_str()), (Some(0), ""), "{arguments:?}");
    stdout
}

#[test]
fn without_a_node_it_says_what_to_start() {
    let folder = TempDir::new().unwrap();
    let (code, stdout, stderr) = output_of(folder.path(), &["--regtest", "tip"]);
    assert_eq!((code, stdout.as_str()), (Some(1), ""));
    let path = folder.path().display();
    assert!(stderr.contains(&format!("`{path}/regtest/node.sock`")), "{stderr}");
    let help = format!("\n  help: start a node: bitcoin-node -regtest -datadir={path} -ipcbind=unix\n");
    assert!(stderr.ends_with(&help), "{stderr}");
}

#[test]
fn its_commands_with_a_real_node() {
    let Some(regtest) = Regtest::start() else { return };
    bounded(LONG_PATIENCE, move || {
        let run = |arguments: &[&str]| {
            let arguments: Vec<&str> = ["--regtest"].iter().chain(arguments).copied().collect();
            prints(regtest.datadir(), &arguments)
        };
        let genesis = "0f9188f13cb7b2c71f2a335e3a4fc328bf5beb436012afca590b1a11466e2206";
        assert_eq!(run(&["tip"]), format!("0 {genesis}\n"));
        assert_eq!(run(&["template"]), "height 1, 0 transactions, 5000000000 satoshi for the miner\n");
        let block = run(&["mine"]);
        assert!(block.starts_with("1 "), "{block}");
        assert_eq!(run(&["tip"]), block);
        assert_eq!(run(&["next", "--timeout", "0.01"]), "nothing better\n");
        // It listens before it runs commands.
        eventually("the node runs commands", || {
            let (_, stdout, stderr) = output_of(regtest.datadir(), &["--regtest", "rpc", "getblockcount"]);
            stdout == "1\n" || !stderr.contains("-28")
        });
        assert_eq!(run(&["rpc", "getblockcount"]), "1\n");
        assert_eq!(run(&["rpc", "getblockhash", "0"]), format!("\"{genesis}\"\n"));
        let (code, _, stderr) = output_of(regtest.datadir(), &["--regtest", "rpc", "getblockhash", "7"]);
        assert!(code == Some(1) && stderr.contains("out of range"), "{stderr}");
    });
}

#[test]
fn it_follows_the_tip_until_it_is_interrupted() {
    let Some(regtest) = Regtest::start() else { return };
    bounded(LONG_PATIENCE, move || {
        let mut follow = program(regtest.datadir(), &["--regtest", "follow"]);
        let mut follow = follow.stderr(Stdio::inherit()).spawn().unwrap();
        let mut lines = BufReader::new(follow.stdout.take().unwrap()).lines();
        let mut next = || lines.next().unwrap().unwrap() + "\n";
        assert!(next().starts_with("0 "));
        assert_eq!(prints(regtest.datadir(), &["--regtest", "mine"]), next());
        assert_eq!(prints(regtest.datadir(), &["--regtest", "mine"]), next());
        kill_process(Pid::from_child(&follow), Signal::INT).unwrap();
        assert!(joined("it ends", std::thread::spawn(move || follow.wait())).unwrap().success());
    });
}

#[test]
fn a_wait_is_interrupted() {
    let Some(regtest) = Regtest::start() else { return };
    bounded(LONG_PATIENCE, move || {
        prints(regtest.datadir(), &["--regtest", "mine"]);
        let mut wait = program(regtest.datadir(), &["--regtest", "next"]).spawn().unwrap();
        let mut stdout = wait.stdout.take().unwrap();
        let pid = Pid::from_child(&wait);
        // Once it has a handler it says nothing: it is told again until it has ended.
        let waiting = std::thread::spawn(move || wait.wait());
        handles_interrupts(pid);
        kill_process(pid, Signal::INT).unwrap();
        assert!(joined("it ends", waiting).unwrap().success());
        let mut text = String::new();
        stdout.read_to_string(&mut text).unwrap();
        assert_eq!(text, "nothing better\n");
    });
}

/// Waits until a process handles interrupts, which end it before.
fn handles_interrupts(pid: Pid) {
    eventually("the program handles interrupts", || {
        let status = std::fs::read_to_string(format!("/proc/{}/status", pid.as_raw_nonzero())).unwrap();
        let caught = status.lines().find_map(|line| line.strip_prefix("SigCgt:")).unwrap().trim().to_owned();
        u64::from_str_radix(&caught, 16).unwrap() & (1 << 1) != 0
    });
}

#[test]
fn its_commands_with_an_older_node() {
    bounded(PATIENCE, || {
        let folder = TempDir::new().unwrap();
        let _older = older::serve(&folder);
        assert!(prints(folder.path(), &["tip"]).starts_with("5 0707"));
        let said = prints(folder.path(), &["template"]);
        assert_eq!(said, "height 6, 1 transactions, 5000000000 satoshi for the miner\n");
        assert_eq!(prints(folder.path(), &["next", "--timeout", "0.001"]), "nothing better\n");
        let (code, _, stderr) = output_of(folder.path(), &["rpc", "getblockcount"]);
        assert_eq!(
            (code, stderr.as_str()),
            (Some(1), "bitcoin-mining: this node runs no commands: Bitcoin Core 32 does\n")
        );
    });
}
