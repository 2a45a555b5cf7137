//! Descriptors as Cap'n Proto says what they say: nodes of `schema.capnp`, sorted into files.
//!
//! `ipc-gen` makes text and requests of them; a process that is asked says so of its objects.

mod files;
mod member;
mod request;

pub(crate) use self::files::display_name;
pub use self::files::{
    ANONYMOUS_FILE_ID, BUILTIN_NAMES, File, Import, PROXY_FILE_ID, group, group_by, name_files, reach,
};
pub use self::member::{
    Group, Item, Member, NodeMember, Role, Union, doc_lines, element_type, items, members, node_members,
    params, references, union_of,
};
pub use self::request::{CAPNP_VERSION, length, request};
