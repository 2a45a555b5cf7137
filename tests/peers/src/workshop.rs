//! Interfaces whose schema C++ is built from: `cpp/workshop.capnp` is emitted, with the annotations that `mpgen` wants.

use std::collections::BTreeMap;
use std::sync::Arc;

use ipc_gen::{Libmultiprocess, Spelling};
use ipc_runtime::{IpcException, IpcType, ipc_interface};

/// What C++ implements: what each sort of type becomes there.
#[ipc_interface(root)]
pub trait Workshop {
    /// Returns its argument.
    fn pass_map(&self, map: &BTreeMap<String, i32>) -> Result<BTreeMap<String, i32>, IpcException>;

    /// Returns its argument.
    fn pass_pair(&self, pair: (i32, String)) -> Result<(i32, String), IpcException>;

    /// Returns its argument.
    fn pass_part(&self, part: &Part) -> Result<Part, IpcException>;

    /// Returns its argument.
    fn pass_parts(&self, parts: &[Part]) -> Result<Vec<Part>, IpcException>;

    /// Returns its argument.
    fn pass_option(&self, value: Option<f64>) -> Result<Option<f64>, IpcException>;

    /// Returns its argument.
    fn pass_material(&self, material: Material) -> Result<Material, IpcException>;

    /// Returns its argument.
    fn pass_bytes(&self, bytes: &[u8]) -> Result<Vec<u8>, IpcException>;

    /// Fails: 1 with `Broken`, 2 with another text.
    fn fail(&self, how: i32) -> Result<i32, Failure>;

    /// Calls the closure.
    fn apply(
        &self,
        function: Arc<dyn Fn(i32) -> Result<i32, IpcException> + Send + Sync>,
        to: i32,
    ) -> Result<i32, IpcException>;

    /// Makes one.
    fn make_counter(&self, start: i32) -> Result<Arc<dyn Counter>, IpcException>;

    /// Returns the number; the hint stands for no parameter there.
    fn with_hint(&self, hint: Hint, number: i32) -> Result<i32, IpcException>;
}

/// Counts.
#[ipc_interface]
pub trait Counter {
    /// Counts on.
    fn count_on(&self, by: i32) -> Result<i32, IpcException>;
}

/// A struct with a class of its own.
#[derive(Clone, Debug, IpcType, PartialEq, Eq)]
pub struct Part {
    /// What it is called.
    pub part_name: String,
    /// How many; some have none.
    #[ipc(default = 7)]
    pub in_stock: i32,
}

/// A field-less enum.
#[derive(Clone, Copy, Debug, IpcType, PartialEq, Eq)]
pub enum Material {
    /// From trees.
    Wood,
    /// From mines.
    Steel,
}

/// What C++ fills in and skips.
#[derive(Clone, Copy, Debug, Default, IpcType, PartialEq, Eq)]
pub struct Hint {
    /// A number.
    pub level: i32,
}

/// The errors of [`Workshop::fail`]: C++ tries the last one first, so that the broad one stands before.
#[derive(Debug, IpcType)]
#[ipc(errors)]
pub enum Failure {
    /// Any exception.
    Error(String),
    /// A part is broken.
    Broken(Broken),
    /// The call failed.
    #[ipc(exception)]
    Ipc(IpcException),
}

/// What is broken.
#[derive(Clone, Debug, IpcType, PartialEq, Eq)]
pub struct Broken {
    /// Its number.
    pub number: i32,
}

/// Says what the C++ side is called.
pub fn cpp() -> Libmultiprocess {
    Libmultiprocess::new("workshop")
        .include("workshop.h")
        .include_types("workshop-types.h")
        .spelled(Spelling::Snake)
        .wrap("Counter", "workshop::Tally")
        .name("Workshop.makeCounter", "make_counter")
        .count("Hint", 0)
        .unwrapped("Hint")
        .exception("Workshop.fail.broken", "workshop::Broken")
        .exception("Workshop.fail.error", "std::exception")
}

#[cfg(test)]
mod tests {
    use super::{Workshop, cpp};

    ipc_gen::schema_test!(libmultiprocess = cpp(), "cpp/workshop.capnp", dyn Workshop);
}
