//! A derived error: a hidden struct that travels in the error's own field among the results, and `IpcError`.
//!
//! Presence is a pointer that is not null, so a field-less enum is wrapped in a struct.
//!
//! With `#[ipc(errors)]` each variant has such a field, without a type of its own.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, format_ident, quote_spanned};
use syn::{Ident, Member};

use super::{data, names};
use crate::model::{
    Body, Case, Container, Data, ErrorType, Field, FieldForm, Fields, Keeping, Name, Slots, Variant,
};

/// Everything that goes into the `const _` of a derived error.
pub(crate) fn expand_error(data: &Data, exception: &Member) -> TokenStream {
    match &data.body {
        Body::Union(cases) if matches!(data.error, Some(ErrorType { slots: Slots::Each, .. })) => {
            expand_slots(data, exception, cases)
        }
        Body::Struct(fields) => expand_struct(data, exception, fields),
        Body::Newtype(field) => {
            let fields = Fields { sent: vec![Field::clone(field)], skipped: Vec::new() };
            expand_struct(data, exception, &fields)
        }
        Body::Enum(variants) | Body::Numbers(_, variants) => expand_enum(data, exception, variants),
        Body::Union(cases) => expand_union(data, exception, cases),
    }
}

/// The fields that travel, as the hidden type has them: all with names.
struct Sent<'a> {
    /// What the fields are called in the error.
    members: Vec<&'a Member>,
    /// What they are called in the hidden type, and in patterns.
    idents: Vec<Ident>,
    types: Vec<&'a syn::Type>,
    /// Their model in the hidden type, where nothing is skipped.
    fields: Fields,
    /// `..` in patterns of the error, for what is skipped.
    rest: Option<TokenStream>,
}

impl<'a> Sent<'a> {
    fn of(fields: &'a Fields) -> Self {
        let idents: Vec<Ident> = (0..fields.sent.len())
            .map(|index| format_ident!("__f{index}", span = proc_macro2::Span::mixed_site()))
            .collect();
        let renamed = fields.sent.iter().zip(&idents);
        let renamed =
            renamed.map(|(field, ident)| Field { member: Member::Named(ident.clone()), ..field.clone() });
        Self {
            members: fields.sent.iter().map(|field| &field.member).collect(),
            types: fields.sent.iter().map(|field| &field.ty).collect(),
            fields: Fields { sent: renamed.collect(), skipped: Vec::new() },
            rest: (!fields.skipped.is_empty()).then(|| mixed!(..)),
            idents,
        }
    }
}

