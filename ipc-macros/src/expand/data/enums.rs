//! Enums without fields: those of the schema, and those that are numbers.

use proc_macro2::{Span, TokenStream};
use quote::{format_ident, quote_spanned};
use syn::Ident;

use super::{Codec, expand_impls};
use crate::expand::descriptor::expand_enum_descriptor;
use crate::expand::names;
use crate::model::{Catches, Data, Variant};

pub(super) fn expand_enum(data: &Data, variants: &[Variant]) -> TokenStream {
    let ipc = names::runtime();
    let ident = &data.ident;
    let descriptor = expand_enum_descriptor(data, variants);
    let idents: Vec<&Ident> = variants.iter().map(|variant| &variant.ident).collect();
    let ordinals: Vec<u16> = (0..).take(variants.len()).collect();
    let other = variants.iter().find(|variant| variant.catches == Catches::Unknown);
    let unknown = match other.map(|variant| &variant.ident) {
        Some(other) => mixed!(#ipc::Some(Self::#other)),
        None => mixed!(#ipc::None),
    };
    let impls = expand_impls(
        data,
        &Codec {
            shape: mixed!(#ipc::Shape::of(#ipc::Slot::TwoBytes)),
            ty: mixed!(#ipc::Type::Enum(<Self as #ipc::Enum>::descriptor)),
            list: mixed!(#ipc::Type::List(&<Self as #ipc::IpcType>::TYPE)),
            encode: mixed!({
                #ipc::encode_enum(self, __to, __at);
                #ipc::Ok(())
            }),
            decode: mixed!(#ipc::decode_enum(__from, __at)),
            encode_items: mixed!(encode_enums),
            owned: None,
            decode_list: mixed!(decode_enums),
        },
    );
    let default = expand_default_impls(
        ident,
        "enum",
        &mixed!(#ipc::DefaultValue::Enum(#ipc::Enum::to_ordinal(&__default))),
    );
    mixed! {
        #impls

        #default

        impl #ipc::Enum for #ident {
            fn descriptor() -> &'static #ipc::Descriptor {
                #descriptor
            }

            #[inline]
            fn to_ordinal(&self) -> #ipc::u16 {
                match self {
                    #(Self::#idents => #ordinals,)*
                }
            }

            #[inline]
            fn from_ordinal(__ordinal: #ipc::u16) -> #ipc::Option<Self> {
                match __ordinal {
                    #(#ordinals => #ipc::Some(Self::#idents),)*
                    _ => #unknown,
                }
            }
        }
    }
}

/// A field whose type is an enum without fields can have a default.
fn expand_default_impls(ident: &Ident, kind: &str, schema_value: &TokenStream) -> TokenStream {
    let ipc = names::runtime();
    let [encode, decode] = ["encode", "decode"].map(|verb| format_ident!("{verb}_{kind}_defaulted"));
    mixed! {
        impl #ipc::HasDefault for #ident {
            type This = Self;
            type Value = Self;
        }

        impl<'m> #ipc::DefaultCodec<'m> for #ident {
            fn encode_defaulted(
                &self,
                __to: &mut #ipc::StructWriter<'_, '_>,
                __at: #ipc::At,
                __default: Self,
            ) -> #ipc::Result<(), #ipc::IpcException> {
                #ipc::#encode(self, __to, __at, &__default)
            }

            fn decode_defaulted(
                __from: &#ipc::StructReader<'m>,
                __at: #ipc::At,
                __default: Self,
            ) -> #ipc::Result<Self, #ipc::IpcException> {
                #ipc::#decode(__from, __at, &__default)
            }

            fn schema_value(__default: Self) -> #ipc::DefaultValue {
                #schema_value
            }
        }
    }
}

/// An enum that is a number has no declaration in the schema.
pub(super) fn expand_numbers(data: &Data, repr: &Ident, variants: &[Variant]) -> TokenStream {
    let ipc = names::runtime();
    let ident = &data.ident;
    let name = &data.container.name;
    let repr = Ident::new(&repr.to_string(), Span::mixed_site());
    let number = mixed!(#ipc::#repr);
    let idents: Vec<&Ident> = variants.iter().map(|variant| &variant.ident).collect();
    let checks = idents.iter().map(|name| {
        // The caret goes under the variant that is meant.
        let numbers = mixed!(#ident::#name as #ipc::i128, #ident::#name as #number as #ipc::i128);
        let mut ipc = names::runtime();
        ipc.set_span(name.span());
        quote_spanned!(name.span()=> #ipc::check_number(#numbers);)
    });
    let other = variants.iter().find(|variant| variant.catches == Catches::Unknown);
    let unknown = match other.map(|variant| &variant.ident) {
        Some(other) => mixed!(#ipc::Some(Self::#other)),
        None => mixed!(#ipc::None),
    };
    let impls = expand_impls(
        data,
        &Codec {
            shape: mixed!(<#number as #ipc::IpcType>::SHAPE),
            ty: mixed!(<#number as #ipc::IpcType>::TYPE),
            list: mixed!(<#number as #ipc::Element>::LIST),
            encode: mixed!(#ipc::encode_number(self, __to, __at)),
            decode: mixed!(#ipc::decode_number(__from, __at)),
            encode_items: mixed!(encode_numbers),
            owned: None,
            decode_list: mixed!(decode_numbers),
        },
    );
    let default = expand_default_impls(
        ident,
        "number",
        &mixed!(<#number as #ipc::DefaultCodec<'m>>::schema_value(#ipc::Numbered::to_number(&__default))),
    );
    mixed! {
        const _: () = { #(#checks)* };

        #impls

        #default

        impl #ipc::Numbered for #ident {
            type Number = #number;
            const NAME: &'static str = #name;

            #[inline]
            fn to_number(&self) -> #number {
                match self {
                    #(Self::#idents => Self::#idents as #number,)*
                }
            }

            #[inline]
            fn from_number(__number: #number) -> #ipc::Option<Self> {
                match __number {
                    #(__number if __number == Self::#idents as #number => #ipc::Some(Self::#idents),)*
                    _ => #unknown,
                }
            }
        }
    }
}
