//! The `impl`s of a derived struct or enum.

use proc_macro2::TokenStream;
use syn::Ident;

use super::descriptor::{expand_enum_descriptor, expand_ids, expand_struct_descriptor};
use super::wire::Wire;
use super::{expand_field, expand_fields, names, unless_empty};
use crate::model::{Body, Data, Field, Variant};

/// Everything that goes into the `const _` of a derived type.
pub(crate) fn expand_data(data: &Data) -> TokenStream {
    let ids = expand_ids(&data.container);
    let impls = match &data.body {
        Body::Struct(fields) => expand_struct(data, fields),
        Body::Enum(variants) => expand_enum(data, variants),
    };
    mixed!(#ids #impls)
}

/// The fields and their places.
pub(crate) fn expand_layout(fields: &[Field]) -> TokenStream {
    let list = fields.iter().map(|field| expand_field(&field.name.text, &field.doc, &Wire::of(&field.ty)));
    expand_fields(&names::fields(), &names::layout(), "layout_of", &list.collect::<Vec<_>>())
}

fn expand_struct(data: &Data, fields: &[Field]) -> TokenStream {
    let ipc = names::runtime();
    let ident = &data.ident;
    let layout = names::layout();
    let layouts = expand_layout(fields);
    let descriptor = expand_struct_descriptor(data);
    let to = unless_empty("to", fields.is_empty());
    let from = unless_empty("from", fields.is_empty());
    let encode = fields.iter().enumerate().map(|(index, Field { ident, ty, .. })| {
        let encode = Wire::of(ty).call("encode", mixed!(&self.#ident, #to, #layout.at[#index]));
        mixed!(#encode?;)
    });
    let decode = fields.iter().enumerate().map(|(index, Field { ident, ty, .. })| {
        let decode = Wire::of(ty).call("decode", mixed!(#from, #layout.at[#index]));
        mixed!(#ident: #decode?)
    });
    let impls = expand_impls(
        ident,
        &Codec {
            slot: mixed!(Pointer),
            ty: mixed!(Struct(<Self as #ipc::Struct>::descriptor)),
            encode: mixed!(#ipc::encode_struct(self, to.pointer(at.offset))),
            decode: mixed!(#ipc::decode_struct(from.pointer(at.offset))),
            encode_items: mixed!(encode_structs),
            decode_list: mixed!(decode_structs),
        },
    );
    mixed! {
        #layouts
        #impls

        impl #ipc::HasSize for #ident {
            const SIZE: #ipc::Size = #layout.size;
        }

        impl #ipc::Struct for #ident {
            fn descriptor() -> &'static #ipc::Descriptor {
                #descriptor
            }

            fn encode_fields(&self, #to: &mut #ipc::StructWriter<'_, '_>) -> #ipc::Result<(), #ipc::IpcException> {
                #(#encode)*
                #ipc::Ok(())
            }
        }

        impl<'m> #ipc::DecodeStruct<'m> for #ident {
            fn decode_fields(#from: &#ipc::StructReader<'m>) -> #ipc::Result<Self, #ipc::IpcException> {
                #ipc::Ok(Self { #(#decode),* })
            }
        }
    }
}

fn expand_enum(data: &Data, variants: &[Variant]) -> TokenStream {
    let ipc = names::runtime();
    let ident = &data.ident;
    let descriptor = expand_enum_descriptor(data, variants);
    let names: Vec<&Ident> = variants.iter().map(|variant| &variant.ident).collect();
    let ordinals: Vec<u16> = (0..).take(variants.len()).collect();
    let impls = expand_impls(
        ident,
        &Codec {
            slot: mixed!(TwoBytes),
            ty: mixed!(Enum(<Self as #ipc::Enum>::descriptor)),
            encode: mixed!({
                #ipc::encode_enum(self, to, at);
                #ipc::Ok(())
            }),
            decode: mixed!(#ipc::decode_enum(from, at)),
            encode_items: mixed!(encode_enums),
            decode_list: mixed!(decode_enums),
        },
    );
    mixed! {
        #impls

        impl #ipc::Enum for #ident {
            fn descriptor() -> &'static #ipc::Descriptor {
                #descriptor
            }

            fn to_ordinal(&self) -> #ipc::u16 {
                match self {
                    #(Self::#names => #ordinals,)*
                }
            }

            fn from_ordinal(ordinal: #ipc::u16) -> #ipc::Option<Self> {
                match ordinal {
                    #(#ordinals => #ipc::Some(Self::#names),)*
                    _ => #ipc::None,
                }
            }
        }
    }
}

/// In what a struct and an enum differ on the wire.
struct Codec {
    slot: TokenStream,
    ty: TokenStream,
    encode: TokenStream,
    decode: TokenStream,
    encode_items: TokenStream,
    decode_list: TokenStream,
}

fn expand_impls(ident: &Ident, codec: &Codec) -> TokenStream {
    let ipc = names::runtime();
    let Codec { slot, ty, encode, decode, encode_items, decode_list } = codec;
    mixed! {
        impl #ipc::IpcType for #ident {
            type This = Self;
            const SHAPE: #ipc::Shape = #ipc::Shape::of(#ipc::Slot::#slot);
            const TYPE: #ipc::Type = #ipc::Type::#ty;
        }

        impl #ipc::Single for #ident {}

        impl #ipc::Encode for #ident {
            fn encode(&self, to: &mut #ipc::StructWriter<'_, '_>, at: #ipc::At) -> #ipc::Result<(), #ipc::IpcException> {
                #encode
            }
        }

        impl<'m> #ipc::Decode<'m> for #ident {
            fn decode(from: &#ipc::StructReader<'m>, at: #ipc::At) -> #ipc::Result<Self, #ipc::IpcException> {
                #decode
            }
        }

        impl #ipc::Element for #ident {
            const LIST: #ipc::Type = #ipc::Type::List(&<Self as #ipc::IpcType>::TYPE);

            fn encode_items<'i>(
                items: impl #ipc::ExactSizeIterator<Item = &'i Self>,
                to: #ipc::PointerWriter<'_, '_>,
            ) -> #ipc::Result<(), #ipc::IpcException>
            where
                Self: 'i,
            {
                #ipc::#encode_items(items, to)
            }
        }

        impl<'m> #ipc::DecodeElement<'m> for #ident {
            type Slice = #ipc::Vec<Self>;

            fn decode_list(from: #ipc::PointerReader<'m>) -> #ipc::Result<#ipc::Vec<Self>, #ipc::IpcException> {
                #ipc::#decode_list(from)
            }
        }
    }
}