fn expand_struct(data: &Data, exception: &Member, fields: &Fields) -> TokenStream {
    let ipc = names::runtime();
    let slot = names::slot();
    let skipped = &fields.skipped;
    let Sent { members, idents, types, fields, rest } = Sent::of(fields);
    let wire = hidden_type(data.container.clone(), slot.clone(), Body::Struct(fields));
    let conversions = Conversions {
        from_exception: mixed! {
            Self {
                #exception: #ipc::Some(__exception),
                #(#members: #ipc::Default::default(),)*
                #(#skipped: #ipc::Default::default(),)*
            }
        },
        into_exception: mixed! {
            let __text = #ipc::debug_text(&self);
            #ipc::Option::unwrap_or_else(self.#exception, || #ipc::IpcException::failed(__text))
        },
        into_answer: mixed! {
            let Self { #exception: __exception, #(#members: #idents,)* #rest } = self;
            match __exception {
                #ipc::Some(__exception) => #ipc::ErrorAnswer::Exception(__exception),
                #ipc::None => #ipc::ErrorAnswer::slot(0, #slot { #(#idents),* }),
            }
        },
        from_slot: mixed! {
            let #slot { #(#idents),* } = __slot;
            Self {
                #exception: #ipc::None,
                #(#members: #idents,)*
                #(#skipped: #ipc::Default::default(),)*
            }
        },
    };
    let impls = expand_one(&data.ident, &conversions);
    mixed! {
        struct #slot { #(#idents: #types),* }
        const _: () = { #wire };
        #impls
    }
}

/// An enum with fields is a struct in the schema already.
fn expand_union(data: &Data, exception: &Member, cases: &[Case]) -> TokenStream {
    let ipc = names::runtime();
    let slot = names::slot();
    let mut declarations = TokenStream::new();
    let mut into_slot = TokenStream::new();
    let mut from_slot = TokenStream::new();
    let mut hidden = Vec::new();
    for case in cases {
        let (variant, skipped) = (&case.ident, &case.fields.skipped);
        let Sent { members, idents, types, fields, rest } = Sent::of(&case.fields);
        declarations.extend(mixed!(#variant { #(#idents: #types),* },));
        into_slot.extend(mixed! {
            Self::#variant { #(#members: #idents,)* #rest } => #slot::#variant { #(#idents),* },
        });
        from_slot.extend(mixed! {
            #slot::#variant { #(#idents),* } => Self::#variant {
                #(#members: #idents,)*
                #(#skipped: #ipc::Default::default(),)*
            },
        });
        hidden.push(Case { fields, ..case.clone() });
    }
    let wire = hidden_type(data.container.clone(), slot.clone(), Body::Union(hidden));
    let conversions = Conversions {
        into_answer: mixed! {
            #ipc::ErrorAnswer::slot(0, match self {
                Self::#exception(__exception) => return #ipc::ErrorAnswer::Exception(__exception),
                #into_slot
            })
        },
        from_slot: mixed!(match __slot { #from_slot }),
        ..Conversions::of_enum(exception)
    };
    let impls = expand_one(&data.ident, &conversions);
    mixed! {
        enum #slot { #declarations }
        const _: () = { #wire };
        #impls
    }
}

fn expand_enum(data: &Data, exception: &Member, variants: &[Variant]) -> TokenStream {
    let ipc = names::runtime();
    let (slot, kind) = (names::slot(), names::slot_kind());
    let idents: Vec<&Ident> = variants.iter().map(|variant| &variant.ident).collect();
    let kind_container =
        Container { id: None, name: format!("{}Kind", data.container.name), ..data.container.clone() };
    let kind_wire = hidden_type(kind_container, kind.clone(), Body::Enum(variants.to_vec()));
    let member = Ident::new("kind", proc_macro2::Span::mixed_site());
    let field = Field {
        member: Member::Named(member.clone()),
        name: Name { text: "kind".to_owned(), span: member.span() },
        doc: String::new(),
        ty: syn::parse_quote!(#kind),
        interface: None,
        default: None,
        ordinal: None,
        conversion: None,
        form: FieldForm::Single,
        has: None,
    };
    let wire = hidden_type(
        data.container.clone(),
        slot.clone(),
        Body::Struct(Fields { sent: vec![field], skipped: Vec::new() }),
    );
    let conversions = Conversions {
        into_answer: mixed! {
            let __kind = match self {
                Self::#exception(__exception) => return #ipc::ErrorAnswer::Exception(__exception),
                #(Self::#idents => #kind::#idents,)*
            };
            #ipc::ErrorAnswer::slot(0, #slot { #member: __kind })
        },
        from_slot: mixed! {
            match __slot.#member {
                #(#kind::#idents => Self::#idents,)*
            }
        },
        ..Conversions::of_enum(exception)
    };
    let impls = expand_one(&data.ident, &conversions);
    mixed! {
        enum #kind { #(#idents),* }
        struct #slot { #member: #kind }
        const _: () = { #kind_wire };
        const _: () = { #wire };
        #impls
    }
}

/// Each variant is a field of its own.
fn expand_slots(data: &Data, exception: &Member, cases: &[Case]) -> TokenStream {
    let ipc = names::runtime();
    let mut slots = Vec::new();
    let mut into_answer = TokenStream::new();
    let mut read = TokenStream::new();
    for (index, case) in cases.iter().enumerate() {
        let Case { ident, name, doc, fields, .. } = case;
        let name = &name.text;
        for Field { ty, .. } in &fields.sent {
            slots.push(spanned_call(ty, "slot_of", &mixed!(#name, #doc)));
            let value = spanned_call(ty, "read_slot", &mixed!(__from, __at, #index));
            into_answer.extend(mixed!(Self::#ident(__value) => #ipc::ErrorAnswer::slot(#index, __value),));
            read.extend(mixed! {
                if let #ipc::Some(__value) = #value? {
                    return #ipc::Ok(#ipc::Some(Self::#ident(__value)));
                }
            });
        }
    }
    let conversions = Conversions {
        into_answer: mixed! {
            match self {
                Self::#exception(__exception) => #ipc::ErrorAnswer::Exception(__exception),
                #into_answer
            }
        },
        from_slot: TokenStream::new(),
        ..Conversions::of_enum(exception)
    };
    let read = mixed!(#read #ipc::Ok(#ipc::None));
    expand_impls(&data.ident, &conversions, &mixed!(&[#(#slots),*]), &read)
}

/// `function::<T>(arguments)`, spanned as the type is.
fn spanned_call(ty: &syn::Type, function: &str, arguments: &TokenStream) -> TokenStream {
    let span = ty.to_token_stream().into_iter().next().map_or_else(Span::mixed_site, |token| token.span());
    let mut ipc = names::runtime();
    ipc.set_span(span);
    let function = Ident::new(function, span);
    quote_spanned!(span=> #ipc::#function::<#ty>(#arguments))
}

/// What the runtime needs of a type that only the expansion sees.
fn hidden_type(container: Container, ident: Ident, body: Body) -> TokenStream {
    let generics = syn::Generics::default();
    data::expand_data(&Data {
        container,
        ident,
        generics,
        arguments: Vec::new(),
        keeping: Keeping::Instances,
        body,
        error: None,
    })
}

/// The bodies of what an error does.
struct Conversions {
    from_exception: TokenStream,
    into_exception: TokenStream,
    into_answer: TokenStream,
    from_slot: TokenStream,
}

impl Conversions {
    /// Those of an enum that have nothing to do with its other variants.
    fn of_enum(exception: &Member) -> Self {
        let ipc = names::runtime();
        Self {
            from_exception: mixed!(Self::#exception(__exception)),
            into_exception: mixed! {
                match self {
                    Self::#exception(__exception) => __exception,
                    __other => #ipc::IpcException::failed(#ipc::debug_text(&__other)),
                }
            },
            into_answer: TokenStream::new(),
            from_slot: TokenStream::new(),
        }
    }
}

/// The error is one field, of the hidden type.
fn expand_one(ident: &Ident, conversions: &Conversions) -> TokenStream {
    let ipc = names::runtime();
    let slot = names::slot().into_token_stream();
    let from_slot = &conversions.from_slot;
    let slots = mixed!(&[#ipc::slot_of::<#slot>("error", "")]);
    let read = mixed! {
        let #ipc::Some(__slot) = #ipc::read_slot::<#slot>(__from, __at, 0)? else {
            return #ipc::Ok(#ipc::None);
        };
        #ipc::Ok(#ipc::Some({ #from_slot }))
    };
    expand_impls(ident, conversions, &slots, &read)
}

fn expand_impls(
    ident: &Ident,
    conversions: &Conversions,
    slots: &TokenStream,
    read: &TokenStream,
) -> TokenStream {
    let ipc = names::runtime();
    let Conversions { from_exception, into_exception, into_answer, .. } = conversions;
    mixed! {
        impl #ipc::From<#ipc::IpcException> for #ident {
            fn from(__exception: #ipc::IpcException) -> Self {
                #from_exception
            }
        }

        impl #ipc::IpcError for #ident {
            const SLOTS: &'static [#ipc::Field] = #slots;

            fn into_exception(self) -> #ipc::IpcException {
                #into_exception
            }

            fn into_answer(self) -> #ipc::ErrorAnswer {
                #into_answer
            }

            fn read_slot(
                __from: &#ipc::StructReader<'_>,
                __at: &[#ipc::At],
            ) -> #ipc::Result<#ipc::Option<Self>, #ipc::IpcException> {
                #read
            }
        }
    }
}
