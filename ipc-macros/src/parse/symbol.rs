//! The names of attributes and their arguments.

/// The attribute on traits.
pub(crate) const IPC_INTERFACE: &str = "ipc_interface";
/// The attribute on everything else.
pub(crate) const IPC: &str = "ipc";

/// On a closure: the interface as which it travels.
pub(crate) const AS: &str = "as";
pub(crate) const CANCELLABLE: &str = "cancellable";
pub(crate) const CRATE: &str = "crate";
pub(crate) const ERROR: &str = "error";
pub(crate) const ERRORS: &str = "errors";
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
/// On a field: what it is where a message does not have it.
pub(crate) const DEFAULT: &str = "default";
/// On a variant: stands for those that are unknown here.
pub(crate) const OTHER: &str = "other";
/// On a field, a parameter or a method: the module that converts the value.
pub(crate) const WITH: &str = "with";
/// On a field, a parameter or a method: the value travels as opaque bytes.
pub(crate) const SERDE: &str = "serde";
/// On a type with parameters: the schema has them too.
pub(crate) const GENERIC: &str = "generic";
/// On a field: its type's fields lie among those of the struct, under its name.
pub(crate) const GROUP: &str = "group";
/// On an `Option`: where the field is that says whether it is there.
pub(crate) const HAS: &str = "has";
/// On a field: the variants of its type are a union beside the other fields.
pub(crate) const UNION: &str = "union";
/// On a parameter: asks for the result after which it is named.
pub(crate) const WANT: &str = "want";
/// On a field: does not travel.
pub(crate) const SKIP: &str = "skip";
/// On a field-less enum: the integer that it is on the wire.
pub(crate) const REPR: &str = "repr";
