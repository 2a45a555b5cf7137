//! Methods of both forms, twins, default bodies, local methods.
#![deny(warnings, missing_docs, clippy::all, clippy::pedantic)]
#![deny(rust_2018_idioms, unused_lifetimes, unused_qualifications, elided_lifetimes_in_paths)]
#![forbid(unsafe_code)]

use std::sync::Arc;

use ipc_runtime::{IpcException, IpcType, ipc_interface};

/// What is calculated with.
#[derive(Debug, IpcType)]
pub struct Options {
    /// Digits.
    pub digits: u8,
}

/// Calculates.
#[ipc_interface(twin = Blocking)]
pub trait Calculator {
    /// Takes one of each.
    ///
    /// # Errors
    /// Always.
    async fn solve(
        &self,
        equation: &str,
        owned: String,
        bytes: &[u8],
        maybe: Option<&str>,
        options: &Options,
        other: Arc<dyn Calculator>,
    ) -> Result<f64, IpcException>;

    /// Does nothing, by itself.
    ///
    /// # Errors
    /// Never.
    async fn nothing(&self) -> Result<(), IpcException> {
        Ok(())
    }

    /// Does nothing at all.
    #[ipc(local)]
    async fn local(&self, times: usize) -> usize {
        times
    }

    /// Has no other form.
    #[ipc(local)]
    fn plain(&self) -> &'static str {
        "plain"
    }
}

/// Calculates wrongly.
#[derive(Debug)]
pub struct Wrong;

#[ipc_interface]
impl Calculator for Wrong {
    async fn solve(
        &self,
        equation: &str,
        mut owned: String,
        _bytes: &[u8],
        maybe: Option<&str>,
        options: &Options,
        other: Arc<dyn Calculator>,
    ) -> Result<f64, IpcException> {
        if equation.is_empty() {
            return Err(IpcException::failed("nothing to solve"));
        }
        owned.push_str(equation);
        let Some(text) = maybe else { return Ok(f64::from(options.digits)) };
        other.solve(text, owned, b"", None, options, other.clone()).await
    }
}

impl Blocking for Wrong {
    fn solve(
        &self,
        _: &str,
        _: String,
        _: &[u8],
        _: Option<&str>,
        _: &Options,
        _: Arc<dyn Calculator>,
    ) -> Result<f64, IpcException> {
        Ok(0.0)
    }

    fn nothing(&self) -> Result<(), IpcException> {
        Ok(())
    }
}

fn main() {
    let calculator: Arc<dyn Calculator> = Arc::new(Wrong);
    let blocking: Arc<dyn Blocking> = Arc::new(Wrong);
    assert_eq!(calculator.plain(), "plain");
    assert!(blocking.nothing().is_ok());
    drop(calculator.nothing());
    let _: Option<CalculatorClient> = None;
    let _: Option<BlockingClient> = None;
}
