//! What was measured, as tables in Markdown.

mod requirements;

use std::fmt::Write as _;

use crate::affinity::Cores;
use crate::case::{Case, Unit};
use crate::contender::Role;
use crate::harness::{CASES, CONNECTIONS, LOADED, OBJECTS, Results};
use crate::meter::Sample;
use crate::options::Effort;
use crate::version;

/// Writes all tables.
pub(crate) fn markdown(results: &Results) -> String {
    let mut text = String::new();
    // Nothing fails that is written to a `String`.
    let _ = write_all(results, &mut text);
    text
}

fn write_all(results: &Results, text: &mut String) -> std::fmt::Result {
    writeln!(text, "# Calls between two processes\n")?;
    if results.effort == Effort::Test || cfg!(debug_assertions) {
        writeln!(text, "**Made to see that everything works: the figures mean nothing.**\n")?;
    }
    let cores = std::thread::available_parallelism().map_or(0, std::num::NonZero::get);
    writeln!(text, "{cores} cores, {}, rustc {}.", version::of_kernel(), env!("IPC_BENCH_RUSTC"))?;
    writeln!(
        text,
        "Medians of {} interleaved rounds. `× floor` is the time as a multiple of the raw exchange that waits in the same \
         way; CPU time and context switches are those of both processes, for each call; memory is what is theirs alone.\n",
        results.effort.rounds()
    )?;
    requirements::write(results, text)?;
    for case in CASES {
        write_case(results, case, text)?;
    }
    write_loaded(results, text)?;
    write_versions(results, text)?;
    for (title, lines) in [("Not measured", &results.skipped), ("Failed", &results.failures)] {
        if !lines.is_empty() {
            writeln!(text, "## {title}\n")?;
            lines.iter().try_for_each(|line| writeln!(text, "- {line}"))?;
            writeln!(text)?;
        }
    }
    Ok(())
}

/// Writes a table of everybody at one case, the fastest first.
fn write_case(results: &Results, case: Case, text: &mut String) -> std::fmt::Result {
    let mut measured: Vec<(usize, &Sample)> = (0..results.contenders.len())
        .filter_map(|contender| Some((contender, results.sample(contender, Cores::All, case)?)))
        .collect();
    measured.sort_by(|(_, left), (_, right)| left.micros.total_cmp(&right.micros));
    let unit = case.unit().name();
    writeln!(text, "## {}\n", capitalized(&case.title()))?;
    writeln!(
        text,
        "| who | setting | all cores: {unit} | × floor | CPU, µs | switches | one core: {unit} | × floor | CPU, µs \
         | switches | memory, MiB, client + server |"
    )?;
    writeln!(text, "| --- | --- |{}", " ---: |".repeat(9))?;
    for (contender, sample) in measured {
        let Some(about) = results.contenders.get(contender) else { continue };
        let name =
            if about.role == Role::Ours { format!("**{}**", about.name) } else { about.name.to_owned() };
        write!(text, "| {name} | {} |", about.setting)?;
        for cores in Cores::EACH {
            let Some(sample) = results.sample(contender, cores, case) else {
                write!(text, " | | | |")?;
                continue;
            };
            let ratio = ratio_to_floor(results, contender, cores, case).map_or(String::new(), number);
            let cpu = sample.cpu_client + sample.cpu_server;
            write!(text, " {} | {ratio} |", speed(case, sample.micros))?;
            write!(text, " {} | {} |", number(cpu), number(sample.switches))?;
        }
        writeln!(text, " {} |", memory(sample))?;
    }
    writeln!(text)
}

/// Returns the time of a contender as a multiple of its floor's.
pub(crate) fn ratio_to_floor(results: &Results, contender: usize, cores: Cores, case: Case) -> Option<f64> {
    let about = results.contenders.get(contender)?;
    let floor = results.sample(results.floor(about.floor)?, cores, case)?;
    Some(results.sample(contender, cores, case)?.micros / floor.micros)
}

/// Writes what ours takes beside many things that live.
fn write_loaded(results: &Results, text: &mut String) -> std::fmt::Result {
    writeln!(text, "## `add`, beside many live objects and idle connections\n")?;
    writeln!(
        text,
        "| setting | beside | all cores: µs | × plain | one core: µs | × plain | bytes each, client + server \
         | threads, client + server |"
    )?;
    writeln!(text, "| --- | --- |{}", " ---: |".repeat(6))?;
    for contender in results.with_role(Role::Ours) {
        for case in LOADED {
            let (beside, plain) = match case {
                Case::Objects(OBJECTS) => (format!("{OBJECTS} live objects"), Case::Objects(0)),
                Case::Connections(CONNECTIONS) => {
                    (format!("{CONNECTIONS} idle connections"), Case::Connections(0))
                }
                // Twice, for those that it is compared with.
                Case::Objects(_) => ("nothing".to_owned(), Case::Connections(0)),
                _ => continue,
            };
            let Some(sample) = results.sample(contender, Cores::All, case) else { continue };
            let setting = results.contenders.get(contender).map_or("", |about| about.setting);
            write!(text, "| {setting} | {beside} |")?;
            for cores in Cores::EACH {
                let Some(sample) = results.sample(contender, cores, case) else {
                    write!(text, " | |")?;
                    continue;
                };
                let plain = results.sample(contender, cores, plain).map_or(f64::NAN, |plain| plain.micros);
                write!(text, " {} | {} |", number(sample.micros), number(sample.micros / plain))?;
            }
            let Sample { each_client, each_server, threads_client, threads_server, .. } = sample;
            let each = if each_client.is_nan() {
                String::new()
            } else {
                format!("{each_client:.0} + {each_server:.0}")
            };
            writeln!(text, " {each} | {threads_client:.0} + {threads_server:.0} |")?;
        }
    }
    writeln!(text)
}

fn write_versions(results: &Results, text: &mut String) -> std::fmt::Result {
    let mut versions: Vec<String> =
        results.contenders.iter().map(|about| format!("{} {}", about.name, about.version)).collect();
    versions.dedup();
    versions.sort();
    versions.dedup();
    writeln!(text, "## Versions\n")?;
    versions.iter().try_for_each(|version| writeln!(text, "- {version}"))?;
    writeln!(text)
}

/// Writes the speed of a case, in its unit.
fn speed(case: Case, micros: f64) -> String {
    let speed = case.speed(micros);
    match case.unit() {
        Unit::Micros => number(speed),
        Unit::CallsPerSecond | Unit::MebibytesPerSecond => format!("{speed:.0}"),
    }
}

/// Writes the memory of both processes; nothing where it was not measured.
fn memory(sample: &Sample) -> String {
    let [client, server] =
        [sample.memory_client, sample.memory_server].map(|bytes| bytes / f64::from(1 << 20));
    if client.is_nan() { String::new() } else { format!("{client:.1} + {server:.1}") }
}

/// Writes a number with three digits that mean something; nothing for what is not a number.
pub(crate) fn number(number: f64) -> String {
    match number.abs() {
        _ if number.is_nan() => String::new(),
        100.0.. => format!("{number:.0}"),
        10.0.. => format!("{number:.1}"),
        _ => format!("{number:.2}"),
    }
}

fn capitalized(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or(String::new(), |first| first.to_uppercase().chain(letters).collect())
}
