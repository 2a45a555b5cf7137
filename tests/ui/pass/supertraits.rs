//! Interfaces that extend others, from other modules and with a twin.
#![deny(warnings, missing_docs, clippy::all, clippy::pedantic)]

mod base {
    use ipc_runtime::{IpcException, ipc_interface};

    #[ipc_interface]
    pub(crate) trait Base: Send {
        fn base(&self) -> Result<(), IpcException>;
    }
}

use ipc_runtime::{IpcException, IpcType, ipc_interface};

/// Why it fails.
#[derive(Debug, IpcType)]
#[ipc(error)]
enum Failure {
    /// By chance.
    Chance,
    /// The call failed.
    #[ipc(exception)]
    Ipc(IpcException),
}

/// Where it fails.
#[derive(Debug, IpcType)]
#[ipc(error)]
pub struct Place {
    /// The call failed.
    #[ipc(exception)]
    pub ipc: Option<IpcException>,
    /// The line.
    pub line: u32,
}

#[ipc_interface(twin = Later)]
trait Derived: base::Base {
    fn derived(&self) -> Result<(), Failure>;
    #[ipc(results(first, second))]
    fn two(&self) -> Result<(u8, String), Place>;
}

struct Both;

impl base::Base for Both {
    fn base(&self) -> Result<(), IpcException> {
        Ok(())
    }
}

impl Derived for Both {
    fn derived(&self) -> Result<(), Failure> {
        Err(Failure::Chance)
    }

    fn two(&self) -> Result<(u8, String), Place> {
        self.derived().map_err(|failure| match failure {
            Failure::Ipc(exception) => exception.into(),
            Failure::Chance => Place { ipc: None, line: 1 },
        })?;
        Ok((1, String::new()))
    }
}

fn main() {
    use base::Base;
    let both: std::sync::Arc<dyn Derived> = std::sync::Arc::new(Both);
    assert!(both.base().is_ok() && both.derived().is_err() && both.two().is_err());
    let _: Option<DerivedClient> = None;
    let _: Option<LaterClient> = None;
    let base: std::sync::Arc<dyn Base> = both;
    drop(base);
}
