//! What the calculator's user sees when its processes are killed.
//!
//! A calculation that takes as long as a test wants: its result is longer than the pipe that is standard output, so
//! the printer waits for the test to read, the calculator for the printer, and the main program for the calculator.

use std::collections::HashSet;
use std::io::{BufRead, Read, Write};
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use rustix::pipe::fcntl_setpipe_size;

use crate::system::{child, children, descriptors, kill, stop, wait_until};
use crate::util::{Talk, line, wait_readable};

/// How soon a killed process has to be reported to a thread that waits for it.
const SOON: Duration = Duration::from_secs(1);

/// What the pipe is made to hold. It is the least that a pipe can.
const PIPE: usize = 4096;

const BLOCKED_ERROR: &str = "before `1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+..` was done";
const ENTER_AGAIN: &str =
    "  help: a new one solves the next expression; if you miss this one, enter it again";

/// Starts the example with both processes at their places.
fn start() -> Talk {
    let mut talk = Talk::start(Command::new(env!("CARGO_BIN_EXE_ipc-example")));
    fcntl_setpipe_size(talk.stdout.get_ref(), PIPE).unwrap();
    talk.say("1+1");
    assert_eq!(line(&mut talk.stdout), "1+1 = 2");
    talk
}

/// Has an expression solved whose result is in the middle of being printed when this returns.
fn block(talk: &mut Talk) -> String {
    let expression = format!("1{}", "+1".repeat(PIPE));
    talk.say(&expression);
    wait_readable(&mut talk.stdout);
    format!("{expression} = {}", PIPE + 1)
}

fn names(talk: &Talk) -> Vec<String> {
    children(talk.pid()).into_iter().map(|child| child.name).collect()
}

#[test]
fn the_calculator_while_it_works() {
    let mut talk = start();
    let before = descriptors(talk.pid());
    let (calculator, printer) = (child(talk.pid(), "ipc-calculator"), child(talk.pid(), "ipc-printer"));
    let blocked = block(&mut talk);

    kill(calculator);
    // What the calculator prints with is passed on by the thread that waits for the calculator, which is the printer's
    // until the line is printed. The printer knows nothing of all this.
    let read = Instant::now();
    assert_eq!(line(&mut talk.stdout), blocked);
    assert_eq!(
        line(&mut talk.stderr),
        format!("error in line 2: the process `ipc-calculator` ended (signal: 9 (SIGKILL)) {BLOCKED_ERROR}")
    );
    assert!(read.elapsed() < SOON, "{:?}", read.elapsed());
    assert_eq!(line(&mut talk.stderr), ENTER_AGAIN);

    talk.say("ans+2");
    assert_eq!(line(&mut talk.stdout), "ans+2 = 4");
    assert_ne!(child(talk.pid(), "ipc-calculator"), calculator);
    assert_eq!(child(talk.pid(), "ipc-printer"), printer);
    assert_eq!(names(&talk), ["ipc-calculator", "ipc-printer"], "no zombie");
    wait_until("the descriptors are those of before", || descriptors(talk.pid()) == before);

    let (stdout, stderr, status) = talk.finish();
    assert_eq!((stdout.as_str(), stderr.as_str(), status.code()), ("", "", Some(1)));
}

#[test]
fn the_printer_while_it_prints() {
    let mut talk = start();
    let before = descriptors(talk.pid());
    let (calculator, printer) = (child(talk.pid(), "ipc-calculator"), child(talk.pid(), "ipc-printer"));
    let blocked = block(&mut talk);

    let killed = Instant::now();
    kill(printer);
    assert_eq!(
        line(&mut talk.stderr),
        format!("error in line 2: the process `ipc-printer` ended (signal: 9 (SIGKILL)) {BLOCKED_ERROR}")
    );
    assert!(killed.elapsed() < SOON, "{:?}", killed.elapsed());
    assert_eq!(line(&mut talk.stderr), ENTER_AGAIN);

    talk.say("ans+2");
    let rest = line(&mut talk.stdout);
    let beginning = rest.strip_suffix("ans+2 = 4").unwrap();
    assert!(blocked.starts_with(beginning) && beginning.len() < blocked.len());
    assert_eq!(child(talk.pid(), "ipc-calculator"), calculator);
    assert_ne!(child(talk.pid(), "ipc-printer"), printer);
    assert_eq!(names(&talk), ["ipc-calculator", "ipc-printer"], "no zombie");
    wait_until("the descriptors are those of before", || descriptors(talk.pid()) == before);

    let (stdout, stderr, status) = talk.finish();
    assert_eq!((stdout.as_str(), stderr.as_str(), status.code()), ("", "", Some(1)));
}

