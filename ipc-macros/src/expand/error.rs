//! A derived error: a hidden struct that travels in the error's own field among the results, and `IpcError`.
//!
//! Presence is a pointer that is not null, so a field-less enum is wrapped in a struct.

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::Ident;

use super::{data, names};
use crate::model::{Body, Container, Data, Field, Name, Variant};

/// Everything that goes into the `const _` of a derived error.
pub(crate) fn expand_error(data: &Data, exception: &Ident) -> TokenStream {
    match &data.body {
        Body::Struct(fields) => expand_struct(data, exception, fields),
        Body::Enum(variants) => expand_enum(data, exception, variants),
    }
}

fn expand_struct(data: &Data, exception: &Ident, fields: &[Field]) -> TokenStream {
    let ipc = names::runtime();
    let slot = names::slot();
    let (idents, types): (Vec<_>, Vec<_>) = fields.iter().map(|field| (&field.ident, &field.ty)).unzip();
    let wire = hidden_type(data.container.clone(), slot.clone(), Body::Struct(fields.to_vec()));
    let conversions = Conversions {
        from_exception: mixed!(Self { #exception: #ipc::Some(exception), #(#idents: #ipc::Default::default()),* }),
        into_exception: mixed! {
            let text = #ipc::debug_text(&self);
            #ipc::Option::unwrap_or_else(self.#exception, || #ipc::IpcException::failed(text))
        },
        into_answer: mixed! {
            let Self { #exception, #(#idents),* } = self;
            match #exception {
                #ipc::Some(exception) => #ipc::ErrorAnswer::Exception(exception),
                #ipc::None => #ipc::ErrorAnswer::slot(#slot { #(#idents),* }),
            }
        },
        from_slot: mixed! {
            let #slot { #(#idents),* } = slot;
            Self { #exception: #ipc::None, #(#idents),* }
        },
    };
    let impls = expand_impls(&data.ident, &conversions);
    mixed! {
        struct #slot { #(#idents: #types),* }
        const _: () = { #wire };
        #impls
    }
}

fn expand_enum(data: &Data, exception: &Ident, variants: &[Variant]) -> TokenStream {
    let ipc = names::runtime();
    let (slot, kind) = (names::slot(), names::slot_kind());
    let idents: Vec<&Ident> = variants.iter().map(|variant| &variant.ident).collect();
    let kind_container =
        Container { id: None, name: format!("{}Kind", data.container.name), ..data.container.clone() };
    let kind_wire = hidden_type(kind_container, kind.clone(), Body::Enum(variants.to_vec()));
    let member = Ident::new("kind", proc_macro2::Span::mixed_site());
    let field = Field {
        ident: member.clone(),
        name: Name { text: "kind".to_owned(), span: member.span() },
        doc: String::new(),
        ty: syn::parse_quote!(#kind),
    };
    let wire = hidden_type(data.container.clone(), slot.clone(), Body::Struct(vec![field]));
    let conversions = Conversions {
        from_exception: mixed!(Self::#exception(exception)),
        into_exception: mixed! {
            match self {
                Self::#exception(exception) => exception,
                other => #ipc::IpcException::failed(#ipc::debug_text(&other)),
            }
        },
        into_answer: mixed! {
            let kind = match self {
                Self::#exception(exception) => return #ipc::ErrorAnswer::Exception(exception),
                #(Self::#idents => #kind::#idents,)*
            };
            #ipc::ErrorAnswer::slot(#slot { #member: kind })
        },
        from_slot: mixed! {
            match slot.#member {
                #(#kind::#idents => Self::#idents,)*
            }
        },
    };
    let impls = expand_impls(&data.ident, &conversions);
    mixed! {
        enum #kind { #(#idents),* }
        struct #slot { #member: #kind }
        const _: () = { #kind_wire };
        const _: () = { #wire };
        #impls
    }
}

/// What the runtime needs of a type that only the expansion sees.
fn hidden_type(container: Container, ident: Ident, body: Body) -> TokenStream {
    let generics = syn::Generics::default();
    data::expand_data(&Data { container, ident, generics, body, error: None })
}

/// The bodies of what an error does.
struct Conversions {
    from_exception: TokenStream,
    into_exception: TokenStream,
    into_answer: TokenStream,
    from_slot: TokenStream,
}

fn expand_impls(ident: &Ident, conversions: &Conversions) -> TokenStream {
    let ipc = names::runtime();
    let slot = names::slot().into_token_stream();
    let Conversions { from_exception, into_exception, into_answer, from_slot } = conversions;
    mixed! {
        impl #ipc::From<#ipc::IpcException> for #ident {
            fn from(exception: #ipc::IpcException) -> Self {
                #from_exception
            }
        }

        impl #ipc::IpcError for #ident {
            const SLOT: #ipc::Option<#ipc::Part> = #ipc::Some(#ipc::part_of::<#slot>());

            fn into_exception(self) -> #ipc::IpcException {
                #into_exception
            }

            fn into_answer(self) -> #ipc::ErrorAnswer {
                #into_answer
            }

            fn read_slot(
                from: &#ipc::StructReader<'_>,
                at: #ipc::At,
            ) -> #ipc::Result<#ipc::Option<Self>, #ipc::IpcException> {
                let #ipc::Some(slot) = #ipc::read_slot::<#slot>(from, at)? else {
                    return #ipc::Ok(#ipc::None);
                };
                #ipc::Ok(#ipc::Some({ #from_slot }))
            }
        }
    }
}
