//! The parameters of a derived type: which of them its fields have.

use proc_macro2::{Group, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::punctuated::Punctuated;
use syn::{GenericArgument, Generics, Ident, PathArguments, Type, TypePath};

use super::ty::ungrouped;
use crate::diag::Diagnostics;
use crate::message;
use crate::model::Argument;

/// Finds the parameters that are in the types of fields, in the order of declaration, each once.
///
/// Of an associated type, the type is what matters: nothing is asked of the parameter itself.
pub(crate) fn find_arguments<'t>(
    generics: &Generics,
    fields: impl Iterator<Item = &'t Type>,
) -> Vec<Argument> {
    let fields: Vec<&Type> = fields.collect();
    let mut found = Vec::new();
    for param in generics.type_params() {
        let mut uses = Uses { param: &param.ident, found: Vec::new() };
        fields.iter().for_each(|ty| uses.visit(ty));
        found.extend(uses.found.into_iter().map(Argument::Type));
    }
    let constants = generics.const_params().map(|param| &param.ident);
    let used = constants.filter(|name| fields.iter().any(|ty| mentions(ty.to_token_stream(), name)));
    found.extend(used.cloned().map(Argument::Value));
    found
}

/// What the fields have of one parameter.
struct Uses<'a> {
    param: &'a Ident,
    found: Vec<Type>,
}

impl Uses<'_> {
    fn visit(&mut self, ty: &Type) {
        match ungrouped(ty) {
            Type::Path(path) => self.visit_path(path),
            Type::Tuple(tuple) => tuple.elems.iter().for_each(|elem| self.visit(elem)),
            Type::Array(array) => self.visit(&array.elem),
            Type::Slice(slice) => self.visit(&slice.elem),
            Type::Reference(reference) => self.visit(&reference.elem),
            _ => {}
        }
    }

    fn visit_path(&mut self, path: &TypePath) {
        let first = path.path.segments.first();
        let itself = path.qself.is_none() && first.is_some_and(|first| first.ident == *self.param);
        let projected =
            path.qself.as_ref().is_some_and(|qself| mentions(qself.ty.to_token_stream(), self.param));
        if itself || projected {
            let ty = Type::Path(path.clone());
            if !self.found.contains(&ty) {
                self.found.push(ty);
            }
            return;
        }
        for argument in type_arguments(path) {
            self.visit(argument);
        }
    }
}

/// Reports an item that contains itself with arguments that contain its parameters: the next one inside has larger
/// ones again, without end. Other circles are for rustc to find.
pub(crate) fn check_growth(ty: &Type, ident: &Ident, generics: &Generics, diag: &mut Diagnostics) -> bool {
    match ungrouped(ty) {
        Type::Path(path) => {
            let own = path.qself.is_none() && path.path.segments.len() == 1;
            let own = own && path.path.segments.iter().all(|segment| segment.ident == *ident);
            let mut sound = true;
            for argument in type_arguments(path) {
                sound &= check_growth(argument, ident, generics, diag);
                if own && is_larger(argument, generics) {
                    diag.report(argument, &message::GENERIC_GROWTH, &[ident]);
                    sound = false;
                }
            }
            sound
        }
        Type::Tuple(tuple) => tuple.elems.iter().all(|elem| check_growth(elem, ident, generics, diag)),
        Type::Array(array) => check_growth(&array.elem, ident, generics, diag),
        _ => true,
    }
}

/// The name that a type is, if it is nothing else.
pub(crate) fn parameter_name(ty: &Type) -> Option<&Ident> {
    match ungrouped(ty) {
        Type::Path(path) if path.qself.is_none() => path.path.get_ident(),
        _ => None,
    }
}

/// Tells whether a type has a parameter inside of it.
fn is_larger(ty: &Type, generics: &Generics) -> bool {
    let itself = |param: &Ident| matches!(ungrouped(ty), Type::Path(path) if path.path.is_ident(param));
    generics
        .type_params()
        .map(|param| &param.ident)
        .any(|param| mentions(ty.to_token_stream(), param) && !itself(param))
}

pub(super) fn type_arguments(path: &TypePath) -> impl Iterator<Item = &Type> {
    let arguments = path.path.segments.iter().filter_map(|segment| match &segment.arguments {
        PathArguments::AngleBracketed(arguments) => Some(&arguments.args),
        _ => None,
    });
    arguments.flat_map(Punctuated::iter).filter_map(|argument| match argument {
        GenericArgument::Type(ty) => Some(ty),
        _ => None,
    })
}

/// Tells whether a type has a parameter of its item.
pub(crate) fn has_type_param(ty: &Type, generics: &Generics) -> bool {
    generics.type_params().any(|param| mentions(ty.to_token_stream(), &param.ident))
}

/// Tells whether tokens name something; one of the same name in another module is not meant.
pub(crate) fn mentions(tokens: TokenStream, ident: &Ident) -> bool {
    let mut qualified = false;
    tokens.into_iter().any(|token| {
        let behind_path = std::mem::replace(
            &mut qualified,
            matches!(&token, TokenTree::Punct(punct) if punct.as_char() == ':'),
        );
        match token {
            TokenTree::Ident(found) => found == *ident && !behind_path,
            TokenTree::Group(group) => mentions(group.stream(), ident),
            _ => false,
        }
    })
}

/// Replaces `Self`, which has no meaning outside an `impl`, by the type's name.
pub(crate) fn name_self(ty: &Type, ident: &Ident, generics: &Generics) -> Type {
    let (_, arguments, _) = generics.split_for_impl();
    let tokens = replace_self(ty.to_token_stream(), ident, &arguments.to_token_stream());
    syn::parse2(tokens).unwrap_or_else(|_| ty.clone())
}

fn replace_self(tokens: TokenStream, ident: &Ident, arguments: &TokenStream) -> TokenStream {
    let mut tokens = tokens.into_iter().peekable();
    let mut replaced = TokenStream::new();
    while let Some(token) = tokens.next() {
        match token {
            TokenTree::Ident(found) if found == "Self" => {
                let mut name = ident.clone();
                name.set_span(found.span());
                let path = matches!(tokens.peek(), Some(TokenTree::Punct(punct)) if punct.as_char() == ':');
                replaced.extend(if path && !arguments.is_empty() {
                    quote!(<#name #arguments>)
                } else {
                    quote!(#name #arguments)
                });
            }
            TokenTree::Group(group) => {
                let mut inner = Group::new(group.delimiter(), replace_self(group.stream(), ident, arguments));
                inner.set_span(group.span());
                replaced.extend([TokenTree::Group(inner)]);
            }
            other => replaced.extend([other]),
        }
    }
    replaced
}
