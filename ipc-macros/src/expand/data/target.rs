//! For what the `impl`s of a derived type are, and what its fields are on the wire.

use proc_macro2::{Group, Span, TokenStream, TokenTree};
use quote::ToTokens;
use syn::{GenericParam, Ident, Lifetime, Type};

use crate::expand::members::is_plain;
use crate::expand::names;
use crate::expand::wire::Wire;
use crate::model::{Argument, Body, Data, Field, Keeping};
use crate::parse::{has_type_param, parameter_name};

/// The constants with the fields or members of a type and their places, as an `impl` names them.
pub(crate) fn layout_constants(data: &Data) -> (TokenStream, TokenStream) {
    if data.is_generic() {
        return laid_constants(&mixed!(Self));
    }
    let plain = matches!(&data.body, Body::Struct(fields) if is_plain(fields));
    let fields = if plain { names::fields() } else { names::members() };
    (fields.into_token_stream(), names::layout().into_token_stream())
}

/// The constants of the type as it is described: a generic one that is one in the schema, by what stands for its parameters.
pub(crate) fn described_constants(data: &Data) -> (TokenStream, TokenStream) {
    match described(data) {
        Some(stand_in) => laid_constants(&stand_in),
        None => layout_constants(data),
    }
}

fn laid_constants(ty: &TokenStream) -> (TokenStream, TokenStream) {
    let ipc = names::runtime();
    (mixed!(<#ty as #ipc::Laid>::FIELDS), mixed!(<#ty as #ipc::Laid>::LAYOUT))
}

/// `Page<Placeholder<0>>`, by which a type is described that is generic in the schema.
pub(crate) fn described(data: &Data) -> Option<TokenStream> {
    if data.keeping == Keeping::Instances {
        return None;
    }
    let ipc = names::runtime();
    let ident = &data.ident;
    let number_of = |param: &Ident| {
        let is_it =
            |argument: &Argument| matches!(argument, Argument::Type(ty) if parameter_name(ty) == Some(param));
        data.arguments.iter().zip(0_u16..).find(|(argument, _)| is_it(argument)).map(|(_, number)| number)
    };
    let arguments = data.generics.params.iter().map(|param| match param {
        // As in the head of the `impl`.
        GenericParam::Lifetime(param) => {
            let mut lifetime = param.lifetime.clone();
            lifetime.set_span(Span::mixed_site());
            lifetime.to_token_stream()
        }
        GenericParam::Type(param) => match number_of(&param.ident) {
            Some(number) => mixed!(#ipc::Placeholder<#number>),
            None => param.ident.to_token_stream(),
        },
        GenericParam::Const(param) => param.ident.to_token_stream(),
    });
    Some(mixed!(#ident<#(#arguments),*>))
}

/// The type with something in place of all its parameters, of which a constant that is part of a type can count the fields:
/// how many there are does not depend on arguments.
pub(crate) fn counted(data: &Data) -> Option<TokenStream> {
    if !data.is_generic() {
        return None;
    }
    let ipc = names::runtime();
    let ident = &data.ident;
    let arguments = data.generics.params.iter().zip(0_u16..).map(|(param, number)| match param {
        GenericParam::Lifetime(_) => mixed!('static),
        GenericParam::Type(_) => mixed!(#ipc::Placeholder<#number>),
        GenericParam::Const(param) => match &param.ty {
            Type::Path(path) if path.path.is_ident("bool") => mixed!(false),
            Type::Path(path) if path.path.is_ident("char") => mixed!('0'),
            _ => mixed!(0),
        },
    });
    Some(mixed!(#ident<#(#arguments),*>))
}

/// What stands in the head of an `impl`. A type with a lifetime is decoded from a message that lives as long.
pub(crate) struct Target {
    /// `<'a, T>`, or nothing.
    pub(crate) params: TokenStream,
    /// `Note<'a, T>`.
    pub(crate) ty: TokenStream,
    /// `where T: Argument`, `where T: PointerArgument`, or nothing.
    pub(crate) bounds: TokenStream,
    /// `<'a, T>`, or `<'m, T>` for a type that owns what it has.
    pub(super) decode_params: TokenStream,
    /// The same, and that a `T` can be read from a message.
    pub(super) decode_bounds: TokenStream,
    /// `'a` or `'m`.
    pub(super) message: Lifetime,
    predicates: Vec<TokenStream>,
    decode_predicates: Vec<TokenStream>,
}

impl Target {
    pub(crate) fn of(data: &Data) -> Self {
        let ipc = names::runtime();
        let ident = &data.ident;
        let own = Lifetime::new("'m", Span::mixed_site());
        let mut generics = data.generics.clone();
        // Spanned as generated: what lints say of the `impl`s is not about the user's lifetime.
        generics.lifetimes_mut().for_each(|param| param.lifetime.set_span(own.span()));
        let mut decode_generics = generics.clone();
        let message = match generics.lifetimes().next() {
            Some(param) => param.lifetime.clone(),
            None => {
                let param = syn::LifetimeParam::new(own.clone());
                decode_generics.params.insert(0, syn::GenericParam::Lifetime(param));
                own
            }
        };
        let (params, arguments, clause) = generics.split_for_impl();
        let (decode_params, ..) = decode_generics.split_for_impl();
        let own = clause.iter().flat_map(|clause| &clause.predicates).map(ToTokens::to_token_stream);
        let mut predicates: Vec<TokenStream> = own.collect();
        let mut decodes = Vec::new();
        for argument in &data.arguments {
            if let Argument::Type(ty) = argument {
                let (argument, decode) = match data.keeping {
                    Keeping::Instances => (mixed!(Argument), mixed!(DecodeElement)),
                    Keeping::Parameters => (mixed!(PointerArgument), mixed!(Decode)),
                };
                predicates.push(mixed!(#ty: #ipc::#argument));
                // Of `This`, so that an argument that is no IPC type is one mistake and not two.
                decodes.push(mixed!(<#ty as #ipc::IpcType>::This: #ipc::#decode<#message>));
            }
        }
        let decode_predicates: Vec<TokenStream> = predicates.iter().cloned().chain(decodes).collect();
        Self {
            params: params.to_token_stream(),
            ty: mixed!(#ident #arguments),
            bounds: where_clause(&predicates, None),
            decode_params: decode_params.to_token_stream(),
            decode_bounds: where_clause(&decode_predicates, None),
            message,
            predicates,
            decode_predicates,
        }
    }

    pub(super) fn bounds_and(&self, predicate: Option<&TokenStream>) -> TokenStream {
        where_clause(&self.predicates, predicate)
    }

    pub(super) fn decode_bounds_and(&self, predicate: Option<&TokenStream>) -> TokenStream {
        where_clause(&self.decode_predicates, predicate)
    }
}

fn where_clause(predicates: &[TokenStream], last: Option<&TokenStream>) -> TokenStream {
    if predicates.is_empty() && last.is_none() {
        return TokenStream::new();
    }
    let predicates = predicates.iter().chain(last);
    mixed!(where #(#predicates),*)
}

/// The type of a field as it is sent: of one with a parameter it is not known what can be received.
pub(crate) fn outgoing(data: &Data, field: &Field) -> Wire {
    if depends(data, field) { Wire::outgoing(&field.ty) } else { converted(field, &field.ty) }
}

/// The type of a field as it is received.
pub(crate) fn incoming(data: &Data, field: &Field) -> Wire {
    if depends(data, field) { Wire::incoming(&field.ty) } else { converted(field, &field.ty) }
}

/// The type of a field, of which a constant tells.
pub(crate) fn constant(data: &Data, field: &Field) -> Wire {
    if depends(data, field) {
        // The constant is in an `impl`, which has the lifetime.
        return Wire::outgoing(&field.ty);
    }
    converted(field, &without_lifetime(data, &field.ty))
}

/// Tells whether it depends on an argument what the type of a field is on the wire.
pub(crate) fn depends(data: &Data, field: &Field) -> bool {
    field.conversion.is_none() && field.interface.is_none() && has_type_param(&field.ty, &data.generics)
}

fn converted(field: &Field, ty: &Type) -> Wire {
    Wire::travelling_as(ty, field.interface.as_ref()).with(field.conversion.as_ref())
}

/// The type as constants can name it: `'static` in place of the lifetime, which only `impl`s know.
pub(crate) fn without_lifetime(data: &Data, ty: &Type) -> Type {
    let Some(param) = data.generics.lifetimes().next() else { return ty.clone() };
    let tokens = replace_lifetime(ty.to_token_stream(), &param.lifetime.ident);
    syn::parse2(tokens).unwrap_or_else(|_| ty.clone())
}

fn replace_lifetime(tokens: TokenStream, lifetime: &Ident) -> TokenStream {
    let mut tick = false;
    let replace = |token| {
        let after_tick =
            std::mem::replace(&mut tick, matches!(&token, TokenTree::Punct(p) if p.as_char() == '\''));
        match token {
            TokenTree::Ident(found) if after_tick && found == *lifetime => {
                TokenTree::Ident(Ident::new("static", found.span()))
            }
            TokenTree::Group(group) => {
                let mut inner = Group::new(group.delimiter(), replace_lifetime(group.stream(), lifetime));
                inner.set_span(group.span());
                TokenTree::Group(inner)
            }
            other => other,
        }
    };
    tokens.into_iter().map(replace).collect()
}
