//! Measures calls between two processes: ours, the libraries that others use for it, and what no library can be faster
//! than, all in the same run. Prints tables in Markdown and writes pictures.
//!
//! `cargo run --release --manifest-path tests/benches/peers/Cargo.toml`. Figures are medians of interleaved rounds: compare
//! the ratios, the microseconds are the machine's. Run it where nothing else runs.

#![cfg_attr(not(feature = "default"), expect(dead_code, reason = "only those who are left out need it"))]

mod affinity;
mod callers;
mod case;
mod contender;
mod contenders;
mod executor;
mod harness;
mod meter;
mod options;
mod pair;
mod picture;
mod report;
mod version;
mod worker;

use std::path::Path;
use std::process::ExitCode;

use crate::contender::{Contender, Outcome};
use crate::options::Options;

fn main() -> ExitCode {
    match run() {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Outcome<ExitCode> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match *arguments.as_slice() {
        // This is one of the processes of a pair.
        ["client", name, setting, directory] => {
            worker::call(&*find(name, setting)?, Path::new(directory))?;
            Ok(ExitCode::SUCCESS)
        }
        ["server", name, setting, directory] => {
            worker::serve(&*find(name, setting)?, Path::new(directory))?;
            Ok(ExitCode::SUCCESS)
        }
        _ => match contenders::ours::serve_parent()? {
            Some(code) => Ok(code),
            None => measure(&arguments),
        },
    }
}

fn find(name: &str, setting: &str) -> Outcome<Box<dyn Contender>> {
    let mut all = contenders::all().into_iter();
    let found = all.find(|contender| {
        let about = contender.about();
        about.name == name && about.setting == setting
    });
    found.ok_or_else(|| format!("there is no contender `{name}` with the setting `{setting}`").into())
}

fn measure(arguments: &[&str]) -> Outcome<ExitCode> {
    let options = match Options::parse(arguments) {
        Ok(Some(options)) => options,
        Ok(None) => {
            println!("{}", options::USAGE);
            return Ok(ExitCode::SUCCESS);
        }
        Err(error) => {
            eprintln!("error: {error}\n\n{}", options::USAGE);
            return Ok(ExitCode::from(2));
        }
    };
    if cfg!(debug_assertions) {
        eprintln!("warning: built without `--release`: the figures mean nothing");
    }
    let results = harness::measure(&options)?;
    print!("{}", report::markdown(&results));
    std::fs::create_dir_all(&options.out)?;
    std::fs::write(options.out.join("peers.md"), report::markdown(&results))?;
    for (name, picture) in
        [("peers.svg", picture::bars(&results)), ("scaling.svg", picture::scaling(&results))]
    {
        std::fs::write(options.out.join(name), picture)?;
    }
    eprintln!("written to {}: peers.md, peers.svg, scaling.svg", options.out.display());
    Ok(if results.failures.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
