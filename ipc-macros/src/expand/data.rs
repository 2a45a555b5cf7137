//! The `impl`s of a derived struct or enum.

mod enums;
mod newtype;
mod structs;
mod target;

use proc_macro2::{Span, TokenStream};
use syn::Ident;

pub(crate) use self::target::{
    Target, constant, counted, depends, described, described_constants, incoming, layout_constants, outgoing,
    without_lifetime,
};
use super::names;
use super::wire::may_hold_closure;
use crate::model::{Body, Data, Field, FieldForm};

/// Everything that goes into the `const _` of a derived type.
pub(crate) fn expand_data(data: &Data) -> TokenStream {
    match &data.body {
        Body::Newtype(field) => newtype::expand_newtype(data, field),
        Body::Struct(fields) => structs::expand_struct(data, fields),
        Body::Union(cases) => structs::expand_union(data, cases),
        Body::Numbers(repr, variants) => enums::expand_numbers(data, repr, variants),
        Body::Enum(variants) => enums::expand_enum(data, variants),
    }
}

/// In what types differ on the wire.
struct Codec {
    shape: TokenStream,
    ty: TokenStream,
    list: TokenStream,
    encode: TokenStream,
    decode: TokenStream,
    encode_items: TokenStream,
    owned: Option<OwnedCodec>,
    decode_list: TokenStream,
}

/// How a value is written that is given away.
struct OwnedCodec {
    encode: TokenStream,
    encode_items: TokenStream,
}

/// Tells whether a field may hold a closure in a `Box`, which is given away.
fn may_be_given(field: &Field) -> bool {
    field.default.is_none()
        && field.conversion.is_none()
        && field.has.is_none()
        && field.form == FieldForm::Single
        && may_hold_closure(&field.ty)
}

fn expand_impls(data: &Data, codec: &Codec) -> TokenStream {
    let ipc = names::runtime();
    let Codec { shape, ty: schema, list, encode, decode, encode_items, owned, decode_list } = codec;
    let (encode_owned, encode_items_owned): (Option<TokenStream>, Option<TokenStream>) = owned
        .as_ref()
        .map(|OwnedCodec { encode, encode_items }| {
            let functions = ["encode_owned", "encode_inner_owned"].map(|name| {
                let name = Ident::new(name, Span::mixed_site());
                mixed! {
                    fn #name(&mut self, __to: &mut #ipc::StructWriter<'_, '_>, __at: #ipc::At) -> #ipc::Result<(), #ipc::IpcException> {
                        #encode
                    }
                }
            });
            let items = mixed! {
                fn encode_items_owned<'i>(
                    __items: impl #ipc::ExactSizeIterator<Item = &'i mut Self>,
                    __to: #ipc::PointerWriter<'_, '_>,
                ) -> #ipc::Result<(), #ipc::IpcException>
                where
                    Self: 'i,
                {
                    #ipc::#encode_items(__items, __to)
                }
            };
            (mixed!(#(#functions)*), items)
        })
        .unzip();
    let Target { params, ty, bounds, decode_params, decode_bounds, message, .. } = &Target::of(data);
    mixed! {
        impl #params #ipc::IpcType for #ty #bounds {
            type This = Self;
            const SHAPE: #ipc::Shape = #shape;
            const TYPE: #ipc::Type = #schema;
        }

        impl #params #ipc::Single for #ty #bounds {}

        impl #params #ipc::Encode for #ty #bounds {
            #[inline]
            fn encode(&self, __to: &mut #ipc::StructWriter<'_, '_>, __at: #ipc::At) -> #ipc::Result<(), #ipc::IpcException> {
                #encode
            }

            #encode_owned
        }

        impl #decode_params #ipc::Decode<#message> for #ty #decode_bounds {
            #[inline]
            fn decode(__from: &#ipc::StructReader<#message>, __at: #ipc::At) -> #ipc::Result<Self, #ipc::IpcException> {
                #decode
            }
        }

        impl #params #ipc::Element for #ty #bounds {
            const LIST: #ipc::Type = #list;

            fn encode_items<'i>(
                __items: impl #ipc::ExactSizeIterator<Item = &'i Self>,
                __to: #ipc::PointerWriter<'_, '_>,
            ) -> #ipc::Result<(), #ipc::IpcException>
            where
                Self: 'i,
            {
                #ipc::#encode_items(__items, __to)
            }

            #encode_items_owned
        }

        impl #decode_params #ipc::DecodeElement<#message> for #ty #decode_bounds {
            type Slice = #ipc::Vec<Self>;

            #[inline]
            fn decode_list(__from: #ipc::PointerReader<#message>) -> #ipc::Result<#ipc::Vec<Self>, #ipc::IpcException> {
                #ipc::#decode_list(__from)
            }
        }
    }
}
