//! Model to tokens. Nothing here can fail.
//!
//! Generated code lives in a `const _: () = { .. }`, where it calls the runtime's `private` module by one name,
//! `__ipc`, and takes nothing from the prelude.

/// Like `quote!`, with local variables that a user's cannot be mistaken for.
macro_rules! mixed {
    ($($tokens:tt)*) => {
        ::quote::quote_spanned!(::proc_macro2::Span::mixed_site()=> $($tokens)*)
    };
}

mod client;
mod data;
mod descriptor;
mod fallback;
mod names;
mod server;

use proc_macro2::{Span, TokenStream, TokenTree};
use quote::{ToTokens, quote_spanned};
use syn::{Attribute, DeriveInput, GenericArgument, Ident, PathArguments, Type};

use crate::check::{check_data, check_interface};
use crate::diag::Diagnostics;
use crate::model::{Container, ContextField, Interface, Method, Param, Parsed, Passing};
use crate::parse::{parse_data, parse_interface, ungrouped};

/// `#[ipc_interface(..)]`.
pub(crate) fn expand_attribute(arguments: TokenStream, item: TokenStream) -> TokenStream {
    let mut diag = Diagnostics::new();
    match parse_interface(arguments, item, &mut diag) {
        Parsed::Item(mut interface) => {
            check_interface(&mut interface, &mut diag);
            match diag.finish() {
                Ok(()) => expand_interface(interface),
                Err(errors) => fallback::expand_interface(interface, errors),
            }
        }
        Parsed::Other(item) => {
            let errors = diag.finish().err();
            mixed!(#item #errors)
        }
    }
}

/// `#[derive(IpcType)]`.
pub(crate) fn expand_derive(item: TokenStream) -> TokenStream {
    let input: DeriveInput = match syn::parse2(item) {
        Ok(input) => input,
        Err(error) => return error.to_compile_error(),
    };
    let deprecated = allow_deprecated(&deprecations(&input));
    let mut diag = Diagnostics::new();
    let data = parse_data(input, &mut diag);
    check_data(&data, &mut diag);
    match diag.finish() {
        Ok(()) => within(&data.container, &deprecated, &data::expand_data(&data)),
        Err(errors) => fallback::expand_data(&data, &errors),
    }
}

fn expand_interface(mut interface: Interface) -> TokenStream {
    let layouts: TokenStream = interface.methods.iter().map(expand_layouts).collect();
    let ids = descriptor::expand_ids(&interface.container);
    let client = client::expand_client(&interface);
    let server = server::expand_server(&interface);
    let deprecated = allow_deprecated(&interface_attributes(&interface));
    let hidden = within(&interface.container, &deprecated, &mixed!(#ids #layouts #client #server));
    let declaration = expand_trait(&mut interface);
    let alias = client::expand_alias(&interface);
    mixed!(#declaration #alias #hidden)
}

/// The trait itself.
fn expand_trait(interface: &mut Interface) -> TokenStream {
    let private = private(&interface.container);
    let remote = names::remote(&interface.item.ident);
    let item = &mut interface.item;
    item.colon_token = Some(syn::Token![:](Span::call_site()));
    item.supertraits = syn::parse_quote!(#private::Send + #private::Sync + 'static);
    item.items.push(syn::parse_quote! {
        #[doc(hidden)]
        fn #remote(&self) -> #private::Option<&#private::Remote> {
            #private::None
        }
    });
    item.to_token_stream()
}

/// The places of a method's parameters and of its result.
fn expand_layouts(method: &Method) -> TokenStream {
    let ipc = names::runtime();
    let params = names::params(&method.ident);
    let results = names::results(&method.ident);
    let context = (method.context == ContextField::Present).then(|| mixed!(#ipc::CONTEXT.shape,));
    let shapes = method.params.iter().map(|param| {
        let wire = expand_passing(param);
        mixed!(#wire::SHAPE)
    });
    let count = param_count(method);
    let wire = expand_wire(&ResultPart::Ok(&method.returns));
    mixed! {
        const #params: #ipc::Layout<#count> = #ipc::layout([#context #(#shapes),*]);
        const #results: #ipc::Layout<1> = #ipc::layout([#wire::SHAPE]);
    }
}

/// A type as generated code uses it: everything goes through one trait, so that rustc complains once.
fn expand_wire(ty: &impl ToTokens) -> TokenStream {
    expand_through(ty, "Wire")
}

/// The type of a parameter as generated code uses it: what is behind the `&` of a lent one.
fn expand_passing(param: &Param) -> TokenStream {
    match &param.passing {
        Passing::Owned => expand_wire(&param.ty),
        Passing::Lent(inner) => expand_through(inner, "Lent"),
    }
}

/// `<T as Trait<'_>>`, all of it where `T` is, so that equal complaints are one.
fn expand_through(ty: &impl ToTokens, name: &str) -> TokenStream {
    let (span, _) = ends(ty);
    let ipc = names::runtime();
    let name = Ident::new(name, span);
    quote_spanned!(Span::mixed_site().located_at(span)=> <#ty as #ipc::#name<'_>>)
}

fn param_count(method: &Method) -> usize {
    method.params.len() + first_index(method)
}

/// The index of the first declared parameter.
fn first_index(method: &Method) -> usize {
    usize::from(method.context == ContextField::Present)
}

/// One of the two types of a `Result<T, E>`, also of an alias.
enum ResultPart<'a> {
    Ok(&'a Type),
    Err(&'a Type),
}

impl ToTokens for ResultPart<'_> {
    /// The caret of a complaint goes under the type argument that is meant, or under the whole of an alias.
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let ipc = names::runtime();
        let (Self::Ok(returns) | Self::Err(returns)) = self;
        let (index, name) = match self {
            Self::Ok(_) => (0, "Ok"),
            Self::Err(_) => (1, "Err"),
        };
        let (first, last) = ends(type_argument(returns, index).unwrap_or(returns));
        let start = quote_spanned!(first=> <);
        let end = Ident::new(name, last);
        tokens.extend(mixed!(#start #returns as #ipc::AnyResult>::#end));
    }
}

/// A type between the angle brackets of a path.
fn type_argument(ty: &Type, index: usize) -> Option<&Type> {
    let Type::Path(path) = ungrouped(ty) else { return None };
    let PathArguments::AngleBracketed(arguments) = &path.path.segments.last()?.arguments else { return None };
    let mut types = arguments.args.iter().filter_map(|argument| match argument {
        GenericArgument::Type(ty) => Some(ty),
        _ => None,
    });
    types.nth(index)
}

/// The spans of the first and the last token.
fn ends(tokens: &impl ToTokens) -> (Span, Span) {
    let mut spans = tokens.to_token_stream().into_iter().map(|token: TokenTree| token.span());
    let first = spans.next().unwrap_or_else(Span::call_site);
    (first, spans.last().unwrap_or(first))
}

/// Puts generated code where its names meet nobody else's.
fn within(container: &Container, attributes: &TokenStream, code: &TokenStream) -> TokenStream {
    let private = private(container);
    let ipc = names::runtime();
    mixed! {
        #attributes
        const _: () = {
            use #private as #ipc;
            #code
        };
    }
}

/// The path of the runtime's `private` module, spanned so that no complaint is about the whole item.
fn private(container: &Container) -> TokenStream {
    let runtime = &container.runtime;
    mixed!(#runtime::private)
}

fn interface_attributes(interface: &Interface) -> Vec<&Attribute> {
    let methods = interface.item.items.iter().filter_map(|item| match item {
        syn::TraitItem::Fn(method) => Some(&method.attrs),
        _ => None,
    });
    interface.item.attrs.iter().chain(methods.flatten()).collect()
}

fn deprecations(input: &DeriveInput) -> Vec<&Attribute> {
    let members: Vec<&Vec<Attribute>> = match &input.data {
        syn::Data::Struct(data) => data.fields.iter().map(|field| &field.attrs).collect(),
        syn::Data::Enum(data) => data.variants.iter().map(|variant| &variant.attrs).collect(),
        syn::Data::Union(_) => Vec::new(),
    };
    input.attrs.iter().chain(members.into_iter().flatten()).collect()
}

/// Generated code uses what a user declares deprecated.
fn allow_deprecated(attributes: &[&Attribute]) -> TokenStream {
    let deprecated = attributes.iter().any(|attribute| attribute.path().is_ident("deprecated"));
    if deprecated { mixed!(#[allow(deprecated)]) } else { TokenStream::new() }
}

/// `to`, or `_` where nothing is written.
fn unless_empty(name: &str, empty: bool) -> TokenStream {
    if empty { mixed!(_) } else { Ident::new(name, Span::mixed_site()).into_token_stream() }
}
