//! Implementations whose futures stay on one thread, or that lack the attribute.
//! Worded by rustc.

use std::rc::Rc;

use ipc_runtime::{IpcException, ipc_interface};

#[ipc_interface]
pub trait Calculator {
    async fn solve(&self, equation: &str) -> Result<f64, IpcException>;
}

pub struct Threaded;

#[ipc_interface]
impl Calculator for Threaded {
    async fn solve(&self, equation: &str) -> Result<f64, IpcException> {
        let local = Rc::new(equation.len());
        self.solve("1").await?;
        Ok(*local as f64)
    }
}

pub struct Bare;

impl Calculator for Bare {
    async fn solve(&self, equation: &str) -> Result<f64, IpcException> {
        Ok(equation.len() as f64)
    }
}

fn main() {}
