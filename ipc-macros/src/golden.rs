//! What the macros make of a little of everything, as a reader of `cargo expand` sees it.
//!
//! The files are not compiled, since nothing here knows the runtime: they show in a review how the expansion changes, and
//! keep it short. `IPC_GOLDEN_UPDATE=1` writes them.

use std::path::{Path, PathBuf};
use std::{env, fs};

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::{Attribute, Item, Meta};

use crate::expand::{expand_attribute, expand_derive};

const UPDATE: &str = "IPC_GOLDEN_UPDATE";

#[test]
fn the_expansion_of_an_interface() {
    check("interface");
}

#[test]
fn the_expansion_of_a_twin() {
    check("twin");
}

#[test]
fn the_expansion_of_types() {
    check("types");
}

/// What a method costs a reader, at some eighty columns: a signature, two lists of fields, a client's call, a server's arm.
#[test]
fn an_interface_of_ten_methods_can_be_read() {
    let lines = expanded("interface").lines().count();
    assert!(lines < 1200, "{lines} lines for ten methods");
}

#[track_caller]
fn check(name: &str) {
    let expanded = expanded(name);
    let path = golden(&format!("{name}.expanded.rs"));
    if env::var_os(UPDATE).is_some() {
        fs::write(&path, expanded).unwrap();
        return;
    }
    let golden = fs::read_to_string(&path).unwrap_or_default();
    let differs = golden.lines().zip(expanded.lines()).position(|(old, new)| old != new);
    assert!(
        golden == expanded,
        "{} is stale from line {} on; look at what `{UPDATE}=1 cargo test -p ipc-macros` makes of it",
        path.display(),
        differs.unwrap_or_default() + 1
    );
}

fn expanded(name: &str) -> String {
    let source = fs::read_to_string(golden(&format!("{name}.rs"))).unwrap();
    let items = syn::parse_file(&source).unwrap().items.into_iter().map(expand_item);
    prettyplease::unparse(&syn::parse2(items.collect()).unwrap())
}

fn golden(file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("golden").join(file)
}

/// Does what the compiler does: calls the macro, without its attribute; a derive adds to its item.
fn expand_item(mut item: Item) -> TokenStream {
    let attributes = match &mut item {
        Item::Trait(of) => &mut of.attrs,
        Item::Struct(of) => &mut of.attrs,
        Item::Enum(of) => &mut of.attrs,
        _ => panic!("neither an interface nor a type"),
    };
    let is = |name| move |attribute: &Attribute| attribute.path().is_ident(name);
    let interface = attributes.iter().position(is("ipc_interface")).map(|at| attributes.remove(at));
    attributes.retain(|attribute| !is("derive")(attribute));
    match interface {
        Some(attribute) => {
            let Meta::List(list) = attribute.meta else { panic!("no arguments") };
            expand_attribute(list.tokens, item.into_token_stream())
        }
        None => {
            let derived = expand_derive(item.to_token_stream());
            quote!(#item #derived)
        }
    }
}
