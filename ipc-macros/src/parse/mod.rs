//! Tokens to model. Mistakes are reported, and what has none is still parsed.

pub(crate) mod attr;
mod closure;
mod data;
mod generics;
mod keeping;
mod method;
mod symbol;
pub(crate) mod ty;

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::{
    ImplItem, Item, ItemImpl, ItemTrait, Lifetime, Path, TraitBoundModifier, TraitItem, TypeParamBound,
};

use self::attr::{Arguments, refuse_ipc};
pub(crate) use self::data::parse_data;
pub(crate) use self::generics::{has_type_param, parameter_name};
use self::method::{Member, parse_method};
pub(crate) use self::ty::{type_argument, ungrouped};
use crate::diag::Diagnostics;
use crate::message;
use crate::model::{Interface, Lifecycle, Parsed};

/// Parses the item under `#[ipc_interface(..)]`.
pub(crate) fn parse_interface(
    arguments: TokenStream,
    item: TokenStream,
    diag: &mut Diagnostics,
) -> Parsed<Interface> {
    let mut item: ItemTrait = match syn::parse2(item.clone()) {
        Ok(Item::Trait(item)) => item,
        Ok(other) => {
            let (tokens, kind) = kind_of(&other);
            diag.report(tokens, &message::NOT_A_TRAIT, &[&kind]);
            return Parsed::Other(item);
        }
        Err(error) => {
            diag.push(error);
            return Parsed::Other(item);
        }
    };
    let ident = item.ident.clone();
    let mut arguments = Arguments::parse_interface(arguments, diag);
    let superclasses = check_trait(&mut item, diag);
    let lifecycle = match arguments.lifecycle(diag) {
        // The one of the interface that this one extends.
        Lifecycle::Destroy if !superclasses.is_empty() => Lifecycle::Bare,
        own => own,
    };
    let twin = arguments.twin.clone();
    let container = arguments.into_container(&ident, &item.attrs, diag);
    let (mut methods, mut locals) = (Vec::new(), Vec::new());
    for member in &mut item.items {
        match member {
            TraitItem::Fn(method) => match parse_method(method, &ident, diag) {
                Member::Method(method) => methods.push(*method),
                Member::Local(local) => locals.push(local),
                Member::Wrong => {}
            },
            TraitItem::Type(member) => diag.report(member, &message::ASSOCIATED_TYPE, &[]),
            TraitItem::Const(member) => diag.report(member, &message::ASSOCIATED_CONST, &[]),
            other => diag.report(other, &message::TRAIT_MACRO, &[]),
        }
    }
    Parsed::Item(Interface { container, lifecycle, item, methods, locals, twin, superclasses })
}

/// Parses an `impl Trait for Type` under `#[ipc_interface]`: where the runtime is found, and the `impl`.
pub(crate) fn parse_impl(
    arguments: TokenStream,
    mut item: ItemImpl,
    diag: &mut Diagnostics,
) -> (Path, ItemImpl) {
    let runtime = Arguments::parse_impl(arguments, diag).into_runtime();
    if item.trait_.is_none() {
        diag.report(item.impl_token, &message::IMPL_WITHOUT_TRAIT, &[]);
    }
    for member in &mut item.items {
        if let ImplItem::Fn(method) = member {
            refuse_ipc(&mut method.attrs, &message::IPC_ON_IMPL, diag);
        }
    }
    (runtime, item)
}

/// Checks all but the members; returns the supertraits that may be interfaces.
fn check_trait(item: &mut ItemTrait, diag: &mut Diagnostics) -> Vec<Path> {
    refuse_ipc(&mut item.attrs, &message::IPC_ON_TRAIT, diag);
    item.attrs.retain(|attribute| {
        let twice = attribute.path().segments.last().is_some_and(|last| last.ident == symbol::IPC_INTERFACE);
        if twice {
            diag.report(attribute, &message::INTERFACE_TWICE, &[]);
        }
        !twice
    });
    if let Some(token) = &item.unsafety {
        diag.report(token, &message::TRAIT_UNSAFE, &[]);
    }
    if !item.generics.params.is_empty() {
        diag.report(&item.generics.params, &message::TRAIT_GENERICS, &[]);
    }
    if let Some(clause) = &item.generics.where_clause {
        diag.report(clause, &message::TRAIT_WHERE, &[]);
    }
    let mut superclasses = Vec::new();
    for bound in item.supertraits.iter().filter(|bound| !is_implied(bound)) {
        match superclass(bound) {
            Some(path) => superclasses.push(path.clone()),
            None => diag.report(bound, &message::SUPERTRAIT, &[&ty::spell(bound)]),
        }
    }
    superclasses
}

/// The supertrait, unless it is certainly no interface. Of others rustc says so.
fn superclass(bound: &TypeParamBound) -> Option<&Path> {
    const OTHERS: &[&str] = &[
        "Any",
        "Clone",
        "Copy",
        "Debug",
        "Default",
        "Display",
        "Drop",
        "Eq",
        "Error",
        "Fn",
        "FnMut",
        "FnOnce",
        "From",
        "Hash",
        "Into",
        "Iterator",
        "Ord",
        "PartialEq",
        "PartialOrd",
        "Sized",
        "Unpin",
    ];
    let TypeParamBound::Trait(bound) = bound else { return None };
    let last = bound.path.segments.last()?;
    let plain = matches!(bound.modifier, TraitBoundModifier::None)
        && bound.lifetimes.is_none()
        && last.arguments.is_none()
        && OTHERS.iter().all(|other| last.ident != other);
    plain.then_some(&bound.path)
}

/// Tells whether every interface has the supertrait anyway.
pub(crate) fn is_implied(bound: &TypeParamBound) -> bool {
    match bound {
        TypeParamBound::Trait(bound) => {
            bound.path.segments.last().is_some_and(|last| {
                (last.ident == "Send" || last.ident == "Sync") && last.arguments.is_none()
            })
        }
        TypeParamBound::Lifetime(Lifetime { ident, .. }) => ident == "static",
        _ => false,
    }
}

/// The keyword of an item and its kind in words.
fn kind_of(item: &Item) -> (TokenStream, &'static str) {
    match item {
        Item::Struct(item) => (item.struct_token.to_token_stream(), "a struct"),
        Item::Enum(item) => (item.enum_token.to_token_stream(), "an enum"),
        Item::Union(item) => (item.union_token.to_token_stream(), "a union"),
        Item::Fn(item) => (item.sig.fn_token.to_token_stream(), "a function"),
        Item::Mod(item) => (item.mod_token.to_token_stream(), "a module"),
        Item::Type(item) => (item.type_token.to_token_stream(), "a type alias"),
        other => (other.to_token_stream(), "something else"),
    }
}
