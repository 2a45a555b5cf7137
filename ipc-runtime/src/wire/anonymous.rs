//! Structs that no Rust item declares: tuples, entries of maps, options where there is no room for them. And
//! interfaces: closures.
//!
//! Each set of arguments has a descriptor of its own. Its name says the form and then the arguments, in an order in
//! which no two read alike: `TupleInt32Text`, `MapTextListInt32Entry`, `FnInt32TextToBool`. All of them are in one file, whose id is
//! [`FILE`]. A name cannot be put together in a constant from descriptors that are reached through functions, so
//! these descriptors are made when they are first asked for, which is when a schema is.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use super::descriptor::{Descriptor, Field, IdSource, Interface, Kind, Method, Struct, Type};
use super::id::{package_file_id, type_id};
use super::layout::Companion;
use super::proxy::DESTROY;
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
    /// Parameters behind the context, and these results.
    Function(Struct),
}

/// Describes a field of type `T`; its place is still open.
pub(super) const fn member<T: IpcType + ?Sized>(name: &'static str) -> Field {
    field(name, "", part_of::<T>())
}

/// Returns the descriptor of an anonymous struct.
pub(super) fn descriptor<A: Anonymous>() -> &'static Descriptor {
    find_or_make(const { &A::PARTS })
}

/// Returns the descriptor that is made of parts; the same each time.
///
/// Arguments are described before the lock is taken: they may be anonymous too.
pub(super) fn find_or_make(parts: &'static Parts) -> &'static Descriptor {
    static MADE: Mutex<BTreeMap<u64, &'static Descriptor>> = Mutex::new(BTreeMap::new());
    /// By address, for a call of a closure must not spell its name.
    static FOUND: Mutex<BTreeMap<usize, &'static Descriptor>> = Mutex::new(BTreeMap::new());

    let address = std::ptr::from_ref(parts).addr();
    let found = FOUND.lock().unwrap_or_else(PoisonError::into_inner).get(&address).copied();
    if let Some(descriptor) = found {
        return descriptor;
    }
    let name = spell(parts, |declared| declared.name.to_owned());
    // Two types of one name make two structs, of which at most one can be in a schema; their ids differ all the same.
    let unique = spell(parts, |declared| match (declared.file, declared.id_source) {
        (FILE, IdSource::Name) => declared.name.to_owned(),
        _ => format!("@{:x}", declared.id),
    });
    let id = type_id(FILE, &unique);
    let mut made = MADE.lock().unwrap_or_else(PoisonError::into_inner);
    let descriptor: &'static Descriptor = made.entry(id).or_insert_with(|| {
        Box::leak(Box::new(Descriptor {
            id,
            id_source: if name == unique { IdSource::Name } else { IdSource::Pinned },
            file: FILE,
            name: name.leak(),
            module: module_path!(),
            doc: match parts.form {
                Form::Tuple => "A tuple.",
                Form::Map => "An entry of a map.",
                Form::Option => "A value that may be missing.",
                Form::Function(_) => "A closure.",
            },
            kind: kind(parts),
        }))
    });
    drop(made);
    FOUND.lock().unwrap_or_else(PoisonError::into_inner).insert(address, descriptor);
    descriptor
}

fn kind(parts: &Parts) -> Kind {
    let fields = Struct { fields: parts.fields, size: parts.size };
    match parts.form {
        Form::Tuple | Form::Map | Form::Option => Kind::Struct(fields),
        Form::Function(results) => {
            let call = Method { name: "call", doc: "", ordinal: 1, params: fields, results };
            Kind::Interface(Interface { methods: vec![DESTROY, call].leak(), superclasses: &[] })
        }
    }
}

/// The form, then the arguments; `declared` says what a declared type is called.
fn spell(parts: &Parts, declared: impl Fn(&'static Descriptor) -> String) -> String {
    let spell_all = |fields: &[Field]| fields.iter().map(|field| spell_field(field, &declared)).collect();
    let arguments: String = spell_all(parts.fields);
    match (parts.form, parts.fields.len()) {
        (Form::Tuple, 2) => format!("Tuple{arguments}"),
        (Form::Tuple, count) => format!("Tuple{count}{arguments}"),
        (Form::Map, _) => format!("Map{arguments}Entry"),
        // The one field is the option itself.
        (Form::Option, _) => format!("Option{}", arguments.strip_prefix(OPTIONAL).unwrap_or(&arguments)),
        (Form::Function(results), _) => {
            // Every method takes the context.
            let arguments: String = spell_all(parts.fields.get(1..).unwrap_or_default());
            let result: String = spell_all(results.fields);
            format!("Fn{arguments}To{}", if result.is_empty() { "Void" } else { &result })
        }
    }
}

fn spell_field(field: &Field, declared: &impl Fn(&'static Descriptor) -> String) -> String {
    let ty = spell_type(&field.ty, declared);
    match field.shape.companion {
        Companion::Has => format!("{OPTIONAL}{ty}"),
        Companion::None => ty,
    }
}

fn spell_type(ty: &Type, declared: &impl Fn(&'static Descriptor) -> String) -> String {
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
