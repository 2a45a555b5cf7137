//! What the command line says.

use std::path::{Path, PathBuf};
use std::time::Duration;

/// How to call it.
pub(crate) const USAGE: &str = "\
usage: ipc-bench-peers [--test] [--only NAME].. [--out FOLDER]

  --test         only sees whether everything works, in about a minute; the figures mean nothing
  --only NAME    leaves out the contenders whose name and setting do not contain NAME; the floors and ours stay
  --out FOLDER   where the tables and the pictures go; the folder of the build if it is not said";

/// What is to be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Options {
    pub(crate) effort: Effort,
    pub(crate) only: Vec<String>,
    pub(crate) out: PathBuf,
}

/// How much is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Effort {
    Full,
    /// As little as shows that everything works.
    Test,
}

impl Options {
    /// Reads the arguments; `None` where they ask for help.
    pub(crate) fn parse(arguments: &[&str]) -> Result<Option<Self>, String> {
        let out = Path::new(env!("CARGO_MANIFEST_DIR")).join("target");
        let mut options = Self { effort: Effort::Full, only: Vec::new(), out };
        let mut arguments = arguments.iter();
        while let Some(argument) = arguments.next() {
            let mut value = || arguments.next().ok_or_else(|| format!("`{argument}` lacks its value"));
            match *argument {
                "--test" => options.effort = Effort::Test,
                "--only" => options.only.push((*value()?).to_owned()),
                "--out" => options.out = (*value()?).into(),
                "--help" | "-h" => return Ok(None),
                _ => return Err(format!("the argument `{argument}` is unknown")),
            }
        }
        Ok(Some(options))
    }
}

impl Effort {
    /// Returns how often each is measured: often enough for a median, odd so that there is one.
    pub(crate) fn rounds(self) -> usize {
        match self {
            Self::Full => 11,
            Self::Test => 1,
        }
    }

    /// Returns how long each is measured: many times the clock's grain, and a short while beside what disturbs the machine.
    pub(crate) fn round(self) -> Duration {
        match self {
            Self::Full => Duration::from_millis(40),
            Self::Test => Duration::from_millis(1),
        }
    }

    /// Returns the sizes of a scale that are measured.
    pub(crate) fn scale(self, sizes: &[usize]) -> Vec<usize> {
        match self {
            Self::Full => sizes.to_vec(),
            Self::Test => sizes.iter().take(2).copied().collect(),
        }
    }
}