#[test]
fn both_while_they_have_nothing_to_do() {
    let mut talk = start();
    let before = descriptors(talk.pid());
    for name in ["ipc-calculator", "ipc-printer"] {
        // What is printed was not yet answered, but what is reported was: now there is nothing to do.
        talk.say("2+");
        while line(&mut talk.stderr) != "  help: a value is missing at the end" {}
        kill(child(talk.pid(), name));
        wait_until("the process is dead", || {
            children(talk.pid()).iter().all(|child| child.name != name || child.state == 'Z')
        });

        talk.say("2+2");
        let report = line(&mut talk.stderr);
        if report.starts_with("error") {
            // The main program heard of it when it called. It does not call again by itself.
            assert_eq!(line(&mut talk.stderr), ENTER_AGAIN);
            talk.say("2+2");
        } else {
            let ended =
                format!("note: the process `{name}` ended (signal: 9 (SIGKILL)) while it had nothing to do");
            assert_eq!(report, format!("{ended}; a new one takes over"));
        }
        assert_eq!(line(&mut talk.stdout), "2+2 = 4");
        assert_eq!(names(&talk), ["ipc-calculator", "ipc-printer"], "no zombie");
        wait_until("the descriptors are those of before", || descriptors(talk.pid()) == before);
    }
    let (stdout, stderr, status) = talk.finish();
    assert_eq!((stdout.as_str(), stderr.as_str(), status.code()), ("", "", Some(1)));
}

/// One is found dead at once, the other not before it is asked for its part in making a calculator.
#[test]
fn one_after_the_other_while_they_have_nothing_to_do() {
    let mut talk = start();
    // What is reported was answered: now there is nothing to do.
    talk.say("2+");
    while line(&mut talk.stderr) != "  help: a value is missing at the end" {}
    let (calculator, printer) = (child(talk.pid(), "ipc-calculator"), child(talk.pid(), "ipc-printer"));
    stop(printer);
    kill(calculator);
    wait_until("the calculator is dead", || {
        children(talk.pid()).iter().all(|child| child.name != "ipc-calculator" || child.state == 'Z')
    });
    talk.say("2+2");
    let ended = |name| {
        format!(
            "note: the process `{name}` ended (signal: 9 (SIGKILL)) while it had nothing to do; \
             a new one takes over"
        )
    };
    let report = line(&mut talk.stderr);
    if report.starts_with("error") {
        // The main program heard of it when it called.
        assert_eq!(line(&mut talk.stderr), ENTER_AGAIN);
        talk.say("2+2");
    } else {
        assert_eq!(report, ended("ipc-calculator"));
    }
    // From the new calculator on the main program waits for a printer that cannot answer.
    wait_until("a new calculator is there", || {
        let children = children(talk.pid());
        children.iter().any(|child| child.name == "ipc-calculator" && child.pid != calculator)
    });
    kill(printer);
    assert_eq!(line(&mut talk.stderr), ended("ipc-printer"));
    assert_eq!(line(&mut talk.stdout), "2+2 = 4");
    assert_eq!(names(&talk), ["ipc-calculator", "ipc-printer"], "no zombie");
    let (stdout, stderr, status) = talk.finish();
    assert_eq!((stdout.as_str(), stderr.as_str(), status.code()), ("", "", Some(1)));
}

#[test]
fn the_main_program_takes_the_others_with_it() {
    let mut talk = start();
    block(&mut talk);
    kill(talk.pid());
    // The ends of both are the end of the output. The printer is in the middle of a line and does not finish it.
    let mut rest = Vec::new();
    talk.stdout.read_to_end(&mut rest).unwrap();
    talk.stderr.read_to_end(&mut rest).unwrap();
}

/// Kills the calculator again and again under a stream of expressions: each is printed or reported, in order.
#[test]
fn the_calculator_again_and_again() {
    const EXPRESSIONS: usize = 2000;
    const KILLS: usize = 20;

    let mut talk = start();
    let pid = talk.pid();
    let before = descriptors(pid);
    let mut stdin = talk.take_stdin();
    let writer = thread::spawn(move || {
        for number in 0..EXPRESSIONS {
            stdin.write_all(format!("{number}+0\n").as_bytes()).unwrap();
        }
        stdin
    });
    let mut printed = Vec::new();
    let mut kills = 0;
    // The last expressions are not disturbed, so that they are printed and tell the end.
    while printed.last() != Some(&(EXPRESSIONS - 1)) {
        let text = line(&mut talk.stdout);
        let (expression, result) = text.split_once(" = ").unwrap();
        assert_eq!(expression, format!("{result}+0"));
        let number = result.parse().unwrap();
        printed.push(number);
        if kills < KILLS && number >= (kills + 1) * EXPRESSIONS / (KILLS + 1) {
            // There is none while a new one is being made.
            if let Some(calculator) = children(pid).iter().find(|child| child.name == "ipc-calculator") {
                kill(calculator.pid);
                kills += 1;
            }
        }
    }
    let stdin = writer.join().unwrap();
    assert_eq!(names(&talk), ["ipc-calculator", "ipc-printer"], "no zombie");
    wait_until("the descriptors are those of before", || descriptors(pid) == before);
    drop(stdin);
    let (stdout, stderr, _) = talk.finish();
    assert_eq!(stdout, "");

    // What was printed came once. What was reported as failed may have been printed or not.
    let mut failed = HashSet::new();
    for error in stderr.as_bytes().lines().map(Result::unwrap) {
        if let Some((_, expression)) = error.split_once(" before `") {
            failed.insert(expression.split_once('+').unwrap().0.parse().unwrap());
        }
    }
    let unique: HashSet<usize> = printed.iter().copied().collect();
    assert_eq!(unique.len(), printed.len());
    assert_eq!(unique.union(&failed).count(), EXPRESSIONS);
    assert!(failed.len() <= kills && kills == KILLS, "{} of {kills} kills were failures", failed.len());
    assert_eq!(stderr.matches("(signal: 9 (SIGKILL))").count(), KILLS);
}
