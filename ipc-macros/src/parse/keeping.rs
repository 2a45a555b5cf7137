//! Types that are generic in the schema too, `#[ipc(generic)]`: what those cannot have.

use syn::ext::IdentExt;
use syn::{Generics, Ident, Type, TypeParamBound, WherePredicate};

use super::attr::valid_name;
use super::generics::{parameter_name, type_arguments};
use super::ty::ungrouped;
use crate::diag::Diagnostics;
use crate::message::{self, Message};
use crate::model::Argument;

/// Reports parameters that the schema cannot have, and what is asked of them that nothing in the schema has.
pub(crate) fn check_parameters(generics: &Generics, arguments: &[Argument], diag: &mut Diagnostics) {
    for argument in arguments {
        match argument {
            Argument::Value(name) => diag.report(name, &message::GENERIC_CONSTANT, &[name]),
            Argument::Type(ty) => match parameter_name(ty) {
                None => diag.report(ty, &message::GENERIC_PROJECTED, &[]),
                Some(name) if !valid_name(&name.unraw().to_string(), char::is_uppercase) => {
                    diag.report(name, &message::GENERIC_NAME, &[name]);
                }
                Some(_) => {}
            },
        }
    }
    let is_parameter = |param: &Ident| {
        arguments
            .iter()
            .any(|argument| matches!(argument, Argument::Type(ty) if parameter_name(ty) == Some(param)))
    };
    check_bounds(generics, is_parameter, &message::GENERIC_BOUND, diag);
}

/// Reports what is asked of parameters that what stands for them has not.
pub(crate) fn check_bounds(
    generics: &Generics,
    is_replaced: impl Fn(&Ident) -> bool,
    message: &Message,
    diag: &mut Diagnostics,
) {
    let inline = generics.type_params().filter(|param| is_replaced(&param.ident));
    let inline = inline.flat_map(|param| param.bounds.iter().map(move |bound| (&param.ident, bound)));
    let clause = generics.where_clause.iter().flat_map(|clause| &clause.predicates);
    let clause = clause.filter_map(|predicate| match predicate {
        WherePredicate::Type(predicate) => {
            let param = parameter_name(&predicate.bounded_ty).filter(|param| is_replaced(param))?;
            Some(predicate.bounds.iter().map(move |bound| (param, bound)))
        }
        _ => None,
    });
    for (param, bound) in inline.chain(clause.flatten()) {
        if let TypeParamBound::Trait(of) = bound
            && let Some(last) = of.path.segments.last()
            && !PLACEHOLDER_TRAITS.iter().any(|has| last.ident == has)
        {
            diag.report(bound, message, &[param, &last.ident]);
        }
    }
}

/// What `Placeholder` of the runtime implements.
const PLACEHOLDER_TRAITS: [&str; 14] = [
    "Clone",
    "Copy",
    "Debug",
    "Default",
    "Eq",
    "Hash",
    "Ord",
    "PartialEq",
    "PartialOrd",
    "RefUnwindSafe",
    "Send",
    "Sized",
    "Sync",
    "Unpin",
];

/// Reports a list of a parameter, which the schema language does not have. Of a list behind an alias rustc says that its
/// elements are none.
pub(crate) fn check_lists(ty: &Type, generics: &Generics, diag: &mut Diagnostics) {
    let elements: Vec<&Type> = match ungrouped(ty) {
        Type::Array(array) => vec![&array.elem],
        Type::Slice(slice) => vec![&slice.elem],
        Type::Path(path)
            if path.path.segments.last().is_some_and(|last| LISTS.iter().any(|list| last.ident == list)) =>
        {
            type_arguments(path).take(1).collect()
        }
        _ => Vec::new(),
    };
    let is_parameter = |name: &&Ident| generics.type_params().any(|param| param.ident == **name);
    match elements.iter().filter_map(|element| parameter_name(element)).find(is_parameter) {
        Some(element) => diag.report(ty, &message::GENERIC_LIST, &[element]),
        None => match ungrouped(ty) {
            Type::Path(path) => {
                type_arguments(path).for_each(|argument| check_lists(argument, generics, diag));
            }
            Type::Tuple(tuple) => tuple.elems.iter().for_each(|elem| check_lists(elem, generics, diag)),
            Type::Array(array) => check_lists(&array.elem, generics, diag),
            Type::Slice(slice) => check_lists(&slice.elem, generics, diag),
            Type::Reference(reference) => check_lists(&reference.elem, generics, diag),
            _ => {}
        },
    }
}

/// The types that are lists of their first argument.
const LISTS: [&str; 4] = ["Vec", "VecDeque", "HashSet", "BTreeSet"];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::PLACEHOLDER_TRAITS;

    /// Those that the compiler implements, of what has no fields.
    const AUTOMATIC: [&str; 5] = ["RefUnwindSafe", "Send", "Sized", "Sync", "Unpin"];

    #[test]
    fn the_bounds_that_are_allowed_are_those_that_the_stand_in_has() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../ipc-runtime/src/wire/generic.rs");
        let text = std::fs::read_to_string(path).unwrap();
        let (before, _) = text.split_once("pub struct Placeholder").unwrap();
        let (_, derived) = before.rsplit_once("#[derive(").unwrap();
        let (derived, _) = derived.split_once(")]").unwrap();
        let has: BTreeSet<&str> = derived.split(", ").chain(AUTOMATIC).collect();
        assert_eq!(has, BTreeSet::from(PLACEHOLDER_TRAITS));
    }
}
