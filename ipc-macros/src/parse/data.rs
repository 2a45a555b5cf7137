//! Structs and enums with `#[derive(IpcType)]`.

use proc_macro2::{Group, TokenStream, TokenTree};
use quote::ToTokens;
use syn::{DataEnum, DataStruct, DeriveInput, Fields, GenericParam, Ident, Type};

use super::attr::{Arguments, Place, parse_doc};
use super::ty::{Lifetimes, parse_field_type};
use crate::diag::Diagnostics;
use crate::message;
use crate::model::{Body, Data, ErrorType, Field, Variant};

/// Parses the item under `#[derive(IpcType)]`.
pub(crate) fn parse_data(input: DeriveInput, diag: &mut Diagnostics) -> Data {
    let arguments = Arguments::parse_ipc(&input.attrs, Place::Type, diag);
    let mut exceptions = Exceptions { allowed: arguments.error.is_some(), found: None };
    let container = arguments.into_container(&input.ident, &input.attrs, diag);
    check_generics(&input, diag);
    let body = match &input.data {
        syn::Data::Struct(data) => Body::Struct(parse_struct(
            data,
            &input.ident,
            Lifetimes::of(&input.generics),
            &mut exceptions,
            diag,
        )),
        syn::Data::Enum(data) => Body::Enum(parse_enum(data, &input.ident, &mut exceptions, diag)),
        syn::Data::Union(data) => {
            diag.report(data.union_token, &message::DATA_UNION, &[]);
            Body::Struct(Vec::new())
        }
    };
    if exceptions.allowed && exceptions.found.is_none() {
        let place = match &body {
            Body::Struct(_) => "a field `#[ipc(exception)] ipc: Option<IpcException>`",
            Body::Enum(_) => "a variant `#[ipc(exception)] Ipc(IpcException)`",
        };
        diag.report(&input.ident, &message::ERROR_WITHOUT_EXCEPTION, &[&input.ident, &place]);
    }
    let error = exceptions.allowed.then_some(ErrorType { exception: exceptions.found });
    Data { container, ident: input.ident, generics: input.generics, body, error }
}

/// Where an error holds the failure of a call.
struct Exceptions {
    /// The type is an error.
    allowed: bool,
    found: Option<Ident>,
}

impl Exceptions {
    /// Notes a variant or a field with `#[ipc(exception)]`; tells whether it is one.
    fn take(&mut self, arguments: &Arguments, ident: &Ident, diag: &mut Diagnostics) -> bool {
        let Some(token) = &arguments.exception else { return false };
        if !self.allowed {
            diag.report(token, &message::EXCEPTION_WITHOUT_ERROR, &[]);
        } else if self.found.is_some() {
            diag.report(ident, &message::EXCEPTION_TWICE, &[ident]);
        } else {
            self.found = Some(ident.clone());
        }
        true
    }
}

fn check_generics(input: &DeriveInput, diag: &mut Diagnostics) {
    let generics = &input.generics;
    let borrows = generics.params.iter().all(|param| matches!(param, GenericParam::Lifetime(_)));
    if generics.params.is_empty() {
        return;
    }
    let message = if borrows { &message::DATA_LIFETIME } else { &message::DATA_GENERICS };
    diag.report(&generics.params, message, &[&input.ident]);
}

fn parse_struct(
    data: &DataStruct,
    ident: &Ident,
    lifetimes: Lifetimes,
    exceptions: &mut Exceptions,
    diag: &mut Diagnostics,
) -> Vec<Field> {
    let fields = match &data.fields {
        Fields::Named(fields) => &fields.named,
        Fields::Unit => return Vec::new(),
        Fields::Unnamed(fields) => {
            diag.report(fields, &message::DATA_TUPLE, &[ident, ident]);
            return Vec::new();
        }
    };
    let mut parsed = Vec::new();
    for field in fields {
        let Some(name) = &field.ident else { continue };
        let arguments = Arguments::parse_ipc(&field.attrs, Place::Member, diag);
        if exceptions.take(&arguments, name, diag) {
            continue;
        }
        let schema = arguments.member_name(name, diag);
        if parse_field_type(&field.ty, lifetimes, diag) {
            parsed.push(Field {
                ident: name.clone(),
                name: schema,
                doc: parse_doc(&field.attrs),
                ty: name_self(&field.ty, ident),
            });
        }
    }
    parsed
}

fn parse_enum(
    data: &DataEnum,
    ident: &Ident,
    exceptions: &mut Exceptions,
    diag: &mut Diagnostics,
) -> Vec<Variant> {
    let mut parsed = Vec::new();
    for variant in &data.variants {
        let arguments = Arguments::parse_ipc(&variant.attrs, Place::Member, diag);
        if exceptions.take(&arguments, &variant.ident, diag) {
            if !matches!(&variant.fields, Fields::Unnamed(fields) if fields.unnamed.len() == 1) {
                diag.report(variant, &message::EXCEPTION_SHAPE, &[&variant.ident, &variant.ident]);
            }
            continue;
        }
        let name = arguments.member_name(&variant.ident, diag);
        if !matches!(variant.fields, Fields::Unit) {
            diag.report(&variant.fields, &message::DATA_VARIANT_FIELDS, &[&variant.ident]);
        }
        if let Some((_, discriminant)) = &variant.discriminant {
            diag.report(discriminant, &message::DATA_DISCRIMINANT, &[&variant.ident]);
        }
        parsed.push(Variant { ident: variant.ident.clone(), name, doc: parse_doc(&variant.attrs) });
    }
    if parsed.is_empty() && (data.variants.is_empty() || exceptions.found.is_some()) {
        diag.report(ident, &message::DATA_NO_VARIANTS, &[ident]);
    }
    parsed
}

/// Replaces `Self`, which has no meaning outside an `impl`, by the type's name.
fn name_self(ty: &Type, ident: &Ident) -> Type {
    let tokens = replace_self(ty.to_token_stream(), ident);
    syn::parse2(tokens).unwrap_or_else(|_| ty.clone())
}

fn replace_self(tokens: TokenStream, ident: &Ident) -> TokenStream {
    tokens
        .into_iter()
        .map(|token| match token {
            TokenTree::Ident(found) if found == "Self" => {
                let mut name = ident.clone();
                name.set_span(found.span());
                TokenTree::Ident(name)
            }
            TokenTree::Group(group) => {
                let mut inner = Group::new(group.delimiter(), replace_self(group.stream(), ident));
                inner.set_span(group.span());
                TokenTree::Group(inner)
            }
            other => other,
        })
        .collect()
}
