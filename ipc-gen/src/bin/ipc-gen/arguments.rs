//! What the command line says. There are few options, so they are read without a library.

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use ipc_gen::live::DataForm;

/// What a command line asks for.
#[derive(Debug)]
pub(crate) struct Arguments {
    pub(crate) command: Command,
    /// The files, or for help the names of commands.
    pub(crate) files: Vec<PathBuf>,
    pub(crate) output: Option<PathBuf>,
    pub(crate) import_path: Vec<PathBuf>,
    pub(crate) format: Format,
    pub(crate) partial: Partial,
    /// The files that say what a process has.
    pub(crate) schema: Vec<PathBuf>,
    pub(crate) timeout: Option<Duration>,
    pub(crate) data: DataForm,
}

/// The commands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Command {
    Help,
    Version,
    Id,
    Import,
    Show,
    Diff,
    Check,
    Compile,
    Call,
    Inspect,
}

/// How data is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    Text,
    Json,
}

/// Whether what cannot be said in Rust may be left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Partial {
    Refused,
    Allowed,
}

const COMMANDS: [(&str, Command); 9] = [
    ("import", Command::Import),
    ("show", Command::Show),
    ("diff", Command::Diff),
    ("check", Command::Check),
    ("compile", Command::Compile),
    ("call", Command::Call),
    ("inspect", Command::Inspect),
    ("id", Command::Id),
    ("help", Command::Help),
];

impl Arguments {
    pub(crate) fn parse(words: impl Iterator<Item = OsString>) -> Result<Self, String> {
        let mut words = words.peekable();
        let mut arguments = Self {
            command: Command::Help,
            files: Vec::new(),
            output: None,
            import_path: Vec::new(),
            format: Format::Text,
            partial: Partial::Refused,
            schema: Vec::new(),
            timeout: None,
            data: DataForm::default(),
        };
        let Some(first) = words.next() else { return Ok(arguments) };
        let first = first.to_string_lossy().into_owned();
        arguments.command = match first.as_str() {
            "-h" | "--help" => Command::Help,
            "-V" | "--version" => Command::Version,
            name => match COMMANDS.iter().find(|(known, _)| *known == name) {
                Some((_, command)) => *command,
                None => {
                    let known: Vec<&str> = COMMANDS.iter().map(|(name, _)| *name).collect();
                    return Err(format!(
                        "`{name}` is not a command\n  help: the commands are `{}`",
                        known.join("`, `")
                    ));
                }
            },
        };
        let mut only_files = false;
        while let Some(word) = words.next() {
            let text = word.to_string_lossy().into_owned();
            if only_files || !text.starts_with('-') || text == "-" {
                arguments.files.push(word.into());
                continue;
            }
            let (name, attached) = match text.split_once('=') {
                Some((name, value)) if name.starts_with("--") => {
                    (name.to_owned(), Some(OsString::from(value)))
                }
                _ if !text.starts_with("--") && text.len() > 2 => {
                    // `-Ifolder`
                    let (name, value) = text.split_at_checked(2).unwrap_or((&text, ""));
                    (name.to_owned(), Some(OsString::from(value)))
                }
                _ => (text.clone(), None),
            };
            let mut value = || {
                let value = attached.clone().or_else(|| words.next());
                value.ok_or_else(|| {
                    format!("`{name}` is not followed by a value\n  help: see `ipc-gen {first} --help`")
                })
            };
            match name.as_str() {
                "--" => only_files = true,
                "-h" | "--help" => {
                    arguments.command = Command::Help;
                    arguments.files = vec![first.clone().into()];
                    return Ok(arguments);
                }
                "-o" | "--output" => arguments.output = Some(value()?.into()),
                "-I" | "--import-path" => arguments.import_path.push(value()?.into()),
                "--format" => {
                    arguments.format = match value()?.to_string_lossy().as_ref() {
                        "text" => Format::Text,
                        "json" => Format::Json,
                        other => {
                            return Err(format!(
                                "`{other}` is not a format\n  help: `--format text` or `--format json`"
                            ));
                        }
                    }
                }
                "--schema" => arguments.schema.push(value()?.into()),
                "--timeout" => arguments.timeout = Some(parse_timeout(&value()?.to_string_lossy())?),
                "--data" => {
                    let form = value()?.to_string_lossy().into_owned();
                    arguments.data = DataForm::of(&form).ok_or_else(|| {
                        format!("`{form}` is not a form of bytes\n  help: `--data hex`, `--data base64` or `--data list`")
                    })?;
                }
                "--allow-partial" => arguments.partial = Partial::Allowed,
                other => {
                    return Err(format!("`{other}` is not an option\n  help: see `ipc-gen {first} --help`"));
                }
            }
        }
        arguments.check(&first)?;
        Ok(arguments)
    }

