//! [`IpcException`]: the one error of every call that crosses a process boundary.

use std::any::Any;
use std::error::Error;
use std::fmt;
use std::sync::Arc;

use crate::private::ErrorAnswer;
use crate::wire::descriptor::Field;
use crate::wire::{At, StructReader};

/// What kind of failure an [`IpcException`] reports.
///
/// The first four are the exception types of rpc.capnp and keep their meaning across the wire; the others
/// arise on this side only.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ExceptionKind {
    /// The method failed, or its arguments or results were not acceptable. Trying again will not help. On the wire its text
    /// begins with `std::exception: `, as that of a C++ program does; here it does not.
    Failed,
    /// The receiver lacks resources at the moment. Trying again later may help.
    Overloaded,
    /// The connection to the peer is gone; whether the method ran is unknown.
    Disconnected,
    /// The receiver does not implement the interface or the method.
    Unimplemented,
    /// A deadline passed on this side. Travels as `Overloaded`.
    TimedOut,
    /// The operating system refused; the [source](Error::source) is its `io::Error`. Travels as `Failed`.
    System,
}

/// Every failure of a call, a connection or a process, as one cheaply cloned value.
///
/// `Display` gives one line, lowercase, without a full stop. The [source](Error::source), where there is one,
/// is the operating system's or the decoder's own error.
#[derive(Clone)]
pub struct IpcException {
    inner: Arc<Inner>,
}

struct Inner {
    kind: ExceptionKind,
    text: String,
    source: Option<Box<dyn Error + Send + Sync>>,
}

impl IpcException {
    /// Makes an exception of the given kind.
    pub fn new(kind: ExceptionKind, text: impl Into<String>) -> Self {
        Self { inner: Arc::new(Inner { kind, text: text.into(), source: None }) }
    }

    /// Makes an exception of kind [`Failed`](ExceptionKind::Failed): what a server method returns to its caller.
    pub fn failed(text: impl Into<String>) -> Self {
        Self::new(ExceptionKind::Failed, text)
    }

    /// Makes an exception of kind [`Disconnected`](ExceptionKind::Disconnected).
    pub fn disconnected(text: impl Into<String>) -> Self {
        Self::new(ExceptionKind::Disconnected, text)
    }

    /// Makes an exception of kind [`Overloaded`](ExceptionKind::Overloaded).
    pub fn overloaded(text: impl Into<String>) -> Self {
        Self::new(ExceptionKind::Overloaded, text)
    }

    /// Makes an exception of kind [`Unimplemented`](ExceptionKind::Unimplemented).
    pub fn unimplemented(text: impl Into<String>) -> Self {
        Self::new(ExceptionKind::Unimplemented, text)
    }

    /// Makes an exception of kind [`System`](ExceptionKind::System); `operation` says what was tried on which
    /// path or process, as in ``cannot connect to `/run/node.sock` ``.
    pub fn system(operation: impl fmt::Display, error: std::io::Error) -> Self {
        Self::with_source(ExceptionKind::System, format!("{operation}: {error}"), error)
    }

    /// Makes an exception with an underlying error as its source.
    pub fn with_source(
        kind: ExceptionKind,
        text: impl Into<String>,
        source: impl Into<Box<dyn Error + Send + Sync>>,
    ) -> Self {
        Self { inner: Arc::new(Inner { kind, text: text.into(), source: Some(source.into()) }) }
    }

    /// Returns the kind of failure.
    pub fn kind(&self) -> ExceptionKind {
        self.inner.kind
    }

    /// Returns the text without the source's: what `Display` prints.
    pub fn text(&self) -> &str {
        &self.inner.text
    }

    /// Tells whether the connection to the peer is gone.
    pub fn is_disconnected(&self) -> bool {
        self.kind() == ExceptionKind::Disconnected
    }

    /// Returns it as it travels: what a method failed with has the text that Cap'n Proto in C++ makes of a `std::exception`.
    /// Programs there compare it.
    pub(crate) fn thrown(self) -> Self {
        match self.kind() {
            ExceptionKind::Failed | ExceptionKind::System | ExceptionKind::Disconnected
                if !self.text().starts_with(STD_EXCEPTION) =>
            {
                let text = format!("{STD_EXCEPTION}{}", self.text());
                Self::with_source(self.kind(), text, self)
            }
            _ => self,
        }
    }

    /// Returns what travelled so as it is presented here.
    pub(crate) fn caught(self) -> Self {
        let text = self.text();
        let text = text.strip_prefix(REMOTE_EXCEPTION).unwrap_or(text);
        let text = text.strip_prefix(STD_EXCEPTION).unwrap_or(text);
        if text.len() == self.text().len() { self } else { Self::new(self.kind(), text) }
    }

