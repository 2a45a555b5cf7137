//! Structs that no Rust item declares: tuples, entries of maps, options where there is no room for them. And
//! interfaces: closures.
//!
//! Each set of arguments has a descriptor of its own. Its name says the form and then the arguments:
//! `TupleInt32Text`, `MapTextListInt32Entry`, `FnInt32TextToBool`. All of them are in one file, whose id is [`FILE`].

use std::collections::BTreeMap;
use std::sync::Mutex;

use super::descriptor::{Descriptor, Field, Interface, Kind, Method, Struct};
use super::id::package_file_id;
use super::layout::Companion;
use super::proxy::DESTROY;
use super::raw::HasSize;
use super::spelling::{self, find_or_make, made_id, spell_type};
use super::{IpcType, Size};
use crate::private::{field, part_of};
use crate::sync::lock;

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
    describe(const { &A::PARTS })
}

/// Returns the descriptor that is made of parts; the same each time.
pub(super) fn describe(parts: &'static Parts) -> &'static Descriptor {
    /// By address: a call of a closure must not spell its name.
    static DESCRIBED: Mutex<BTreeMap<usize, &'static Descriptor>> = Mutex::new(BTreeMap::new());

    let address = std::ptr::from_ref(parts).addr();
    let described = lock(&DESCRIBED).get(&address).copied();
    if let Some(descriptor) = described {
        return descriptor;
    }
    // Not under the lock: the arguments may be anonymous too.
    let descriptor = spell_and_make(parts);
    lock(&DESCRIBED).insert(address, descriptor);
    descriptor
}

fn spell_and_make(parts: &'static Parts) -> &'static Descriptor {
    let name = spell(parts, spelling::name);
    let unique = spell(parts, |declared| spelling::unique_name(FILE, declared));
    let (id, id_source) = made_id(FILE, &name, &unique);
    // Equal parts make equal structs, wherever they lie.
    find_or_make(id, std::ptr::null(), || Descriptor {
        id,
        id_source,
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
    })
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

/// Stands before what has a presence field.
const OPTIONAL: &str = "Optional";
