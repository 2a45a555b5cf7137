//! `async fn` in a trait: a method that returns a boxed future, of the shape that async-trait gives it.
//!
//! `async fn solve(&self, equation: &str) -> R` becomes
//!
//! ```text
//! fn solve<'life0, 'life1, 'async_trait>(&'life0 self, equation: &'life1 str)
//!     -> Pin<Box<dyn Future<Output = R> + Send + 'async_trait>>
//! where
//!     'life0: 'async_trait,
//!     'life1: 'async_trait,
//!     Self: 'async_trait,
//! ```
//!
//! The same transformation of a trait and of an `impl` fits either to async-trait's of the other.

use proc_macro2::{Span, TokenStream};
use syn::{
    Attribute, Block, FnArg, GenericArgument, Lifetime, Pat, PathArguments, ReturnType, Signature, Type,
    TypePath, TypeReference,
};

/// Gives an `async fn` its shape; `private` is the path of the runtime's names.
pub(crate) fn shape_signature(sig: &mut Signature, private: &TokenStream) {
    let Some(token) = sig.asyncness.take() else { return };
    let span = token.span;
    let mut elided = Elided { lifetimes: Vec::new(), span };
    for input in &mut sig.inputs {
        match input {
            FnArg::Receiver(receiver) if receiver.colon_token.is_some() => elided.visit(&mut receiver.ty),
            FnArg::Receiver(receiver) => {
                if let Some((_, lifetime)) = &mut receiver.reference {
                    elided.name_option(lifetime);
                    if let Type::Reference(reference) = &mut *receiver.ty {
                        reference.lifetime.clone_from(lifetime);
                    }
                }
            }
            FnArg::Typed(typed) => {
                elided.visit(&mut typed.ty);
                // The body binds it again.
                if let Pat::Ident(pat) = &mut *typed.pat
                    && pat.by_ref.is_none()
                    && pat.subpat.is_none()
                {
                    pat.mutability = None;
                }
            }
        }
    }
    let future = Lifetime::new("'async_trait", span);
    let output = match &sig.output {
        ReturnType::Default => mixed!(()),
        ReturnType::Type(_, ty) => mixed!(#ty),
    };
    let clause = sig.generics.make_where_clause();
    for lifetime in &elided.lifetimes {
        clause.predicates.push(syn::parse_quote!(#lifetime: #future));
    }
    clause.predicates.push(syn::parse_quote!(Self: #future));
    for lifetime in elided.lifetimes.iter().chain([&future]) {
        sig.generics.params.push(syn::parse_quote!(#lifetime));
    }
    sig.generics.lt_token.get_or_insert_default();
    sig.generics.gt_token.get_or_insert_default();
    sig.output = syn::parse_quote! {
        -> #private::Pin<#private::Box<dyn #private::Future<Output = #output> + #private::Send + #future>>
    };
}

/// Gives the body of an `async fn` its shape; `sig` is the signature as written.
pub(crate) fn shape_body(sig: &Signature, body: &Block, private: &TokenStream) -> Block {
    let output = match &sig.output {
        ReturnType::Default => mixed!(()),
        ReturnType::Type(_, ty) => mixed!(#ty),
    };
    // So that the future drops an argument that the body does not use when it ends, as a function does.
    let arguments = sig.inputs.iter().filter_map(|input| match input {
        FnArg::Typed(typed) => match &*typed.pat {
            Pat::Ident(pat) if pat.by_ref.is_none() && pat.subpat.is_none() => {
                let (mutability, ident) = (&pat.mutability, &pat.ident);
                Some(mixed!(let #mutability #ident = #ident;))
            }
            _ => None,
        },
        FnArg::Receiver(_) => None,
    });
    let statements = &body.stmts;
    let block: TokenStream = mixed!({ #(#statements)* });
    // Complaints about the future, as that it is not `Send`, go where the user says `async`.
    let span = sig.asyncness.map_or_else(Span::call_site, |token| token.span);
    // The first `return` that the compiler sees tells it the type of the block.
    let steps = mixed! {
        if let #private::Some(__result) = #private::None::<#output> {
            #[allow(unreachable_code)]
            return __result;
        }
        #(#arguments)*
        let __result: #output = #block;
        #[allow(unreachable_code)]
        __result
    };
    let future = quote::quote_spanned!(span=> #private::Box::pin(async move { #steps }));
    syn::parse_quote!({ #future })
}

/// What clippy has against the shape.
pub(crate) fn allow_shape() -> Attribute {
    syn::parse_quote!(
        #[allow(
            clippy::async_yields_async,
            clippy::diverging_sub_expression,
            clippy::let_unit_value,
            clippy::needless_lifetimes,
            clippy::no_effect_underscore_binding,
            clippy::shadow_same,
            clippy::type_complexity,
            clippy::type_repetition_in_bounds,
            clippy::used_underscore_binding,
            single_use_lifetimes
        )]
    )
}

/// Names the lifetimes that a signature leaves out, from left to right.
struct Elided {
    lifetimes: Vec<Lifetime>,
    span: Span,
}

impl Elided {
    fn name(&mut self) -> Lifetime {
        let lifetime = Lifetime::new(&format!("'life{}", self.lifetimes.len()), self.span);
        self.lifetimes.push(lifetime.clone());
        lifetime
    }

    fn name_option(&mut self, lifetime: &mut Option<Lifetime>) {
        match lifetime {
            Some(lifetime) => self.name_if_elided(lifetime),
            None => *lifetime = Some(self.name()),
        }
    }

    fn name_if_elided(&mut self, lifetime: &mut Lifetime) {
        if lifetime.ident == "_" {
            *lifetime = self.name();
        }
    }

    /// Goes where a lifetime may be left out, which is not into the arguments of closures.
    fn visit(&mut self, ty: &mut Type) {
        match ty {
            Type::Group(group) => self.visit(&mut group.elem),
            Type::Paren(paren) => self.visit(&mut paren.elem),
            Type::Reference(TypeReference { lifetime, elem, .. }) => {
                self.name_option(lifetime);
                self.visit(elem);
            }
            Type::Slice(slice) => self.visit(&mut slice.elem),
            Type::Array(array) => self.visit(&mut array.elem),
            Type::Tuple(tuple) => tuple.elems.iter_mut().for_each(|elem| self.visit(elem)),
            Type::Path(TypePath { path, .. }) => {
                for segment in &mut path.segments {
                    let PathArguments::AngleBracketed(arguments) = &mut segment.arguments else { continue };
                    for argument in &mut arguments.args {
                        match argument {
                            GenericArgument::Type(ty) => self.visit(ty),
                            GenericArgument::Lifetime(lifetime) => self.name_if_elided(lifetime),
                            _ => {}
                        }
                    }
                }
            }
            _ => {}
        }
    }
}
