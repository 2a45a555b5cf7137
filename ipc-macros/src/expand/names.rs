//! Every name that generated code declares.
//!
//! | name | example | what |
//! | --- | --- | --- |
//! | [`client`] | `CalculatorClient` | the alias of the client type, beside the trait |
//! | [`remote`] | `__ipc_remote_calculator` | the hidden method by which the runtime recognises a client |
//! | [`runtime`] | `__ipc` | the runtime's `private` module, inside `const _: () = { .. }` |
//! | [`id`] | `__ID` | the type id |
//! | [`file`] | `__FILE` | the file id |
//! | [`layout`] | `__LAYOUT` | where the fields of a struct lie |
//! | [`params`] | `__SOLVE_PARAMS` | where the parameters of a method lie |
//! | [`results`] | `__SOLVE_RESULTS` | where its result lies |
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

pub(crate) fn id() -> Ident {
    hidden("__ID")
}

pub(crate) fn file() -> Ident {
    hidden("__FILE")
}

pub(crate) fn layout() -> Ident {
    hidden("__LAYOUT")
}

pub(crate) fn params(method: &Ident) -> Ident {
    hidden(&format!("_{}_PARAMS", snake_case(method).to_uppercase()))
}

pub(crate) fn results(method: &Ident) -> Ident {
    hidden(&format!("_{}_RESULTS", snake_case(method).to_uppercase()))
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
