//! Names of structs that are made of other types: what the arguments are called in them, and the descriptors that
//! have been made so far.
//!
//! Such a name says the arguments one after the other, in an order in which no two read alike. It cannot be put
//! together in a constant from descriptors that are reached through functions, so these descriptors are made when
//! they are first asked for, which is when a schema is.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use super::descriptor::{Descriptor, IdSource, Parameter, Type};
use super::id::type_id;

/// Writes down a type; `declared` says what a declared type is called. Its arguments follow.
pub(super) fn spell_type(
    ty: &Type,
    parameters: &[Parameter],
    declared: &impl Fn(&'static Descriptor) -> String,
) -> String {
    match ty {
        Type::List(element) => format!("List{}", spell_type(element, parameters, declared)),
        Type::Parameter(number) => {
            let known = parameters.iter().find(|parameter| parameter.number == *number);
            known.map(|parameter| parameter.name).unwrap_or_default().to_owned()
        }
        other => match other.descriptor() {
            Some(descriptor) => {
                let arguments = other.arguments();
                let arguments = arguments.iter().map(|argument| spell_type(argument, parameters, declared));
                declared(descriptor) + &arguments.collect::<String>()
            }
            // The name of a type that is built in is the name of its variant.
            None => format!("{other:?}"),
        },
    }
}

/// The parameters of the type around that types have, in the order in which they have them, as parameters of what is made
/// of these.
pub(super) fn parameters_of<'t>(types: impl Iterator<Item = &'t Type>) -> &'static [Parameter] {
    let mut numbers = Vec::new();
    types.for_each(|ty| collect_parameters(ty, &mut numbers));
    let parameters = numbers.iter().zip(1..);
    let parameters =
        parameters.map(|(number, place)| Parameter { name: format!("T{place}").leak(), number: *number });
    parameters.collect::<Vec<_>>().leak()
}

fn collect_parameters(ty: &Type, found: &mut Vec<u16>) {
    match ty {
        Type::Parameter(number) if found.contains(number) => {}
        Type::Parameter(number) => found.push(*number),
        Type::List(element) => collect_parameters(element, found),
        other => other.arguments().iter().for_each(|argument| collect_parameters(argument, found)),
    }
}

/// The name of a declared type as people read it.
pub(super) fn name(declared: &'static Descriptor) -> String {
    declared.name.to_owned()
}

/// The name of a declared type that no other has, where names are those of the file `home`.
pub(super) fn unique_name(home: u64, declared: &'static Descriptor) -> String {
    match declared.id_source {
        IdSource::Name if declared.file == home && declared.parameters.is_empty() => declared.name.to_owned(),
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
    parameters: &'static [Parameter],
    make: impl FnOnce() -> Descriptor,
) -> &'static Descriptor {
    // What has one id by mistake is told apart, so that the schema can say so; and what stands for other parameters is.
    static MADE: Mutex<BTreeMap<MadeOf, &'static Descriptor>> = Mutex::new(BTreeMap::new());

    let numbers = parameters.iter().map(|parameter| parameter.number).collect();
    let mut made = MADE.lock().unwrap_or_else(PoisonError::into_inner);
    made.entry((id, origin.addr(), numbers)).or_insert_with(|| Box::leak(Box::new(make())))
}

/// What tells descriptors apart: the id, the address of the parts, the parameters of the type around.
type MadeOf = (u64, usize, Vec<u16>);
