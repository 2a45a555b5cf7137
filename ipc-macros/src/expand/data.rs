//! The `impl`s of a derived struct or enum.

use proc_macro2::{Group, TokenStream, TokenTree};
use quote::{ToTokens, format_ident, quote_spanned};
use syn::{Ident, Lifetime, Type};

use super::descriptor::{
    expand_composite_descriptor, expand_enum_descriptor, expand_ids, expand_struct_descriptor,
};
use super::members::{Cursor, discriminants, expand_layout, expand_union_layout, is_plain};
use super::wire::{Wire, may_hold_closure};
use super::{names, unless_empty};
use crate::model::{Argument, Body, Case, Catches, Conversion, Data, Field, FieldForm, Fields, Variant};
use crate::parse::has_type_param;

/// Everything that goes into the `const _` of a derived type.
pub(crate) fn expand_data(data: &Data) -> TokenStream {
    let ids = expand_ids(&data.container);
    let impls = match &data.body {
        Body::Newtype(field) => return expand_newtype(data, field),
        Body::Struct(fields) => expand_struct(data, fields),
        Body::Union(cases) => expand_union(data, cases),
        Body::Numbers(repr, variants) => return expand_numbers(data, repr, variants),
        Body::Enum(variants) => expand_enum(data, variants),
    };
    mixed!(#ids #impls)
}

fn expand_struct(data: &Data, fields: &Fields) -> TokenStream {
    let ipc = names::runtime();
    let layouts = expand_layout(data, fields);
    let Fields { sent, skipped } = fields;
    let mut cursor = Cursor::new();
    let encode = sent.iter().enumerate().map(|(index, field)| {
        let member = &field.member;
        let place = mixed!(#ipc::in_struct(#index));
        let encode = cursor.encode(data, field, "encode", &place, &mixed!(&self.#member));
        mixed!(#encode?;)
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
            let encode = cursor.encode(data, field, function, &mixed!(#ipc::in_struct(#index)), &value);
            mixed!(#encode?;)
        });
        let encode = encode.collect::<Vec<_>>();
        mixed! {
            #(#encode)*
            #ipc::Ok(())
        }
    });
    let mut cursor = Cursor::new();
    let decode = sent.iter().enumerate().map(|(index, field)| {
        let member = &field.member;
        let decode = cursor.decode(data, field, &mixed!(#ipc::in_struct(#index)));
        mixed!(#member: #decode?)
    });
    let decode = decode.collect::<Vec<_>>();
    let encode_members = mixed! {
        #(#encode)*
        #ipc::Ok(())
    };
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

fn expand_union(data: &Data, cases: &[Case]) -> TokenStream {
    let ipc = names::runtime();
    let layouts = expand_union_layout(data, cases);
    let (mut writer, mut giver, mut reader) = (Cursor::new(), Cursor::new(), Cursor::new());
    let mut encode = Vec::new();
    let mut encode_owned = Vec::new();
    let mut decode = Vec::new();
    let mut unknown = mixed! {
        unknown => #ipc::Err(#ipc::unknown_variant(unknown, <Self as #ipc::Struct>::descriptor()))
    };
    for ((position, number), case) in (0_usize..).zip(discriminants(cases)).zip(cases) {
        let Case { ident, fields: Fields { sent, skipped }, catches, .. } = case;
        let bindings =
            (0..sent.len()).map(|index| format_ident!("f{index}", span = proc_macro2::Span::mixed_site()));
        let bindings: Vec<Ident> = bindings.collect();
        let rest = (!skipped.is_empty()).then(|| mixed!(..));
        let index_of = |index: usize| mixed!(#ipc::in_case(#position, #index));
        let arm = |cursor: &mut Cursor, function: &str| {
            let members = sent.iter().map(|field| &field.member);
            let writes = sent.iter().zip(&bindings).enumerate().map(|(index, (field, binding))| {
                let function = if may_be_given(field) { function } else { "encode" };
                let place = index_of(index);
                let encode = cursor.encode(data, field, function, &place, &binding.to_token_stream());
                mixed!(#encode?;)
            });
            let writes = writes.collect::<Vec<_>>();
            mixed! {
                Self::#ident { #(#members: #bindings,)* #rest } => {
                    to.set(places.discriminant(), #number);
                    #(#writes)*
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
    let encode_members = mixed! {
        match self { #(#encode)* }
        #ipc::Ok(())
    };
    let given = cases.iter().flat_map(|case| &case.fields.sent).any(may_be_given);
    let encode_owned = given.then(|| {
        mixed! {
            match self { #(#encode_owned)* }
            #ipc::Ok(())
        }
    });
    let decode_members = mixed! {
        match from.get::<#ipc::u16>(places.discriminant()) {
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
    let [to, from, places] = ["to", "from", "places"].map(|name| unless_empty(name, *unused));
    let Target { params, ty, bounds, decode_params, decode_bounds, message, .. } = &Target::of(data);
    let impls = expand_impls(
        data,
        &Codec {
            shape: mixed!(#ipc::Shape::of(#ipc::Slot::Pointer)),
            ty: mixed!(#ipc::Type::Struct(<Self as #ipc::Struct>::descriptor)),
            list: mixed!(#ipc::Type::List(&<Self as #ipc::IpcType>::TYPE)),
            encode: mixed!(#ipc::encode_struct(self, to.pointer(at.offset))),
            decode: mixed!(#ipc::decode_struct(from.pointer(at.offset))),
            encode_items: mixed!(encode_structs),
            owned: encode_owned.as_ref().map(|_| OwnedCodec {
                encode: mixed!(#ipc::encode_struct_owned(self, to.pointer(at.offset))),
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

fn expand_enum(data: &Data, variants: &[Variant]) -> TokenStream {
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
                #ipc::encode_enum(self, to, at);
                #ipc::Ok(())
            }),
            decode: mixed!(#ipc::decode_enum(from, at)),
            encode_items: mixed!(encode_enums),
            owned: None,
            decode_list: mixed!(decode_enums),
        },
    );
    let default = expand_default_impls(
        ident,
        "enum",
        &mixed!(#ipc::DefaultValue::Enum(#ipc::Enum::to_ordinal(&default))),
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
            fn from_ordinal(ordinal: #ipc::u16) -> #ipc::Option<Self> {
                match ordinal {
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
                to: &mut #ipc::StructWriter<'_, '_>,
                at: #ipc::At,
                default: Self,
            ) -> #ipc::Result<(), #ipc::IpcException> {
                #ipc::#encode(self, to, at, &default)
            }

            fn decode_defaulted(
                from: &#ipc::StructReader<'m>,
                at: #ipc::At,
                default: Self,
            ) -> #ipc::Result<Self, #ipc::IpcException> {
                #ipc::#decode(from, at, &default)
            }

            fn schema_value(default: Self) -> #ipc::DefaultValue {
                #schema_value
            }
        }
    }
}

/// An enum that is a number has no declaration in the schema.
fn expand_numbers(data: &Data, repr: &Ident, variants: &[Variant]) -> TokenStream {
    let ipc = names::runtime();
    let ident = &data.ident;
    let name = &data.container.name;
    let repr = Ident::new(&repr.to_string(), proc_macro2::Span::mixed_site());
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
            encode: mixed!(#ipc::encode_number(self, to, at)),
            decode: mixed!(#ipc::decode_number(from, at)),
            encode_items: mixed!(encode_numbers),
            owned: None,
            decode_list: mixed!(decode_numbers),
        },
    );
    let default = expand_default_impls(
        ident,
        "number",
        &mixed!(<#number as #ipc::DefaultCodec<'m>>::schema_value(#ipc::Numbered::to_number(&default))),
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
            fn from_number(number: #number) -> #ipc::Option<Self> {
                match number {
                    #(number if number == Self::#idents as #number => #ipc::Some(Self::#idents),)*
                    _ => #unknown,
                }
            }
        }
    }
}

/// A newtype is what is inside. What not every type can do, stand in a list or under an `Option`, it can if that
/// can; the `for<'__w>` keeps rustc from evaluating the condition before anyone asks.
fn expand_newtype(data: &Data, field: &Field) -> TokenStream {
    let ipc = names::runtime();
    let target = Target::of(data);
    let Target { params, ty, bounds, decode_params, decode_bounds, message, .. } = &target;
    let member = &field.member;
    // What is converted is what its module converts it to.
    let module = match &field.conversion {
        Some(Conversion::Module(module)) => Some(module),
        _ => None,
    };
    let field = &match module {
        Some(module) => Field { ty: syn::parse_quote!(#module::Wire), conversion: None, ..field.clone() },
        None => field.clone(),
    };
    let inner = &field.ty;
    let value = match module {
        Some(module) => mixed!(&#module::to_wire(&self.#member)?),
        None => mixed!(&self.#member),
    };
    let sent = outgoing(data, field);
    let constants = constant(data, field);
    let (part, inner_part) = (constants.item("PART"), constants.item("INNER"));
    let encode = sent.call("encode", mixed!(#value, to, at));
    let encode_inner = sent.call("encode_inner", mixed!(#value, to, at));
    // An argument can all of it.
    let condition = |bound: TokenStream| {
        let argument = |argument: &Argument| matches!(argument, Argument::Type(ty) if ty == inner);
        (!data.arguments.iter().any(argument)).then(|| mixed!(for<'__w> #inner: #bound))
    };
    let single_bounds = target.bounds_and(condition(mixed!(#ipc::Single)).as_ref());
    let element_bounds = target.bounds_and(condition(mixed!(#ipc::Element)).as_ref());
    let slice_bounds = target.decode_bounds_and(condition(mixed!(#ipc::DecodeElement<#message>)).as_ref());
    // What is converted has no default.
    let default = module.is_none().then(|| expand_newtype_default(data, &target, field));
    let received = incoming(data, field);
    let read = |function: &str| {
        let read = received.call(function, mixed!(from, at));
        match module {
            Some(module) => mixed!(#module::from_wire(#read?)?),
            None => mixed!(#read?),
        }
    };
    let (decode, decode_inner) = (read("decode"), read("decode_inner"));
    let (encode_items, decode_list) = match module {
        Some(module) => (
            mixed! {
                #ipc::encode_converted(#ipc::Iterator::map(items, |item| #module::to_wire(&item.#member)), to)
            },
            mixed! {
                #ipc::decode_converted(from, |item| #ipc::Ok(Self { #member: #module::from_wire(item)? }))
            },
        ),
        None => (
            mixed! {
                <#inner as #ipc::Element>::encode_items(#ipc::Iterator::map(items, |item| &item.#member), to)
            },
            mixed!({
                let items = <#inner as #ipc::DecodeElement<#message>>::decode_list(from)?;
                #ipc::Ok(#ipc::wrap_items(items, |item| Self { #member: item }))
            }),
        ),
    };
    let given = module.is_none() && may_be_given(field);
    let encode_owned = given.then(|| {
        let encode = sent.call("encode_mut", mixed!(&mut self.#member, to, at));
        let encode_inner = sent.call("encode_inner_mut", mixed!(&mut self.#member, to, at));
        mixed! {
            #[inline]
            fn encode_owned(&mut self, to: &mut #ipc::StructWriter<'_, '_>, at: #ipc::At) -> #ipc::Result<(), #ipc::IpcException> {
                #encode
            }

            #[inline]
            fn encode_inner_owned(&mut self, to: &mut #ipc::StructWriter<'_, '_>, at: #ipc::At) -> #ipc::Result<(), #ipc::IpcException> {
                #encode_inner
            }
        }
    });
    let encode_items_owned = given.then(|| {
        mixed! {
            fn encode_items_owned<'i>(
                items: impl #ipc::ExactSizeIterator<Item = &'i mut Self>,
                to: #ipc::PointerWriter<'_, '_>,
            ) -> #ipc::Result<(), #ipc::IpcException>
            where
                Self: 'i,
            {
                <#inner as #ipc::Element>::encode_items_owned(
                    #ipc::Iterator::map(items, |item| &mut item.#member),
                    to,
                )
            }
        }
    });
    mixed! {
        impl #params #ipc::IpcType for #ty #bounds {
            type This = Self;
            const SHAPE: #ipc::Shape = #part.shape();
            const TYPE: #ipc::Type = #part.ty();
            const INNER_SHAPE: #ipc::Shape = #inner_part.shape();
            const INNER_TYPE: #ipc::Type = #inner_part.ty();
        }

        impl #params #ipc::Single for #ty #single_bounds {}

        impl #params #ipc::Encode for #ty #bounds {
            #[inline]
            fn encode(&self, to: &mut #ipc::StructWriter<'_, '_>, at: #ipc::At) -> #ipc::Result<(), #ipc::IpcException> {
                #encode
            }

            #[inline]
            fn encode_inner(&self, to: &mut #ipc::StructWriter<'_, '_>, at: #ipc::At) -> #ipc::Result<(), #ipc::IpcException> {
                #encode_inner
            }

            #encode_owned
        }

        impl #decode_params #ipc::Decode<#message> for #ty #decode_bounds {
            #[inline]
            fn decode(from: &#ipc::StructReader<#message>, at: #ipc::At) -> #ipc::Result<Self, #ipc::IpcException> {
                #ipc::Ok(Self { #member: #decode })
            }

            #[inline]
            fn decode_inner(from: &#ipc::StructReader<#message>, at: #ipc::At) -> #ipc::Result<Self, #ipc::IpcException> {
                #ipc::Ok(Self { #member: #decode_inner })
            }
        }

        #default

        impl #params #ipc::Element for #ty #element_bounds {
            const LIST: #ipc::Type = <#inner as #ipc::Element>::LIST;

            fn encode_items<'i>(
                items: impl #ipc::ExactSizeIterator<Item = &'i Self>,
                to: #ipc::PointerWriter<'_, '_>,
            ) -> #ipc::Result<(), #ipc::IpcException>
            where
                Self: 'i,
            {
                #encode_items
            }

            #encode_items_owned
        }

        impl #decode_params #ipc::DecodeElement<#message> for #ty #slice_bounds {
            type Slice = #ipc::Vec<Self>;

            #[inline]
            fn decode_list(from: #ipc::PointerReader<#message>) -> #ipc::Result<#ipc::Vec<Self>, #ipc::IpcException> {
                #decode_list
            }
        }
    }
}

/// A newtype has a default where what is inside has one; of a parameter it is not known.
fn expand_newtype_default(data: &Data, target: &Target, field: &Field) -> Option<TokenStream> {
    let ipc = names::runtime();
    let (inner, member) = (&field.ty, &field.member);
    if has_type_param(inner, &data.generics) {
        return None;
    }
    let Target { params, ty, decode_params, message, .. } = target;
    let bounds = target.bounds_and(Some(&mixed!(for<'__w> #inner: #ipc::HasDefault)));
    let decode_bounds =
        target.decode_bounds_and(Some(&mixed!(for<'__w> #inner: #ipc::DefaultCodec<#message>)));
    Some(mixed! {
        impl #params #ipc::HasDefault for #ty #bounds {
            type This = Self;
            type Value = <#inner as #ipc::HasDefault>::Value;
        }

        impl #decode_params #ipc::DefaultCodec<#message> for #ty #decode_bounds {
            fn encode_defaulted(
                &self,
                to: &mut #ipc::StructWriter<'_, '_>,
                at: #ipc::At,
                default: Self::Value,
            ) -> #ipc::Result<(), #ipc::IpcException> {
                <#inner as #ipc::DefaultCodec<#message>>::encode_defaulted(&self.#member, to, at, default)
            }

            fn decode_defaulted(
                from: &#ipc::StructReader<#message>,
                at: #ipc::At,
                default: Self::Value,
            ) -> #ipc::Result<Self, #ipc::IpcException> {
                let inner = <#inner as #ipc::DefaultCodec<#message>>::decode_defaulted(from, at, default)?;
                #ipc::Ok(Self { #member: inner })
            }

            fn schema_value(default: Self::Value) -> #ipc::DefaultValue {
                <#inner as #ipc::DefaultCodec<#message>>::schema_value(default)
            }
        }
    })
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
                let name = Ident::new(name, proc_macro2::Span::mixed_site());
                mixed! {
                    fn #name(&mut self, to: &mut #ipc::StructWriter<'_, '_>, at: #ipc::At) -> #ipc::Result<(), #ipc::IpcException> {
                        #encode
                    }
                }
            });
            let items = mixed! {
                fn encode_items_owned<'i>(
                    items: impl #ipc::ExactSizeIterator<Item = &'i mut Self>,
                    to: #ipc::PointerWriter<'_, '_>,
                ) -> #ipc::Result<(), #ipc::IpcException>
                where
                    Self: 'i,
                {
                    #ipc::#encode_items(items, to)
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
            fn encode(&self, to: &mut #ipc::StructWriter<'_, '_>, at: #ipc::At) -> #ipc::Result<(), #ipc::IpcException> {
                #encode
            }

            #encode_owned
        }

        impl #decode_params #ipc::Decode<#message> for #ty #decode_bounds {
            #[inline]
            fn decode(from: &#ipc::StructReader<#message>, at: #ipc::At) -> #ipc::Result<Self, #ipc::IpcException> {
                #decode
            }
        }

        impl #params #ipc::Element for #ty #bounds {
            const LIST: #ipc::Type = #list;

            fn encode_items<'i>(
                items: impl #ipc::ExactSizeIterator<Item = &'i Self>,
                to: #ipc::PointerWriter<'_, '_>,
            ) -> #ipc::Result<(), #ipc::IpcException>
            where
                Self: 'i,
            {
                #ipc::#encode_items(items, to)
            }

            #encode_items_owned
        }

        impl #decode_params #ipc::DecodeElement<#message> for #ty #decode_bounds {
            type Slice = #ipc::Vec<Self>;

            #[inline]
            fn decode_list(from: #ipc::PointerReader<#message>) -> #ipc::Result<#ipc::Vec<Self>, #ipc::IpcException> {
                #ipc::#decode_list(from)
            }
        }
    }
}

/// The constants with the fields or members of a type and their places, as an `impl` names them.
pub(crate) fn layout_constants(data: &Data) -> (TokenStream, TokenStream) {
    let ipc = names::runtime();
    if data.is_generic() {
        return (mixed!(<Self as #ipc::Laid>::FIELDS), mixed!(<Self as #ipc::Laid>::LAYOUT));
    }
    let plain = matches!(&data.body, Body::Struct(fields) if is_plain(fields));
    let fields = if plain { names::fields() } else { names::members() };
    (fields.into_token_stream(), names::layout().into_token_stream())
}

/// What stands in the head of an `impl`. A type with a lifetime is decoded from a message that lives as long.
pub(crate) struct Target {
    /// `<'a, T>`, or nothing.
    pub(crate) params: TokenStream,
    /// `Note<'a, T>`.
    pub(crate) ty: TokenStream,
    /// `where T: Argument`, or nothing.
    pub(crate) bounds: TokenStream,
    /// `<'a, T>`, or `<'m, T>` for a type that owns what it has.
    decode_params: TokenStream,
    /// The same, and that a `T` can be read from a message.
    decode_bounds: TokenStream,
    /// `'a` or `'m`.
    message: Lifetime,
    predicates: Vec<TokenStream>,
    decode_predicates: Vec<TokenStream>,
}

impl Target {
    pub(crate) fn of(data: &Data) -> Self {
        let ipc = names::runtime();
        let ident = &data.ident;
        let own = Lifetime::new("'m", proc_macro2::Span::mixed_site());
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
                predicates.push(mixed!(#ty: #ipc::Argument));
                // Of `This`, so that an argument that is no IPC type is one mistake and not two.
                decodes.push(mixed!(<#ty as #ipc::IpcType>::This: #ipc::DecodeElement<#message>));
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

    fn bounds_and(&self, predicate: Option<&TokenStream>) -> TokenStream {
        where_clause(&self.predicates, predicate)
    }

    fn decode_bounds_and(&self, predicate: Option<&TokenStream>) -> TokenStream {
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
fn depends(data: &Data, field: &Field) -> bool {
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
