//! Aliases of `Result` and of types; error types of the user's own.
#![deny(warnings)]

use std::sync::Arc;

use ipc_runtime::{IpcError, IpcException, ipc_interface};

type Result<T> = std::result::Result<T, IpcException>;
type Answer = Result<f64>;
type Name = str;
type Shared = Arc<dyn Calculator>;
type Text<'a> = &'a str;

#[derive(Debug)]
pub struct CalcError(IpcException);

impl From<IpcException> for CalcError {
    fn from(exception: IpcException) -> Self {
        Self(exception)
    }
}

impl IpcError for CalcError {
    fn into_exception(self) -> IpcException {
        self.0
    }
}

#[ipc_interface]
pub trait Calculator {
    fn solve(&self, equation: &Name) -> Answer;
    fn again(&self, other: Shared) -> Result<Shared>;
    fn own(&self) -> std::result::Result<(), CalcError>;
    fn alias(&self, text: Text, maybe: Option<&str>, bytes: Option<&[u8]>) -> Result<()>;
}

fn main() {}