    fn check(&self, name: &str) -> Result<(), String> {
        let see = |message: &str| Err(format!("{message}\n  help: see `ipc-gen {name} --help`"));
        match self.command {
            Command::Import | Command::Compile if self.output.is_none() => see("`-o` is missing"),
            Command::Import | Command::Compile | Command::Show if self.files.is_empty() => {
                see("the files are missing")
            }
            Command::Diff | Command::Check if self.files.len() != 2 => {
                see("an old version and a new one are needed")
            }
            Command::Inspect if self.files.len() != 1 => see("one address is needed"),
            Command::Call if self.files.len() < 2 => see("the address and the path of a method are needed"),
            Command::Call if self.files.len() > 3 => see("there is more than the parameters"),
            _ => Ok(()),
        }
    }
}

fn parse_timeout(seconds: &str) -> Result<Duration, String> {
    let parsed = seconds.parse().ok().and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    parsed.ok_or_else(|| format!("`{seconds}` is not a number of seconds\n  help: `--timeout 2.5` is one"))
}

/// Returns the help for a command, or for all.
pub(crate) fn help(of: &[PathBuf]) -> &'static str {
    match of.first().and_then(|name| name.to_str()) {
        Some("import") => IMPORT,
        Some("show") => SHOW,
        Some("diff") => DIFF,
        Some("check") => CHECK,
        Some("compile") => COMPILE,
        Some("call") => CALL,
        Some("inspect") => INSPECT,
        Some("id") => ID,
        _ => ALL,
    }
}

const ALL: &str = "\
Schema tools for ipc-runtime.

Usage: ipc-gen COMMAND ..

Commands:
  import   turn .capnp files into annotated Rust
  show     draw a schema as a tree
  diff     show two versions of a schema side by side
  check    find out what a change of a schema breaks
  compile  hand a schema to a code generator for another language
  call     call a method of a live process, with JSON
  inspect  list the connections, objects, threads and calls of a live process
  id       make an id
  help     say more about a command: `ipc-gen help check`

Options of every command that reads files:
  -I, --import-path FOLDER  where files are looked for that are imported by a
                            path that begins with `/`; several may be given.
                            Without any: /usr/local/include, /usr/include

Exit codes:
  0  all is well
  1  there is what was looked for: a difference, a change that breaks peers,
     something that cannot be said in Rust
  2  the command line or a file is wrong
  3  a process cannot be reached, or is gone
  4  a process did not answer in time
";

const IMPORT: &str = "\
Turns .capnp files into annotated Rust: traits, structs, enums and constants
that are on the wire what the schema says.

Usage: ipc-gen import FILE.. -o OUT [-I FOLDER].. [--allow-partial]

  -o, --output OUT      a file that ends in `.rs`, which gets everything, with
                        a module for each imported file; or a folder, which
                        gets a file for each; `-` is the standard output
  -I, --import-path FOLDER
                        where imported files are looked for
      --allow-partial   leave out what cannot be said in Rust, and what needs
                        it; without this, nothing is written then

The output is formatted by rustfmt, if it is installed.

Exit codes: 0; 1 if something cannot be said in Rust; 2 if a file is wrong.
";

const SHOW: &str = "\
Draws a schema as a tree, with ids, ordinals, sizes and places, in lines of
80 columns.

Usage: ipc-gen show FILE.. [-I FOLDER].. [--format text|json]
";

const DIFF: &str = "\
Shows two versions of a schema side by side, in lines of 80 columns. Each
is a file, or a folder with files.

