//! The names of attributes and their arguments.

/// The attribute on traits.
pub(crate) const IPC_INTERFACE: &str = "ipc_interface";
/// The attribute on everything else.
pub(crate) const IPC: &str = "ipc";

pub(crate) const CANCELLABLE: &str = "cancellable";
pub(crate) const CRATE: &str = "crate";
pub(crate) const ERROR: &str = "error";
pub(crate) const EXCEPTION: &str = "exception";
pub(crate) const FILE: &str = "file";
pub(crate) const ID: &str = "id";
pub(crate) const LOCAL: &str = "local";
pub(crate) const NAME: &str = "name";
pub(crate) const NO_CONTEXT: &str = "no_context";
pub(crate) const NO_DESTROY: &str = "no_destroy";
pub(crate) const ONEWAY: &str = "oneway";
pub(crate) const ORDINAL: &str = "ordinal";
pub(crate) const RESULTS: &str = "results";
pub(crate) const ROOT: &str = "root";
pub(crate) const TWIN: &str = "twin";
