//! Structs of fields, and enums with fields, which are structs that consist of a union.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, format_ident};
use syn::Ident;

use super::{Codec, OwnedCodec, Target, described, expand_impls, layout_constants, may_be_given};
use crate::expand::descriptor::{expand_composite_descriptor, expand_struct_descriptor};
use crate::expand::members::{Cursor, discriminants, expand_layout, expand_union_layout, is_plain};
use crate::expand::{expand_writes, names, unless_empty};
use crate::model::{Argument, Case, Catches, Data, Fields};

pub(super) fn expand_struct(data: &Data, fields: &Fields) -> TokenStream {
    let ipc = names::runtime();
    let layouts = expand_layout(data, fields);
    let Fields { sent, skipped } = fields;
    let mut cursor = Cursor::new();
    let encode = sent.iter().enumerate().map(|(index, field)| {
        let member = &field.member;
        let place = mixed!(#ipc::in_struct(#index));
        cursor.encode(data, field, "encode", &place, &mixed!(&self.#member))
    });
    let encode = encode.collect::<Vec<_>>();
    let encode_owned = sent.iter().any(may_be_given).then(|| {
        let mut cursor = Cursor::new();
        let encode = sent.iter().enumerate().map(|(index, field)| {
            let member = &field.member;
            let (function, value) = if may_be_given(field) {
                ("encode_mut", mixed!(&mut self.#member))
            } else {
                ("encode", mixed!(&self.#member))
            };
            cursor.encode(data, field, function, &mixed!(#ipc::in_struct(#index)), &value)
        });
        expand_writes(&encode.collect::<Vec<_>>())
    });
    let mut cursor = Cursor::new();
    let decode = sent.iter().enumerate().map(|(index, field)| {
        let member = &field.member;
        let decode = cursor.decode(data, field, &mixed!(#ipc::in_struct(#index)));
        mixed!(#member: #decode?)
    });
    let decode = decode.collect::<Vec<_>>();
    let encode_members = expand_writes(&encode);
    let decode_members = mixed! {
        #ipc::Ok(Self { #(#decode,)* #(#skipped: #ipc::Default::default(),)* })
    };
    let plain = is_plain(fields);
    let (fields, layout) = layout_constants(data);
    let impls = expand_struct_impls(
        data,
        &StructCodec {
            descriptor: if plain {
                expand_struct_descriptor(data)
            } else {
                expand_composite_descriptor(data)
            },
            members: if plain { mixed!(&#ipc::members_of(&#fields)) } else { fields },
            discriminants: if plain { mixed!(&[]) } else { mixed!(&#layout.discriminants) },
            unused: sent.is_empty(),
            encode_members,
            encode_owned,
            decode_members,
        },
    );
    mixed!(#layouts #impls)
}

pub(super) fn expand_union(data: &Data, cases: &[Case]) -> TokenStream {
    let ipc = names::runtime();
    let layouts = expand_union_layout(data, cases);
    let (mut writer, mut giver, mut reader) = (Cursor::new(), Cursor::new(), Cursor::new());
    let mut encode = Vec::new();
    let mut encode_owned = Vec::new();
    let mut decode = Vec::new();
    let mut unknown = mixed! {
        __unknown => #ipc::Err(#ipc::unknown_variant(__unknown, <Self as #ipc::Struct>::descriptor()))
    };
    for ((position, number), case) in (0_usize..).zip(discriminants(cases)).zip(cases) {
        let Case { ident, fields: Fields { sent, skipped }, catches, .. } = case;
        let bindings = (0..sent.len()).map(|index| format_ident!("__f{index}", span = Span::mixed_site()));
        let bindings: Vec<Ident> = bindings.collect();
        let rest = (!skipped.is_empty()).then(|| mixed!(..));
        let index_of = |index: usize| mixed!(#ipc::in_case(#position, #index));
        let arm = |cursor: &mut Cursor, function: &str| {
            let members = sent.iter().map(|field| &field.member);
            let writes = sent.iter().zip(&bindings).enumerate().map(|(index, (field, binding))| {
                let function = if may_be_given(field) { function } else { "encode" };
                let place = index_of(index);
                cursor.encode(data, field, function, &place, &binding.to_token_stream())
            });
            let writes = expand_writes(&writes.collect::<Vec<_>>());
            mixed! {
                Self::#ident { #(#members: #bindings,)* #rest } => {
                    __to.set(__places.discriminant(), #number);
                    #writes
                }
            }
        };
        encode.push(arm(&mut writer, "encode"));
        encode_owned.push(arm(&mut giver, "encode_mut"));
        let reads = sent.iter().enumerate().map(|(index, field)| {
            let member = &field.member;
            let decode = reader.decode(data, field, &index_of(index));
            mixed!(#member: #decode?)
        });
        let reads = reads.collect::<Vec<_>>();
        if sent.is_empty() {
            writer.pass_void();
            giver.pass_void();
            reader.pass_void();
        }
        let value = mixed!(Self::#ident { #(#reads,)* #(#skipped: #ipc::Default::default(),)* });
        if *catches == Catches::Unknown {
            unknown = mixed!(_ => #ipc::Ok(#value));
        } else {
            decode.push(mixed!(#number => #ipc::Ok(#value),));
        }
    }
    let encode_members = mixed!(match self { #(#encode)* });
    let given = cases.iter().flat_map(|case| &case.fields.sent).any(may_be_given);
    let encode_owned = given.then(|| mixed!(match self { #(#encode_owned)* }));
    let decode_members = mixed! {
        match __from.get::<#ipc::u16>(__places.discriminant()) {
            #(#decode)*
            #unknown,
        }
    };
    let (members, layout) = layout_constants(data);
    let impls = expand_struct_impls(
        data,
        &StructCodec {
            descriptor: expand_composite_descriptor(data),
            members,
            discriminants: mixed!(&#layout.discriminants),
            unused: false,
            encode_members,
            encode_owned,
            decode_members,
        },
    );
    let Target { params, ty, bounds, .. } = &Target::of(data);
    mixed! {
        #layouts
        #impls
        impl #params #ipc::Variants for #ty #bounds {}
    }
}

/// In what structs differ.
struct StructCodec {
    descriptor: TokenStream,
    members: TokenStream,
    discriminants: TokenStream,
    /// There is nothing to write or read.
    unused: bool,
    encode_members: TokenStream,
    /// Of a value that is given away, if that makes a difference.
    encode_owned: Option<TokenStream>,
    decode_members: TokenStream,
}

fn expand_struct_impls(data: &Data, codec: &StructCodec) -> TokenStream {
    let ipc = names::runtime();
    let (_, layout) = layout_constants(data);
    let StructCodec {
        descriptor,
        members,
        discriminants,
        unused,
        encode_members,
        encode_owned,
        decode_members,
    } = codec;
    let [to, from, places] = ["__to", "__from", "__places"].map(|name| unless_empty(name, *unused));
    let Target { params, ty, bounds, decode_params, decode_bounds, message, .. } = &Target::of(data);
    let impls = expand_impls(
        data,
        &Codec {
            shape: mixed!(#ipc::Shape::of(#ipc::Slot::Pointer)),
            ty: expand_type(data),
            list: mixed!(#ipc::Type::List(&<Self as #ipc::IpcType>::TYPE)),
            encode: mixed!(#ipc::encode_struct(self, __to.pointer(__at.offset))),
            decode: mixed!(#ipc::decode_struct(__from.pointer(__at.offset))),
            encode_items: mixed!(encode_structs),
            owned: encode_owned.as_ref().map(|_| OwnedCodec {
                encode: mixed!(#ipc::encode_struct_owned(self, __to.pointer(__at.offset))),
                encode_items: mixed!(encode_structs_owned),
            }),
            decode_list: mixed!(decode_structs),
        },
    );
    let encode_owned = encode_owned.as_ref().map(|encode| {
        mixed! {
            #[inline]
            fn encode_members_owned(
                &mut self,
                #to: &mut #ipc::StructWriter<'_, '_>,
                #places: #ipc::Places,
            ) -> #ipc::Result<(), #ipc::IpcException> {
                #encode
            }
        }
    });
    mixed! {
        #impls

        impl #params #ipc::PointerArgument for #ty #bounds {}

        impl #params #ipc::HasSize for #ty #bounds {
            const SIZE: #ipc::Size = #layout.size;
        }

        impl #params #ipc::Struct for #ty #bounds {
            const MEMBERS: &'static [#ipc::Member] = #members;
            const PLACES: #ipc::Places = #ipc::Places { at: &#layout.at, discriminants: #discriminants };

            fn descriptor() -> &'static #ipc::Descriptor {
                #descriptor
            }

            #[inline]
            fn encode_members(
                &self,
                #to: &mut #ipc::StructWriter<'_, '_>,
                #places: #ipc::Places,
            ) -> #ipc::Result<(), #ipc::IpcException> {
                #encode_members
            }

            #encode_owned
        }

        impl #decode_params #ipc::DecodeStruct<#message> for #ty #decode_bounds {
            #[inline]
            fn decode_members(
                #from: &#ipc::StructReader<#message>,
                #places: #ipc::Places,
            ) -> #ipc::Result<Self, #ipc::IpcException> {
                #decode_members
            }
        }
    }
}

/// What a struct is in the schema: where it has parameters there, one with arguments.
fn expand_type(data: &Data) -> TokenStream {
    let ipc = names::runtime();
    let Some(stand_in) = described(data) else {
        return mixed!(#ipc::Type::Struct(<Self as #ipc::Struct>::descriptor));
    };
    let arguments = data.arguments.iter().filter_map(|argument| match argument {
        Argument::Type(ty) => Some(mixed!(<#ty as #ipc::IpcType>::TYPE)),
        Argument::Value(_) => None,
    });
    mixed!(#ipc::Type::Branded(<#stand_in as #ipc::Struct>::descriptor, &[#(#arguments),*]))
}