Usage: ipc-gen diff OLD NEW [-I FOLDER].. [--format text|json]

      --format json     the lines that differ: [{\"old\": LINE, \"new\": LINE}, ..],
                        where null is a line that the other version lacks

Exit codes: 0 if there is no difference; 1 if there is one; 2 if a file is
wrong.
";

const CHECK: &str = "\
Finds what has changed from one version of a schema to a later one, and
what becomes of programs that know the one and meet the other:

  compatible          they understand each other
  source only         they do; code made from the schema changes
  breaks old clients  old clients fail with new servers
  breaks old servers  new clients fail with old servers

Each change has the rule by which it was found, the reason, and what to do
about it. Each version is a file, or a folder with files.

Usage: ipc-gen check OLD NEW [-I FOLDER].. [--format text|json]

Exit codes: 0 if nothing breaks; 1 if something does; 2 if a file is wrong.
";

const COMPILE: &str = "\
Hands a schema to a code generator, as `capnp compile` does, without it.

Usage: ipc-gen compile FILE.. -o PLUGIN[:FOLDER] [-I FOLDER]..

  -o, --output PLUGIN[:FOLDER]
                        `c++` runs `capnpc-c++` from the PATH, in the folder
                        if one is named; a name with a `/` is run as it is;
                        `-` writes the request to the standard output
";

const CALL: &str = "\
Calls a method of a live process, with JSON for parameters and results.

Usage: ipc-gen call ADDRESS PATH [PARAMS] [--schema FILE].. [-I FOLDER]..
                    [--timeout SECONDS] [--data FORM] [--format text|json]

  ipc-gen call unix:/run/calc.sock init.makeCalculator.solve \\
    '{\"equation\": \"6*7\"}'

ADDRESS is `unix:` and the path of a socket.

PATH is the root object and the methods on the way, each called on the object
that the one before has returned:
  init.add            the root object is called by the name of its interface,
                      which may begin with a lowercase letter
  init.make.run       calls `make`, then `run` on the object that it returned
  'init.make({\"n\": 3}).run'
                      with parameters for a method on the way
  'init.make[b.items[2]].run'
                      goes on with that object among the results; without this
                      it is the only one, or the one that is called `result`

PARAMS are the parameters of the last method, an object with a member for each;
those that are missing have their defaults. `-` reads it from the standard
input. What types are in JSON:
  64-bit integers     strings of digits; numbers are read too
  floats              numbers, or \"NaN\", \"Infinity\", \"-Infinity\"
  Data                as `--data` says; a list of numbers is always read
  enums               names; numbers for values that the schema does not have
  structs, groups     objects; pointers that are null are left out
  unions              the one member that is there
  interfaces          of results: {\"interface\": \"Name\"}; of parameters: an
                      object of this command, which prints what it is called
                      with and answers with defaults, or what is said here:
                      {\"method\": RESULTS, ..}; the answer {\"$error\": \"text\"}
                      is an error. Parameters that are missing are such
                      objects, null is null.
  AnyPointer          cannot be said: {\"anyPointer\": null}

Contexts and threads of libmultiprocess are filled in.

      --schema FILE     a file, or a folder with files, that says what the
                        process has; several may be given. Without this the
                        process is asked, if it is made with ipc-runtime
  -I, --import-path FOLDER
                        where imported files are looked for
      --timeout SECONDS how long to wait for the whole; without this, for ever
      --data FORM       `hex` (the default), `base64` or `list`
      --format json     each line is an object: {\"call\": ..} when an object of
                        this command is called, {\"result\": ..} or {\"error\": ..}
                        at the end

Exit codes: 0; 1 if a method answers with an error; 2 if the command line, a
file or the parameters are wrong; 3 if the process cannot be reached, or is
gone; 4 if it did not answer in time.
";

const INSPECT: &str = "\
Lists what a live process that is made with ipc-runtime has: its connections,
and of each the objects and threads of the process that the other end has, and
the calls that the process has not answered yet. It tells names and counts, no
values, unless it is told not to.

Usage: ipc-gen inspect ADDRESS [--timeout SECONDS] [--format text|json]

ADDRESS is `unix:` and the path of a socket. The connection over which the
process is asked is one of those that are listed.

Exit codes: 0; 2 if the process does not say; 3 if it cannot be reached, or is
gone; 4 if it did not answer in time.
";

const ID: &str = "\
Makes an id for a file or a declaration, at random.

Usage: ipc-gen id
";
