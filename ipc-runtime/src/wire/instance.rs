//! Derived types with parameters: each set of arguments makes a struct of its own.
//!
//! Its name is that of the type and then the arguments, `PageText`, and it belongs to the file of the type. Arguments
//! that make the same of every field, such as `String` and `&str`, make one struct.

use super::descriptor::{Descriptor, Kind, Type};
use super::spelling::{self, find_or_make, made_id, spell_type};
use super::{Element, Encode, IpcType, Single};

/// What can be the argument of a generic type: it may stand in a field of its own, in a list and under an `Option`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the argument of a type that crosses a process boundary",
    label = "not an IPC type",
    note = "for a struct or an enum of your own, add `#[derive(IpcType)]`",
    note = "a parameter of a type with `#[ipc(generic)]` can be that of types that have `#[ipc(generic)]` too"
)]
pub trait Argument: Single + Element + Encode {}

#[diagnostic::do_not_recommend]
impl<T: Single + Element + Encode> Argument for T {}

/// What the fields of a generic type are, and where they lie: with each set of arguments elsewhere.
pub trait Laid {
    /// `[Field; N]`.
    type Fields;
    /// `Layout<N>`, or that of an enum.
    type Layout;

    /// The fields.
    const FIELDS: Self::Fields;
    /// Their places.
    const LAYOUT: Self::Layout;
}

/// What the descriptor of a generic type with its arguments is made of.
#[derive(Debug)]
pub struct Instance {
    /// The id of the file of the type.
    pub file: u64,
    /// `id = 0x..`: the ids with all arguments are made from it.
    pub id: Option<u64>,
    /// The name of the type.
    pub name: &'static str,
    /// The Rust module that declares it.
    pub module: &'static str,
    /// The doc comment.
    pub doc: &'static str,
    /// The arguments, of those parameters that fields have.
    pub arguments: &'static [Spelled],
    /// What is declared.
    pub kind: Kind,
}

/// An argument, as far as a name says it.
#[derive(Clone, Copy, Debug)]
pub enum Spelled {
    /// A type.
    Type(Type),
    /// The value of a constant: a number, a bool or a char.
    Value(i128),
}

/// Returns a type as it is spelled: an `Option` is told apart from what is inside.
pub const fn spelled<T: IpcType>() -> Spelled {
    Spelled::Type(T::INNER_TYPE)
}

/// Returns the descriptor of a generic type with its arguments.
pub fn describe_instance(of: &'static Instance) -> &'static Descriptor {
    let arguments = spell(of.arguments, spelling::name);
    let unique = spell(of.arguments, |declared| spelling::unique_name(of.file, declared));
    let (id, id_source) = match of.id {
        Some(pinned) => (made_id(pinned, "", &unique).0, super::descriptor::IdSource::Pinned),
        None => made_id(of.file, &format!("{}{arguments}", of.name), &format!("{}{unique}", of.name)),
    };
    find_or_make(id, std::ptr::from_ref(of).cast(), &[], || Descriptor {
        id,
        id_source,
        file: of.file,
        name: format!("{}{arguments}", of.name).leak(),
        module: of.module,
        doc: of.doc,
        parameters: &[],
        kind: of.kind,
    })
}

fn spell(arguments: &[Spelled], declared: impl Fn(&'static Descriptor) -> String) -> String {
    let spell_one = |argument: &Spelled| match argument {
        Spelled::Type(ty) => spell_type(ty, &[], &declared),
        // A letter, since another number may stand before it.
        Spelled::Value(value @ 0..) => format!("N{value}"),
        Spelled::Value(value) => format!("Minus{}", value.unsigned_abs()),
    };
    arguments.iter().map(spell_one).collect()
}
