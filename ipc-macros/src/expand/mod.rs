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
mod error;
mod fallback;
mod future;
mod members;
mod names;
mod server;
mod wire;

use proc_macro2::{Span, TokenStream};
use quote::ToTokens;
use syn::{Attribute, DeriveInput, Ident};

use self::names::Section;
use self::wire::{Wire, call_error_of, call_runtime};
use crate::check::{check_data, check_interface};
use crate::diag::Diagnostics;
use crate::model::{Container, ContextField, Form, HasField, Interface, Method, Param, Parsed, Results};
use crate::parse::{parse_data, parse_impl, parse_interface};

/// `#[ipc_interface(..)]`.
pub(crate) fn expand_attribute(arguments: TokenStream, item: TokenStream) -> TokenStream {
    let mut diag = Diagnostics::new();
    if let Ok(syn::Item::Impl(item)) = syn::parse2(item.clone()) {
        let (runtime, item) = parse_impl(arguments, item, &mut diag);
        let errors = diag.finish().err();
        let item = expand_impl(&mixed!(#runtime::private), item);
        return mixed!(#errors #item);
    }
    match parse_interface(arguments, item, &mut diag) {
        Parsed::Item(mut interface) => {
            check_interface(&mut interface, &mut diag);
            match diag.finish() {
                Ok(()) => expand_interface(interface),
                Err(errors) => fallback::expand_interface(interface, &errors),
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
    let mut data = parse_data(input, &mut diag);
    check_data(&mut data, &mut diag);
    match diag.finish() {
        Ok(()) => {
            let exception = data.error.as_ref().and_then(|error| error.exception.as_ref());
            let code = match exception {
                Some(exception) => error::expand_error(&data, exception),
                None => data::expand_data(&data),
            };
            within(&data.container, &deprecated, &code)
        }
        Err(errors) => fallback::expand_data(&data, &errors),
    }
}

fn expand_interface(mut interface: Interface) -> TokenStream {
    let sections: TokenStream = interface.methods.iter().map(expand_sections).collect();
    let ids = descriptor::expand_ids(&interface.container);
    let mut twin = expand_twin(&interface);
    let implementations: TokenStream = [Some(&interface), twin.as_ref()]
        .into_iter()
        .flatten()
        .map(|face| {
            let (client, server) = (client::expand_client(face), server::expand_server(face));
            mixed!(#client #server)
        })
        .collect();
    let deprecated = allow_deprecated(&interface_attributes(&interface));
    let hidden = within(&interface.container, &deprecated, &mixed!(#ids #sections #implementations));
    let declarations: TokenStream = [Some(&mut interface), twin.as_mut()]
        .into_iter()
        .flatten()
        .map(|face| {
            let declaration = expand_trait(face);
            let alias = client::expand_alias(face);
            mixed!(#declaration #alias)
        })
        .collect();
    mixed!(#declarations #hidden)
}

/// The interface with the other form of every method: what is on the wire, without bodies.
fn expand_twin(interface: &Interface) -> Option<Interface> {
    let ident = interface.twin.clone()?;
    let mut item = interface.item.clone();
    item.ident = ident;
    item.items.retain_mut(|member| match member {
        syn::TraitItem::Fn(function) => {
            function.default = None;
            // Says something of a body only.
            function.attrs.retain(|attribute| !attribute.path().is_ident("inline"));
            function.semi_token.get_or_insert_default();
            let form = interface.methods.iter().find(|method| method.ident == function.sig.ident);
            function.sig.asyncness = match form.map(|method| method.form) {
                Some(Form::Blocking) => Some(syn::Token![async](function.sig.fn_token.span)),
                _ => None,
            };
            form.is_some()
        }
        _ => false,
    });
    let methods = interface.methods.iter().cloned();
    let methods = methods.map(|method| Method { form: method.form.other(), ..method }).collect();
    Some(Interface {
        container: interface.container.clone(),
        lifecycle: interface.lifecycle.clone(),
        item,
        methods,
        locals: Vec::new(),
        twin: None,
        superclasses: interface.superclasses.clone(),
    })
}

/// An implementation: its `async fn`s get the shape that the trait's have.
fn expand_impl(private: &TokenStream, mut item: syn::ItemImpl) -> TokenStream {
    for member in &mut item.items {
        let syn::ImplItem::Fn(function) = member else { continue };
        if function.sig.asyncness.is_some() {
            function.block = future::shape_body(&function.sig, &function.block, private);
            future::shape_signature(&mut function.sig, private);
            function.attrs.push(future::allow_shape());
        }
    }
    item.into_token_stream()
}

/// The `async fn`s of a trait, in the shape that can be called through `dyn Trait`.
fn shape_methods(item: &mut syn::ItemTrait, private: &TokenStream) {
    let blocking = |member: &syn::TraitItem| match member {
        syn::TraitItem::Fn(function) => function.sig.asyncness.is_none(),
        _ => true,
    };
    // Once is enough where it says nothing of a method in another shape.
    let all = !item.items.is_empty() && !item.items.iter().any(blocking);
    if all {
        item.attrs.push(future::allow_shape());
    }
    for member in &mut item.items {
        let syn::TraitItem::Fn(function) = member else { continue };
        if function.sig.asyncness.is_none() {
            continue;
        }
        if let Some(body) = &mut function.default {
            *body = future::shape_body(&function.sig, body, private);
        }
        future::shape_signature(&mut function.sig, private);
        if !all {
            function.attrs.push(future::allow_shape());
        }
    }
}

/// The trait itself.
fn expand_trait(interface: &mut Interface) -> TokenStream {
    let private = private(&interface.container);
    let remote = names::remote(&interface.item.ident);
    let item = &mut interface.item;
    shape_methods(item, &private);
    item.colon_token = Some(syn::Token![:](Span::call_site()));
    let superclasses = &interface.superclasses;
    item.supertraits = syn::parse_quote!(#(#superclasses +)* #private::Send + #private::Sync + 'static);
    item.items.push(syn::parse_quote! {
        #[doc(hidden)]
        fn #remote(&self) -> #private::Option<&#private::Remote> {
            #private::None
        }
    });
    item.to_token_stream()
}

/// The parameters and the result of a method, and their places.
fn expand_sections(method: &Method) -> TokenStream {
    let ipc = names::runtime();
    let context = (method.context == ContextField::Present).then(|| mixed!(#ipc::CONTEXT));
    let params = method.params.iter().map(expand_param);
    let params = context.into_iter().chain(params).collect::<Vec<_>>();
    let names = names::params(&method.ident);
    let mut params = expand_fields(&names.fields, &names.at, &params);
    params.extend(
        method
            .params
            .iter()
            .zip(first_index(method)..)
            .map(|(param, index)| expand_presence_check(param, index, &names.fields)),
    );
    let result = expand_results(method);
    let loans: Vec<_> =
        method.params.iter().filter(|param| param.is_lent()).map(wire::check_lendable).collect();
    let loans = (!loans.is_empty()).then(|| mixed!(const _: () = { #(#loans;)* };));
    mixed!(#params #result #loans)
}

/// The two constants of some fields: what they are and where they lie.
fn expand_fields(fields: &Ident, layout: &Ident, list: &[TokenStream]) -> TokenStream {
    let ipc = names::runtime();
    let count = list.len();
    mixed! {
        const #fields: [#ipc::Field; #count] = [#(#list),*];
        const #layout: #ipc::Layout<#count> = #ipc::layout_of(&#fields);
    }
}

/// What the results are and where they lie; before them, what the error of the method has of its own.
fn expand_results(method: &Method) -> TokenStream {
    let ipc = names::runtime();
    let returns = &method.returns;
    let results: Vec<_> = match &method.results {
        Results::Whole(name) => {
            vec![expand_result(method, 0, &name.text, &Wire::of_result(method))]
        }
        Results::Parts(parts) => {
            let parts = parts.iter().enumerate();
            parts
                .map(|(index, (name, ty))| {
                    expand_result(method, index, &name.text, &Wire::of_part(ty, method.presence(index)))
                })
                .collect()
        }
    };
    let (errors, Section { fields, at }) = (names::errors(&method.ident), names::results(&method.ident));
    let error = call_error_of(returns);
    let count = results.len();
    let all = call_runtime(returns, "result_fields", mixed!(&#error, [#(#results),*]));
    mixed! {
        const #errors: #ipc::usize = #ipc::count_slots(&#error);
        const #fields: [#ipc::Field; #errors + #count] = #all;
        const #at: #ipc::Layout<{ #errors + #count }> = #ipc::layout_of(&#fields);
    }
}

fn expand_param(param: &Param) -> TokenStream {
    let ipc = names::runtime();
    let wire = Wire::of_param(param);
    let mut field = expand_field(&param.name.text, &param.doc, &wire);
    if let Some(default) = &param.default {
        field = expand_default(&field, &wire, default);
    }
    if let Some(ordinal) = param.has.and_then(|has| has.ordinal) {
        field = mixed!(#ipc::with_presence(#field, #ordinal));
    }
    field
}

/// Where `has = N` stands, if N cannot be.
fn expand_presence_check(param: &Param, index: usize, fields: &Ident) -> TokenStream {
    let Some(HasField { ordinal: Some(_), span }) = param.has else { return TokenStream::new() };
    let mut ipc = names::runtime();
    ipc.set_span(span);
    quote::quote_spanned!(span=> const _: () = #ipc::check_presence(&#fields, #index);)
}

fn expand_result(method: &Method, index: usize, name: &str, wire: &Wire) -> TokenStream {
    let ipc = names::runtime();
    let field = expand_field(name, "", wire);
    match method.presence(index) {
        Some(before) => {
            let errors = names::errors(&method.ident);
            mixed!(#ipc::with_presence(#field, #ipc::after(#errors + #before)))
        }
        None => field,
    }
}

fn expand_field(name: &str, doc: &str, wire: &Wire) -> TokenStream {
    let ipc = names::runtime();
    let part = wire.item("PART");
    mixed!(#ipc::field(#name, #doc, #part))
}

/// A field with a default, of the type that `wire` is about.
fn expand_default(field: &TokenStream, wire: &Wire, default: &syn::Expr) -> TokenStream {
    let ipc = names::runtime();
    let default = expand_default_value(default);
    let value = wire.call("schema_value", mixed!(|| const { #default }));
    mixed!(#ipc::defaulted(#field, || #value))
}

/// The last argument of what writes and reads a value with a default.
fn expand_default_argument(default: Option<&syn::Expr>) -> Option<TokenStream> {
    default.map(expand_default_value).map(|default| mixed!(, || const { #default }))
}

/// A list is behind a reference, and so are the lists in it.
fn expand_default_value(default: &syn::Expr) -> TokenStream {
    match default {
        syn::Expr::Array(list) => {
            let items = list.elems.iter().map(expand_default_value);
            mixed!(&[#(#items),*])
        }
        other => other.to_token_stream(),
    }
}

/// The index of the first declared parameter.
fn first_index(method: &Method) -> usize {
    usize::from(method.context == ContextField::Present)
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

/// Writes that each end in a `Result`, as one. The first failure is what all return, without a `?` behind each: that is
/// three functions to look up, and a branch, for every field of every type.
fn expand_writes(writes: &[TokenStream]) -> TokenStream {
    let ipc = names::runtime();
    match writes {
        [] => mixed!(#ipc::Ok(())),
        [write] => write.clone(),
        writes => mixed!(#ipc::all([#(#writes),*])),
    }
}

/// `to`, or `_` where nothing is written.
fn unless_empty(name: &str, empty: bool) -> TokenStream {
    if empty { mixed!(_) } else { Ident::new(name, Span::mixed_site()).into_token_stream() }
}
