//! Structs that no Rust item declares: tuples, entries of maps, options where there is no room for them.
//!
//! Each set of arguments has a descriptor of its own. Its name says the form and then the arguments, in an order in
//! which no two read alike: `TupleInt32Text`, `MapTextListInt32Entry`. All of them are in one file, whose id is
//! [`FILE`]. A name cannot be put together in a constant from descriptors that are reached through functions, so
//! these descriptors are made when they are first asked for, which is when a schema is.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use super::descriptor::{Descriptor, Field, IdSource, Kind, Struct, Type};
use super::id::{package_file_id, type_id};
use super::layout::Companion;
use super::raw::HasSize;
use super::{IpcType, Size};
use crate::private::{field, part_of};

/// The id of the file of these structs, `ipc.capnp`.
pub const FILE: u64 = package_file_id("ipc.capnp");

/// A struct that no Rust item declares.
pub(super) trait Anonymous: HasSize {
    const PARTS: Parts;
}

/// What its descriptor is made of.
pub(super) struct Parts {
    pub(super) form: Form,
    pub(super) fields: &'static [Field],
    pub(super) size: Size,
}

/// What it stands for.
#[derive(Clone, Copy)]
pub(super) enum Form {
    Tuple,
    Map,
    Option,
}

/// Describes a field of type `T`; its place is still open.
pub(super) const fn member<T: IpcType>(name: &'static str) -> Field {
    field(name, "", part_of::<T>())
}

/// Returns the descriptor of an anonymous struct.
pub(super) fn descriptor<A: Anonymous>() -> &'static Descriptor {
    describe(const { &A::PARTS })
}

fn describe(parts: &'static Parts) -> &'static Descriptor {
    let name = spell(parts, named);
    let unique = spell(parts, uniquely_named);
    let doc = match parts.form {
        Form::Tuple => "A tuple.",
        Form::Map => "An entry of a map.",
        Form::Option => "A value that may be missing.",
    };
    let kind = Kind::Struct(Struct { fields: parts.fields, size: parts.size });
    find_or_make(name, &unique, doc, kind)
}

/// What a declared type is called in a name that is made of several.
pub(super) fn named(declared: &'static Descriptor) -> String {
    declared.name.to_owned()
}

/// What it is called where no other type may be called the same.
pub(super) fn uniquely_named(declared: &'static Descriptor) -> String {
    match (declared.file, declared.id_source) {
        (FILE, IdSource::Name) => declared.name.to_owned(),
        _ => format!("@{:x}", declared.id),
    }
}

/// Returns the descriptor of what no Rust item declares. Two types of one name make two of one name, of which at most
/// one can be in a schema; their ids differ all the same.
pub(super) fn find_or_make(name: String, unique: &str, doc: &'static str, kind: Kind) -> &'static Descriptor {
    static MADE: Mutex<BTreeMap<u64, &'static Descriptor>> = Mutex::new(BTreeMap::new());

    let id = type_id(FILE, unique);
    let mut made = MADE.lock().unwrap_or_else(PoisonError::into_inner);
    made.entry(id).or_insert_with(|| {
        Box::leak(Box::new(Descriptor {
            id,
            id_source: if name == unique { IdSource::Name } else { IdSource::Pinned },
            file: FILE,
            name: name.leak(),
            module: module_path!(),
            doc,
            kind,
        }))
    })
}

/// The form, then the arguments; `declared` says what a declared type is called.
fn spell(parts: &Parts, declared: impl Fn(&'static Descriptor) -> String) -> String {
    let arguments: String = parts.fields.iter().map(|field| spell_field(field, &declared)).collect();
    match (parts.form, parts.fields.len()) {
        (Form::Tuple, 2) => format!("Tuple{arguments}"),
        (Form::Tuple, count) => format!("Tuple{count}{arguments}"),
        (Form::Map, _) => format!("Map{arguments}Entry"),
        // The one field is the option itself.
        (Form::Option, _) => format!("Option{}", arguments.strip_prefix(OPTIONAL).unwrap_or(&arguments)),
    }
}

fn spell_field(field: &Field, declared: &impl Fn(&'static Descriptor) -> String) -> String {
    let ty = spell_type(&field.ty, declared);
    match field.shape.companion {
        Companion::Has => format!("{OPTIONAL}{ty}"),
        Companion::None => ty,
    }
}

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

/// Stands before what has a presence field.
const OPTIONAL: &str = "Optional";
