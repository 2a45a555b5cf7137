//! Prints how long rustc takes for an interface of 200 methods and 100 types, and for what `capnpc` makes of the same
//! schema, in the same run.
//!
//! `cargo bench -p ipc-tests --bench compile_time`. The two crates are made in a temporary folder, with the workspace's
//! `Cargo.lock` and without the network; their dependencies are compiled before. Figures are medians of interleaved rounds, of
//! the processor time of rustc with all its threads, which does not grow with what else the machine does: compare the ratios,
//! the seconds are the machine's.

mod source;

use std::error::Error;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::time::Duration;
use std::{env, fs};

use capnpc::codegen::CodeGenerationCommand;

/// An odd number, for the median.
const ROUNDS: usize = 3;

/// Where the wrapper of rustc writes down how long it took.
const TIME_FILE: &str = "IPC_COMPILE_TIME_FILE";
/// The crate that the wrapper times.
const CRATE: &str = "IPC_COMPILE_TIME_CRATE";

fn main() -> Result<ExitCode, Box<dyn Error>> {
    if let Some(file) = env::var_os(TIME_FILE) {
        return time_rustc(&PathBuf::from(file));
    }
    let bench = Bench::new()?;
    println!("{:8}{:>10}{:>10}{:>8}{:>10}", "", "ours", "capnpc", "ratio", "at most");
    let mut within = true;
    for (profile, arguments, most) in [
        ("check", &["check"][..], 0.5),
        ("debug", &["build"], 0.5),
        ("release", &["build", "--release"], 1.0),
    ] {
        let [ours, theirs] = bench.compare(arguments)?;
        let ratio = ours.as_secs_f64() / theirs.as_secs_f64();
        within &= ratio <= most;
        println!(
            "{profile:8}{:>9.2}s{:>9.2}s{ratio:8.2}{most:10.1}",
            ours.as_secs_f64(),
            theirs.as_secs_f64()
        );
    }
    Ok(if within { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// What cargo calls in place of rustc: so the time is that of one crate, without cargo's own.
fn time_rustc(file: &Path) -> Result<ExitCode, Box<dyn Error>> {
    let mut arguments = env::args_os().skip(1);
    let rustc = arguments.next().ok_or("cargo names rustc")?;
    let arguments: Vec<OsString> = arguments.collect();
    let status = Command::new(rustc).args(&arguments).status()?;
    let timed = env::var_os(CRATE);
    let name = arguments.iter().skip_while(|argument| *argument != "--crate-name").nth(1);
    let named = name == timed.as_ref();
    if named && status.success() {
        fs::write(file, children_time()?.as_nanos().to_string())?;
    }
    Ok(if status.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Returns the processor time of the processes that this one has waited for, from `proc(5)`.
fn children_time() -> Result<Duration, Box<dyn Error>> {
    /// `sysconf(_SC_CLK_TCK)`, the same on every Linux.
    const TICKS_PER_SECOND: u32 = 100;
    let stat = fs::read_to_string("/proc/self/stat")?;
    let behind_name = stat.rsplit(')').next().unwrap_or_default();
    // The state is the third of all fields, `cutime` and `cstime` are 16 and 17.
    let ticks = behind_name.split_whitespace().skip(16 - 3).take(2).map(str::parse::<u32>);
    let ticks: u32 = ticks.sum::<Result<u32, _>>()?;
    Ok(Duration::from_secs(1) * ticks / TICKS_PER_SECOND)
}

/// The workspace with the two crates.
struct Bench {
    folder: PathBuf,
}

impl Bench {
    fn new() -> Result<Self, Box<dyn Error>> {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("compile_time");
        let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize()?;
        let bench = Self { folder };
        let runtime = format!("ipc-runtime = {{ path = {:?} }}\n", workspace.join("ipc-runtime"));
        let gen_crate = format!("ipc-gen = {{ path = {:?} }}\n", workspace.join("ipc-gen"));
        bench.write(
            "Cargo.toml",
            "[workspace]\nresolver = \"3\"\nmembers = [\"ours\", \"theirs\", \"emit\"]\n",
        )?;
        fs::copy(workspace.join("Cargo.lock"), bench.folder.join("Cargo.lock"))?;
        bench.write_crate("ours", &runtime, "lib.rs", &source::interface())?;
        let emits = format!("{gen_crate}{runtime}capnp = \"~0.27\"\nours = {{ path = \"../ours\" }}\n");
        bench.write_crate("emit", &emits, "main.rs", source::EMIT)?;
        bench.write_crate("theirs", "capnp = \"~0.27\"\n", "lib.rs", "")?;
        let request =
            bench.cargo(&["run", "--quiet", "--package", "emit"]).stderr(Stdio::inherit()).output()?;
        if !request.status.success() {
            return Err("the schema of the interface could not be made".into());
        }
        let sources = bench.folder.join("theirs/src");
        CodeGenerationCommand::new().output_directory(&sources).run(request.stdout.as_slice())?;
        let mut modules = String::new();
        for entry in fs::read_dir(&sources)? {
            let file = PathBuf::from(entry?.file_name());
            if let Some(module) =
                file.file_stem().and_then(|stem| stem.to_str()).filter(|stem| *stem != "lib")
            {
                modules.push_str(&format!("pub mod {module};\n"));
            }
        }
        bench.write("theirs/src/lib.rs", &modules)?;
        Ok(bench)
    }

    /// Returns the medians for both crates.
    fn compare(&self, arguments: &[&str]) -> Result<[Duration; 2], Box<dyn Error>> {
        // The dependencies, untimed.
        for package in PACKAGES {
            self.compile(arguments, package)?;
        }
        let mut times = [[Duration::ZERO; 2]; ROUNDS];
        for round in &mut times {
            *round = [self.compile(arguments, OURS)?, self.compile(arguments, THEIRS)?];
        }
        let median = |of: fn([Duration; 2]) -> Duration| {
            let mut times = times.map(of);
            times.sort_unstable();
            times.into_iter().nth(ROUNDS / 2).unwrap_or_default()
        };
        Ok([median(|[ours, _]| ours), median(|[_, theirs]| theirs)])
    }

    /// Compiles one of the crates again.
    fn compile(&self, arguments: &[&str], package: &str) -> Result<Duration, Box<dyn Error>> {
        let source = self.folder.join(package).join("src/lib.rs");
        fs::write(&source, fs::read(&source)?)?;
        let time = self.folder.join("time");
        let status = self
            .cargo(arguments)
            .args(["--quiet", "--package", package])
            .env("RUSTC_WRAPPER", env::current_exe()?)
            .env(TIME_FILE, &time)
            .env(CRATE, package)
            .status()?;
        if !status.success() {
            return Err(format!("`{package}` does not compile").into());
        }
        Ok(Duration::from_nanos(fs::read_to_string(&time)?.parse()?))
    }

    fn cargo(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO"));
        command
            .args(arguments)
            .arg("--offline")
            .current_dir(&self.folder)
            .env("CARGO_TARGET_DIR", self.folder.join("target"))
            // The whole crate each time, not what has changed.
            .env("CARGO_INCREMENTAL", "0");
        command
    }

    fn write_crate(&self, name: &str, dependencies: &str, file: &str, source: &str) -> std::io::Result<()> {
        let manifest = format!(
            "[package]\nname = \"{name}\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[dependencies]\n{dependencies}"
        );
        self.write(&format!("{name}/Cargo.toml"), &manifest)?;
        self.write(&format!("{name}/src/{file}"), source)
    }

    fn write(&self, name: &str, text: &str) -> std::io::Result<()> {
        let path = self.folder.join(name);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::write(path, text)
    }
}

const OURS: &str = "ours";
const THEIRS: &str = "theirs";
const PACKAGES: [&str; 2] = [OURS, THEIRS];