    /// Returns what the peer said of a capability as it goes back to the peer, if that calls it: so Cap'n Proto in C++ does.
    pub(crate) fn sent_back(&self) -> Self {
        Self::new(self.kind(), format!("{REMOTE_EXCEPTION}{}", self.text()))
    }
}

/// How the text begins of what came from the other side.
pub(crate) const REMOTE_EXCEPTION: &str = "remote exception: ";

/// How the text begins of what a method failed with.
const STD_EXCEPTION: &str = "std::exception: ";

/// The exception for a panic in code of the application; `what` says in which.
pub(crate) fn panicked(what: &str, panic: &(dyn Any + Send)) -> IpcException {
    let text =
        panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    IpcException::failed(match text {
        Some(text) => format!("{what} panicked: {text}"),
        None => format!("{what} panicked"),
    })
}

impl fmt::Display for IpcException {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.inner.text)
    }
}

impl fmt::Debug for IpcException {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IpcException")
            .field("kind", &self.inner.kind)
            .field("text", &self.inner.text)
            .finish()
    }
}

impl Error for IpcException {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.inner.source.as_deref().map(|source| source as &(dyn Error + 'static))
    }
}

impl From<capnp::Error> for IpcException {
    /// A message that cannot be decoded: the peer's fault, but only this call's failure.
    fn from(error: capnp::Error) -> Self {
        Self::with_source(ExceptionKind::Failed, format!("malformed message: {error}"), error)
    }
}

/// The error type of an interface method.
///
/// Every failure of the transport is raised through `From<IpcException>`; what the implementation returns
/// travels to the caller as [`into_exception`](IpcError::into_exception) says.
///
/// `#[derive(IpcType)]` with `#[ipc(error)]` implements it for an error that arrives as itself: it travels as a value
/// in a field `error` among the method's results, and only what its place for an [`IpcException`] holds travels as
/// an exception. With `#[ipc(errors)]` each variant of an enum has a field of its own.
///
/// ```
/// use ipc_runtime::{IpcException, IpcType, ipc_interface};
///
/// #[derive(Debug, IpcType)]
/// #[ipc(error)]
/// enum DivideError {
///     ByZero,
///     Overflow,
///     /// The call failed.
///     #[ipc(exception)]
///     Ipc(IpcException),
/// }
///
/// #[ipc_interface]
/// trait Calculator {
///     // In the schema: `divide @1 (context :Context, a :Int64, b :Int64) -> (error :DivideError, result :Int64)`
///     fn divide(&self, a: i64, b: i64) -> Result<i64, DivideError>;
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the error of an interface method",
    label = "an interface method must be able to report a failed call",
    note = "use `Result<_, IpcException>`, or derive `IpcType` with `#[ipc(error)]` for `{Self}`, or implement `IpcError`"
)]
pub trait IpcError: From<IpcException> + fmt::Debug {
    /// What the schema says of the error's own fields among the results, which stand before the others.
    #[doc(hidden)]
    const SLOTS: &'static [Field] = &[];

    /// Converts the error into the exception that its remote caller receives.
    fn into_exception(self) -> IpcException;

    /// Tells how the error travels.
    #[doc(hidden)]
    fn into_answer(self) -> ErrorAnswer {
        ErrorAnswer::Exception(self.into_exception())
    }

    /// Reads the first of the error's own fields that is there.
    #[doc(hidden)]
    fn read_slot(_from: &StructReader<'_>, _at: &[At]) -> Result<Option<Self>, IpcException> {
        Ok(None)
    }
}

impl IpcError for IpcException {
    fn into_exception(self) -> IpcException {
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_thrown_and_caught_is_the_same() {
        for (kind, wire) in [
            (ExceptionKind::Failed, "std::exception: why"),
            (ExceptionKind::Disconnected, "std::exception: why"),
            (ExceptionKind::Overloaded, "why"),
            (ExceptionKind::Unimplemented, "why"),
        ] {
            let thrown = IpcException::new(kind, "why").thrown();
            assert_eq!((thrown.kind(), thrown.text()), (kind, wire));
            assert_eq!(thrown.clone().thrown().text(), wire, "thrown on by the next process");
            assert_eq!(thrown.clone().caught().text(), "why");
            assert_eq!(thrown.sent_back().caught().text(), "why");
        }
    }

    #[test]
    fn the_system_error_is_the_source_and_is_named() {
        let os = std::io::Error::from_raw_os_error(2);
        let exception = IpcException::system("cannot start `/no/such`", os);
        assert_eq!(exception.kind(), ExceptionKind::System);
        assert!(exception.to_string().starts_with("cannot start `/no/such`: No such file"));
        assert!(exception.source().is_some_and(<dyn Error>::is::<std::io::Error>));
    }
}
