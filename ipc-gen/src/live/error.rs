//! What can go wrong with a live process.

use std::fmt;

use ipc_runtime::{ExceptionKind, IpcException};

use super::ValueError;

/// Why a call of a live process came to nothing.
#[derive(Debug)]
#[non_exhaustive]
pub enum LiveError {
    /// The path, or the schema, is not what the process needs.
    Usage(String),
    /// The parameters of a method are not what it needs.
    Value(String, ValueError),
    /// The process cannot be reached, or is gone.
    Unreachable(String, IpcException),
    /// The process did not answer in time.
    TimedOut(String, IpcException),
    /// A method has answered with an error.
    Failed(String, IpcException),
}

impl LiveError {
    pub(super) fn of_call(path: String, error: IpcException) -> Self {
        match error.kind() {
            ExceptionKind::Disconnected => Self::Unreachable(path, error),
            ExceptionKind::TimedOut => Self::TimedOut(path, error),
            _ => Self::Failed(path, error),
        }
    }

    pub(super) fn unreachable(address: &str, error: IpcException) -> Self {
        match error.kind() {
            ExceptionKind::TimedOut => Self::TimedOut(address.to_owned(), error),
            _ => Self::Unreachable(address.to_owned(), error),
        }
    }

    pub(super) fn of_reflection(error: IpcException) -> Self {
        match error.kind() {
            ExceptionKind::Unimplemented => Self::Usage(
                "the process does not say what its objects are\n  help: give their schema with `--schema FILE`".to_owned(),
            ),
            _ => Self::of_call("describe".to_owned(), error),
        }
    }
}

impl fmt::Display for LiveError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Usage(message) => f.write_str(message),
            Self::Value(path, error) => write!(f, "`{path}`: {error}"),
            Self::Unreachable(what, error) | Self::TimedOut(what, error) | Self::Failed(what, error) => {
                write!(f, "`{what}`: {error}")
            }
        }
    }
}

impl std::error::Error for LiveError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Usage(_) => None,
            Self::Value(_, error) => Some(error),
            Self::Unreachable(_, error) | Self::TimedOut(_, error) | Self::Failed(_, error) => Some(error),
        }
    }
}
