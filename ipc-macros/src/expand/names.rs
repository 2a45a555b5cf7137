//! Every name that generated code declares.
//!
//! | name | example | what |
//! | --- | --- | --- |
//! | [`client`] | `CalculatorClient` | the alias of the client type, beside the trait |
//! | [`remote`] | `__ipc_remote_calculator` | the hidden method by which the runtime recognises a client |
//! | [`runtime`] | `__ipc` | the runtime's `private` module, inside `const _: () = { .. }` |
//! | [`id`] | `__ID` | the type id |
//! | [`file`] | `__FILE` | the file id |
//! | [`fields`] | `__FIELDS` | the fields of a struct |
//! | [`layout`] | `__LAYOUT` | where they lie |
//! | [`members`] | `__MEMBERS` | the fields, groups and unions of a struct |
//! | [`params`] | `__SOLVE_PARAMS`, `__SOLVE_PARAMS_AT` | the parameters of a method, and where they lie |
//! | [`results`] | `__SOLVE_RESULT`, `__SOLVE_RESULT_AT` | its result, and where it lies |
//! | [`errors`] | `__SOLVE_ERRORS` | how many fields its error has, before the result |
//! | [`slot`], [`slot_kind`] | `__Slot`, `__SlotKind` | what of an error travels |
//! | [`closure`] | `__Closure` | the implementation of an interface with one method by a closure |
//! | [`implementor`] | `__T` | the type parameter of the client's `impl` |

use proc_macro2::Span;
use quote::format_ident;
use syn::Ident;
use syn::ext::IdentExt;

pub(crate) fn client(interface: &Ident) -> Ident {
    format_ident!("{}Client", interface.unraw(), span = interface.span())
}

pub(crate) fn remote(interface: &Ident) -> Ident {
    hidden(&format!("__ipc_remote{}", snake_case(interface)))
}

pub(crate) fn runtime() -> Ident {
    hidden("__ipc")
}

pub(crate) fn closure() -> Ident {
    hidden("__Closure")
}

pub(crate) fn id() -> Ident {
    hidden("__ID")
}

pub(crate) fn file() -> Ident {
    hidden("__FILE")
}

pub(crate) fn fields() -> Ident {
    hidden("__FIELDS")
}

pub(crate) fn layout() -> Ident {
    hidden("__LAYOUT")
}

pub(crate) fn members() -> Ident {
    hidden("__MEMBERS")
}

/// Fields that a method implies, and the place of each.
pub(crate) struct Section {
    pub(crate) fields: Ident,
    pub(crate) at: Ident,
}

pub(crate) fn params(method: &Ident) -> Section {
    section(method, "PARAMS")
}

pub(crate) fn results(method: &Ident) -> Section {
    section(method, "RESULT")
}

pub(crate) fn errors(method: &Ident) -> Ident {
    hidden(&format!("_{}_ERRORS", snake_case(method).to_uppercase()))
}

fn section(method: &Ident, what: &str) -> Section {
    let fields = format!("_{}_{what}", snake_case(method).to_uppercase());
    Section { at: hidden(&format!("{fields}_AT")), fields: hidden(&fields) }
}

pub(crate) fn slot() -> Ident {
    hidden("__Slot")
}

pub(crate) fn slot_kind() -> Ident {
    hidden("__SlotKind")
}

pub(crate) fn implementor() -> Ident {
    hidden("__T")
}

/// Names that a user's code cannot see, or does not meet by accident.
fn hidden(name: &str) -> Ident {
    Ident::new(name, Span::mixed_site())
}

/// `Calculator` becomes `_calculator`.
fn snake_case(ident: &Ident) -> String {
    let mut name = "_".to_owned();
    for c in ident.unraw().to_string().chars() {
        if c.is_uppercase() && !name.ends_with('_') {
            name.push('_');
        }
        name.extend(c.to_lowercase());
    }
    name
}
