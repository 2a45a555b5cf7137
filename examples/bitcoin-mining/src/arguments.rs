//! The command line.

use std::path::PathBuf;
use std::time::Duration;

pub(crate) const HELP: &str = "\
usage: bitcoin-mining [OPTION..] COMMAND
       bitcoin-mining --help

Talks to a Bitcoin Core node over its IPC socket.

  tip                      shows the tip of the chain
  template                 makes a block template and says what is in it
  next [--timeout SECONDS] waits for a better template, until the timeout or Ctrl-C
  mine                     solves a block and hands it in, on regtest
  rpc METHOD [PARAM..]     runs a JSON-RPC command
  follow                   shows each new tip, until Ctrl-C

  --regtest, --signet, --testnet4   the chain of the node; without, the main chain
  --datadir FOLDER                  its data; without, ~/.bitcoin
  --address ADDRESS                 its socket, as in `-ipcbind`; without, `unix`

exit status: 0 if all was done, 1 if something failed, 2 if the arguments are not as above
";

/// What the program is to do, and where.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Arguments {
    chain: Option<Chain>,
    datadir: Option<PathBuf>,
    pub(crate) address: String,
    pub(crate) command: Command,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Chain {
    Regtest,
    Signet,
    Testnet4,
}

impl Chain {
    fn name(self) -> &'static str {
        match self {
            Self::Regtest => "regtest",
            Self::Signet => "signet",
            Self::Testnet4 => "testnet4",
        }
    }
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Command {
    Tip,
    Template,
    Next { timeout: Option<Duration> },
    Mine,
    Rpc { method: String, params: Vec<String> },
    Follow,
}

impl Arguments {
    /// Reads them; nothing if they ask for help.
    ///
    /// # Errors
    /// Returns what is wrong with them.
    pub(crate) fn parse(arguments: impl Iterator<Item = String>) -> Result<Option<Self>, String> {
        let mut arguments = arguments.peekable();
        let (mut chain, mut datadir, mut address) = (None, None, "unix".to_owned());
        let command = loop {
            let argument = arguments.next().ok_or("a command is missing")?;
            match argument.as_str() {
                "--help" | "-h" => return Ok(None),
                "--regtest" => chain = Some(Chain::Regtest),
                "--signet" => chain = Some(Chain::Signet),
                "--testnet4" => chain = Some(Chain::Testnet4),
                "--datadir" => datadir = Some(value_of("--datadir", &mut arguments)?.into()),
                "--address" => address = value_of("--address", &mut arguments)?,
                option if option.starts_with('-') => return Err(format!("unknown option `{option}`")),
                _ => break argument,
            }
        };
        let command = match command.as_str() {
            "tip" => Command::Tip,
            "template" => Command::Template,
            "mine" => Command::Mine,
            "follow" => Command::Follow,
            "next" => {
                let timeout = arguments.next_if(|argument| argument == "--timeout");
                let timeout = timeout.map(|_| seconds(&value_of("--timeout", &mut arguments)?));
                Command::Next { timeout: timeout.transpose()? }
            }
            "rpc" => {
                let method = arguments.next().ok_or("`rpc` needs a method")?;
                Command::Rpc { method, params: arguments.by_ref().collect() }
            }
            _ => return Err(format!("unknown command `{command}`")),
        };
        match arguments.next() {
            Some(rest) => Err(format!("`{rest}` is too much")),
            None => Ok(Some(Self { chain, datadir, address, command })),
        }
    }

    /// Returns where the node has the data of its chain.
    pub(crate) fn folder(&self) -> PathBuf {
        let home = || std::env::home_dir().unwrap_or_default().join(".bitcoin");
        let datadir = self.datadir.clone().unwrap_or_else(home);
        match self.chain {
            Some(chain) => datadir.join(chain.name()),
            None => datadir,
        }
    }

    /// Says how to start the node that the program looks for.
    pub(crate) fn start(&self) -> String {
        let chain = self.chain.map(|chain| format!(" -{}", chain.name())).unwrap_or_default();
        let datadir = self.datadir.as_ref().map(|datadir| format!(" -datadir={}", datadir.display()));
        let address = if self.address == "auto" { "unix" } else { &self.address };
        format!("start a node: bitcoin-node{chain}{} -ipcbind={address}", datadir.unwrap_or_default())
    }
}

fn value_of(option: &str, arguments: &mut impl Iterator<Item = String>) -> Result<String, String> {
    arguments.next().ok_or_else(|| format!("`{option}` needs a value"))
}

fn seconds(text: &str) -> Result<Duration, String> {
    let seconds: Option<f64> = text.parse().ok();
    let duration = seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    duration.ok_or_else(|| format!("`{text}` is no number of seconds"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Result<Option<Arguments>, String> {
        Arguments::parse(line.split_whitespace().map(str::to_owned))
    }

    #[test]
    fn options_come_before_the_command() {
        let arguments = parse("--regtest --datadir /data next --timeout 2.5").unwrap().unwrap();
        assert_eq!(arguments.folder(), PathBuf::from("/data/regtest"));
        assert_eq!(arguments.command, Command::Next { timeout: Some(Duration::from_millis(2500)) });
        assert_eq!(arguments.start(), "start a node: bitcoin-node -regtest -datadir=/data -ipcbind=unix");
        let Ok(Some(Arguments { command, .. })) = parse("rpc getblockhash 1 --x") else { panic!() };
        assert_eq!(
            command,
            Command::Rpc { method: "getblockhash".into(), params: vec!["1".into(), "--x".into()] }
        );
        assert_eq!(parse("--help"), Ok(None));
    }

    #[test]
    fn mistakes_are_named() {
        for (line, mistake) in [
            ("", "a command is missing"),
            ("--testnet tip", "unknown option `--testnet`"),
            ("--datadir", "`--datadir` needs a value"),
            ("dig", "unknown command `dig`"),
            ("tip now", "`now` is too much"),
            ("next --timeout soon", "`soon` is no number of seconds"),
            ("next --timeout -1", "`-1` is no number of seconds"),
            ("rpc", "`rpc` needs a method"),
        ] {
            assert_eq!(parse(line), Err(mistake.to_owned()));
        }
    }
}
