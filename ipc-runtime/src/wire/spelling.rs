//! Names of structs that are made of other types: what the arguments are called in them, and the descriptors that
//! have been made so far.
//!
//! Such a name says the arguments one after the other, in an order in which no two read alike. It cannot be put
//! together in a constant from descriptors that are reached through functions, so these descriptors are made when
//! they are first asked for, which is when a schema is.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use super::descriptor::{Descriptor, IdSource, Type};
use super::id::type_id;

/// Writes down a type; `declared` says what a declared type is called.
pub(super) fn spell_type(ty: &Type, declared: &impl Fn(&'static Descriptor) -> String) -> String {
    match ty {
        Type::List(element) => format!("List{}", spell_type(element, declared)),
        other => match other.descriptor() {
            Some(descriptor) => declared(descriptor),
            // The name of a type that is built in is the name of its variant.
            None => format!("{other:?}"),
        },
    }
}

/// The name of a declared type as people read it.
pub(super) fn name(declared: &'static Descriptor) -> String {
    declared.name.to_owned()
}

/// The name of a declared type that no other has, where names are those of the file `home`.
pub(super) fn unique_name(home: u64, declared: &'static Descriptor) -> String {
    match declared.id_source {
        IdSource::Name if declared.file == home => declared.name.to_owned(),
        _ => format!("@{:x}", declared.id),
    }
}

/// The id of a struct of the scope `parent` whose name is made of others, and where it comes from. Two types of one
/// name make two structs, of which at most one can be in a schema; their ids differ all the same.
pub(super) fn made_id(parent: u64, name: &str, unique: &str) -> (u64, IdSource) {
    (type_id(parent, unique), if name == unique { IdSource::Name } else { IdSource::Pinned })
}

/// Returns the descriptor that has been made of the parts at `origin`, or makes it.
pub(super) fn find_or_make(
    id: u64,
    origin: *const (),
    make: impl FnOnce() -> Descriptor,
) -> &'static Descriptor {
    // What has one id by mistake is told apart, so that the schema can say so.
    static MADE: Mutex<BTreeMap<(u64, usize), &'static Descriptor>> = Mutex::new(BTreeMap::new());

    let mut made = MADE.lock().unwrap_or_else(PoisonError::into_inner);
    made.entry((id, origin.addr())).or_insert_with(|| Box::leak(Box::new(make())))
}
