//! The `impl`s of a derived struct or enum.

use proc_macro2::{Group, TokenStream, TokenTree};
use quote::{ToTokens, format_ident, quote_spanned};
use syn::{Ident, Lifetime, Type};

use super::descriptor::{
    expand_enum_descriptor, expand_ids, expand_struct_descriptor, expand_union_descriptor,
};
use super::wire::{Wire, may_hold_closure};
use super::{expand_field, expand_fields, names, unless_empty};
use crate::model::{Argument, Body, Case, CaseForm, Catches, Data, Field, Fields, Variant};
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

/// The fields and their places.
pub(crate) fn expand_layout(data: &Data, fields: &[Field]) -> TokenStream {
    let members =
        fields.iter().zip(0..).map(|(field, index)| expand_member(data, field, &field.name.text, index));
    let (defaults, list): (TokenStream, Vec<TokenStream>) = members.unzip();
    let places = if data.is_generic() {
        expand_generic_layout(data, fields, &list)
    } else if fields.iter().any(|field| field.ordinal.is_some()) {
        expand_pinned_layout(fields, &list)
    } else {
        expand_fields(&names::fields(), &names::layout(), &list)
    };
    mixed!(#defaults #places)
}

/// Like `expand_fields`, with the ordinals that are given, each of which is checked where it stands.
fn expand_pinned_layout(fields: &[Field], list: &[TokenStream]) -> TokenStream {
    let ipc = names::runtime();
    let (constant, layout, pins) = (names::fields(), names::layout(), names::pins());
    let count = list.len();
    let (pin_list, checks) = expand_pins(fields, &constant.to_token_stream());
    mixed! {
        const #constant: [#ipc::Field; #count] = [#(#list),*];
        #pin_list
        const _: () = { #checks };
        const #layout: #ipc::Layout<#count> = #ipc::pinned_layout_of(&#constant, #pins);
    }
}

/// The constant with the pinned ordinals of fields, and the check of each.
fn expand_pins(fields: &[Field], constant: &TokenStream) -> (TokenStream, TokenStream) {
    let ipc = names::runtime();
    let pins = names::pins();
    let count = fields.len();
    let ordinals = fields.iter().map(|field| match &field.ordinal {
        Some((ordinal, _)) => mixed!(#ordinal),
        None => mixed!(#ipc::NEXT),
    });
    let checks = fields.iter().zip(0usize..).filter_map(|(field, index)| {
        let mut ipc = names::runtime();
        let (_, literal) = field.ordinal.as_ref()?;
        ipc.set_span(literal.span());
        Some(quote_spanned!(literal.span()=> #ipc::check_pin_of(&#constant, &#pins, #index);))
    });
    (mixed!(const #pins: [#ipc::u16; #count] = [#(#ordinals),*];), mixed!(#(#checks)*))
}

/// Like `expand_fields`, for each set of arguments.
fn expand_generic_layout(data: &Data, fields: &[Field], list: &[TokenStream]) -> TokenStream {
    let ipc = names::runtime();
    let count = list.len();
    let layout = if fields.iter().any(|field| field.ordinal.is_some()) {
        let pins = names::pins();
        let (pin_list, checks) = expand_pins(fields, &mixed!(Self::FIELDS));
        mixed!({ #pin_list #checks #ipc::pinned_layout_of(&Self::FIELDS, #pins) })
    } else {
        mixed!(#ipc::layout_of(&Self::FIELDS))
    };
    expand_laid(data, list, &mixed!(#ipc::Layout<#count>), &layout)
}

/// The fields and places of a type whose arguments decide about them.
fn expand_laid(data: &Data, list: &[TokenStream], ty: &TokenStream, layout: &TokenStream) -> TokenStream {
    let ipc = names::runtime();
    let count = list.len();
    let Target { params, ty: target, bounds, .. } = &Target::of(data);
    mixed! {
        impl #params #ipc::Laid for #target #bounds {
            type Fields = [#ipc::Field; #count];
            type Layout = #ty;
            const FIELDS: Self::Fields = [#(#list),*];
            const LAYOUT: Self::Layout = #layout;
        }
    }
}

/// The constants with the fields of a type and their places, as an `impl` names them.
pub(crate) fn layout_constants(data: &Data) -> (TokenStream, TokenStream) {
    let ipc = names::runtime();
    if data.is_generic() {
        return (mixed!(<Self as #ipc::Laid>::FIELDS), mixed!(<Self as #ipc::Laid>::LAYOUT));
    }
    (names::fields().into_token_stream(), names::layout().into_token_stream())
}

/// The fields of all cases and their places.
pub(crate) fn expand_union_layout(data: &Data, cases: &[Case]) -> TokenStream {
    let ipc = names::runtime();
    let (fields, layout) = (names::fields(), names::layout());
    let mut defaults = TokenStream::new();
    let mut list = Vec::new();
    let mut numbers: Vec<u16> = Vec::new();
    for (number, case) in (0..).zip(cases) {
        for field in &case.fields.sent {
            // The one field of a `Value` goes by the name of the case, unless an `Option` makes it two.
            let name = if case.form == CaseForm::Value { "value" } else { field.name.text.as_str() };
            let (default, member) = expand_member(data, field, name, list.len());
            defaults.extend(default);
            list.push(member);
            numbers.push(number);
        }
        if case.fields.sent.is_empty() {
            list.push(expand_field("value", "", &Wire::of(&syn::parse_quote!(()))));
            numbers.push(number);
        }
    }
    let count = list.len();
    if data.is_generic() {
        let places = mixed!(#ipc::union_layout_of(&Self::FIELDS, [#(#numbers),*]));
        let laid = expand_laid(data, &list, &mixed!(#ipc::UnionLayout<#count>), &places);
        return mixed!(#defaults #laid);
    }
    mixed! {
        #defaults
        const #fields: [#ipc::Field; #count] = [#(#list),*];
        const #layout: #ipc::UnionLayout<#count> = #ipc::union_layout_of(&#fields, [#(#numbers),*]);
    }
}

/// The constant with the default of a field, if it has one, and the field.
fn expand_member(data: &Data, field: &Field, name: &str, index: usize) -> (TokenStream, TokenStream) {
    let ipc = names::runtime();
    let member = expand_field(name, &field.doc, &constant(data, field));
    let Some(default) = &field.default else { return (TokenStream::new(), member) };
    let ty = without_lifetime(data, &field.ty);
    let constant = names::default(index);
    let value = Wire::defaulted(&ty).item("Value");
    (
        mixed!(const #constant: #value = #default;),
        mixed!(#ipc::defaulted(#member, #ipc::Literal(#constant).schema_value())),
    )
}

/// Writes the field at an index from an expression, by the function for a field that is shared or given away.
fn expand_encode(
    data: &Data,
    field: &Field,
    index: usize,
    function: &str,
    value: &TokenStream,
    to: &TokenStream,
) -> TokenStream {
    let (_, layout) = layout_constants(data);
    let at = mixed!(#layout.at[#index]);
    if field.default.is_none() {
        return outgoing(data, field).call(function, mixed!(#value, #to, #at));
    }
    let default = names::default(index);
    Wire::defaulted(&field.ty).call("encode_defaulted", mixed!(#value, #to, #at, #default))
}

/// Reads the field at an index.
fn expand_decode(data: &Data, field: &Field, index: usize, from: &TokenStream) -> TokenStream {
    let (_, layout) = layout_constants(data);
    let at = mixed!(#layout.at[#index]);
    if field.default.is_none() {
        return incoming(data, field).call("decode", mixed!(#from, #at));
    }
    let default = names::default(index);
    Wire::defaulted(&field.ty).call("decode_defaulted", mixed!(#from, #at, #default))
}

fn expand_struct(data: &Data, fields: &Fields) -> TokenStream {
    let ipc = names::runtime();
    let layouts = expand_layout(data, &fields.sent);
    let Fields { sent, skipped } = fields;
    let to = unless_empty("to", sent.is_empty());
    let from = unless_empty("from", sent.is_empty());
    let encode = sent.iter().enumerate().map(|(index, field)| {
        let member = &field.member;
        let encode = expand_encode(data, field, index, "encode", &mixed!(&self.#member), &to);
        mixed!(#encode?;)
    });
    let encode_owned = sent.iter().any(may_be_given).then(|| {
        let encode = sent.iter().enumerate().map(|(index, field)| {
            let member = &field.member;
            let encode = if may_be_given(field) {
                expand_encode(data, field, index, "encode_mut", &mixed!(&mut self.#member), &to)
            } else {
                expand_encode(data, field, index, "encode", &mixed!(&self.#member), &to)
            };
            mixed!(#encode?;)
        });
        mixed! {
            #(#encode)*
            #ipc::Ok(())
        }
    });
    let decode = sent.iter().enumerate().map(|(index, field)| {
        let member = &field.member;
        let decode = expand_decode(data, field, index, &from);
        mixed!(#member: #decode?)
    });
    let encode = encode.collect::<Vec<_>>();
    let decode = decode.collect::<Vec<_>>();
    let encode_fields = mixed! {
        #(#encode)*
        #ipc::Ok(())
    };
    let decode_fields = mixed! {
        #ipc::Ok(Self { #(#decode,)* #(#skipped: #ipc::Default::default(),)* })
    };
    let impls = expand_struct_impls(
        data,
        &StructCodec {
            descriptor: expand_struct_descriptor(data),
            to,
            from,
            encode_fields,
            encode_owned,
            decode_fields,
        },
    );
    mixed!(#layouts #impls)
}

fn expand_union(data: &Data, cases: &[Case]) -> TokenStream {
    let ipc = names::runtime();
    let (_, layout) = layout_constants(data);
    let layouts = expand_union_layout(data, cases);
    let mut first = 0;
    let mut encode = Vec::new();
    let mut encode_owned = Vec::new();
    let mut decode = Vec::new();
    let mut unknown = mixed! {
        unknown => #ipc::Err(#ipc::unknown_variant(unknown, <Self as #ipc::Struct>::descriptor()))
    };
    for (number, Case { ident, fields: Fields { sent, skipped }, catches, .. }) in (0u16..).zip(cases) {
        let bindings =
            (0..sent.len()).map(|index| format_ident!("f{index}", span = proc_macro2::Span::mixed_site()));
        let bindings: Vec<Ident> = bindings.collect();
        let rest = (!skipped.is_empty()).then(|| mixed!(..));
        let arm = |function: &'static str| {
            let members = sent.iter().map(|field| &field.member);
            let writes = sent.iter().zip(&bindings).zip(first..).map(|((field, binding), at)| {
                let function = if may_be_given(field) { function } else { "encode" };
                let encode =
                    expand_encode(data, field, at, function, &binding.to_token_stream(), &mixed!(to));
                mixed!(#encode?;)
            });
            mixed! {
                Self::#ident { #(#members: #bindings,)* #rest } => {
                    to.set(#layout.discriminant, #number);
                    #(#writes)*
                }
            }
        };
        encode.push(arm("encode"));
        encode_owned.push(arm("encode_mut"));
        let reads = sent.iter().zip(first..).map(|(field, at)| {
            let member = &field.member;
            let decode = expand_decode(data, field, at, &mixed!(from));
            mixed!(#member: #decode?)
        });
        let value = mixed!(Self::#ident { #(#reads,)* #(#skipped: #ipc::Default::default(),)* });
        if *catches == Catches::Unknown {
            unknown = mixed!(_ => #ipc::Ok(#value));
        } else {
            decode.push(mixed!(#number => #ipc::Ok(#value),));
        }
        first += sent.len().max(1);
    }
    let encode_fields = mixed! {
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
    let decode_fields = mixed! {
        match from.get::<#ipc::u16>(#layout.discriminant) {
            #(#decode)*
            #unknown,
        }
    };
    let impls = expand_struct_impls(
        data,
        &StructCodec {
            descriptor: expand_union_descriptor(data, cases),
            to: mixed!(to),
            from: mixed!(from),
            encode_fields,
            encode_owned,
            decode_fields,
        },
    );
    mixed!(#layouts #impls)
}

/// In what structs differ.
struct StructCodec {
    descriptor: TokenStream,
    to: TokenStream,
    from: TokenStream,
    encode_fields: TokenStream,
    /// Of a value that is given away, if that makes a difference.
    encode_owned: Option<TokenStream>,
    decode_fields: TokenStream,
}

fn expand_struct_impls(data: &Data, codec: &StructCodec) -> TokenStream {
    let ipc = names::runtime();
    let (_, layout) = layout_constants(data);
    let StructCodec { descriptor, to, from, encode_fields, encode_owned, decode_fields } = codec;
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
            fn encode_fields_owned(
                &mut self,
                #to: &mut #ipc::StructWriter<'_, '_>,
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
            fn descriptor() -> &'static #ipc::Descriptor {
                #descriptor
            }

            fn encode_fields(&self, #to: &mut #ipc::StructWriter<'_, '_>) -> #ipc::Result<(), #ipc::IpcException> {
                #encode_fields
            }

            #encode_owned
        }

        impl #decode_params #ipc::DecodeStruct<#message> for #ty #decode_bounds {
            fn decode_fields(#from: &#ipc::StructReader<#message>) -> #ipc::Result<Self, #ipc::IpcException> {
                #decode_fields
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
    mixed! {
        #impls

        impl #ipc::Enum for #ident {
            fn descriptor() -> &'static #ipc::Descriptor {
                #descriptor
            }

            fn to_ordinal(&self) -> #ipc::u16 {
                match self {
                    #(Self::#idents => #ordinals,)*
                }
            }

            fn from_ordinal(ordinal: #ipc::u16) -> #ipc::Option<Self> {
                match ordinal {
                    #(#ordinals => #ipc::Some(Self::#idents),)*
                    _ => #unknown,
                }
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
    mixed! {
        const _: () = { #(#checks)* };

        #impls

        impl #ipc::Numbered for #ident {
            type Number = #number;
            const NAME: &'static str = #name;

            fn to_number(&self) -> #number {
                match self {
                    #(Self::#idents => Self::#idents as #number,)*
                }
            }

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
    let inner = &field.ty;
    let member = &field.member;
    let sent = outgoing(data, field);
    let constants = constant(data, field);
    let (part, inner_part) = (constants.item("PART"), constants.item("INNER"));
    let encode = sent.call("encode", mixed!(&self.#member, to, at));
    let encode_inner = sent.call("encode_inner", mixed!(&self.#member, to, at));
    // An argument can all of it.
    let condition = |bound: TokenStream| {
        let argument = |argument: &Argument| matches!(argument, Argument::Type(ty) if ty == inner);
        (!data.arguments.iter().any(argument)).then(|| mixed!(for<'__w> #inner: #bound))
    };
    let single_bounds = target.bounds_and(condition(mixed!(#ipc::Single)).as_ref());
    let element_bounds = target.bounds_and(condition(mixed!(#ipc::Element)).as_ref());
    let slice_bounds = target.decode_bounds_and(condition(mixed!(#ipc::DecodeElement<#message>)).as_ref());
    let received = incoming(data, field);
    let decode = received.call("decode", mixed!(from, at));
    let decode_inner = received.call("decode_inner", mixed!(from, at));
    let encode_owned = may_be_given(field).then(|| {
        let encode = sent.call("encode_mut", mixed!(&mut self.#member, to, at));
        let encode_inner = sent.call("encode_inner_mut", mixed!(&mut self.#member, to, at));
        mixed! {
            fn encode_owned(&mut self, to: &mut #ipc::StructWriter<'_, '_>, at: #ipc::At) -> #ipc::Result<(), #ipc::IpcException> {
                #encode
            }

            fn encode_inner_owned(&mut self, to: &mut #ipc::StructWriter<'_, '_>, at: #ipc::At) -> #ipc::Result<(), #ipc::IpcException> {
                #encode_inner
            }
        }
    });
    let encode_items_owned = may_be_given(field).then(|| {
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
            fn encode(&self, to: &mut #ipc::StructWriter<'_, '_>, at: #ipc::At) -> #ipc::Result<(), #ipc::IpcException> {
                #encode
            }

            fn encode_inner(&self, to: &mut #ipc::StructWriter<'_, '_>, at: #ipc::At) -> #ipc::Result<(), #ipc::IpcException> {
                #encode_inner
            }

            #encode_owned
        }

        impl #decode_params #ipc::Decode<#message> for #ty #decode_bounds {
            fn decode(from: &#ipc::StructReader<#message>, at: #ipc::At) -> #ipc::Result<Self, #ipc::IpcException> {
                #ipc::Ok(Self { #member: #decode? })
            }

            fn decode_inner(from: &#ipc::StructReader<#message>, at: #ipc::At) -> #ipc::Result<Self, #ipc::IpcException> {
                #ipc::Ok(Self { #member: #decode_inner? })
            }
        }

        impl #params #ipc::Element for #ty #element_bounds {
            const LIST: #ipc::Type = <#inner as #ipc::Element>::LIST;

            fn encode_items<'i>(
                items: impl #ipc::ExactSizeIterator<Item = &'i Self>,
                to: #ipc::PointerWriter<'_, '_>,
            ) -> #ipc::Result<(), #ipc::IpcException>
            where
                Self: 'i,
            {
                <#inner as #ipc::Element>::encode_items(#ipc::Iterator::map(items, |item| &item.#member), to)
            }

            #encode_items_owned
        }

        impl #decode_params #ipc::DecodeElement<#message> for #ty #slice_bounds {
            type Slice = #ipc::Vec<Self>;

            fn decode_list(from: #ipc::PointerReader<#message>) -> #ipc::Result<#ipc::Vec<Self>, #ipc::IpcException> {
                let items = <#inner as #ipc::DecodeElement<#message>>::decode_list(from)?;
                #ipc::Ok(#ipc::wrap_items(items, |item| Self { #member: item }))
            }
        }
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
    field.default.is_none() && may_hold_closure(&field.ty)
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
            fn encode(&self, to: &mut #ipc::StructWriter<'_, '_>, at: #ipc::At) -> #ipc::Result<(), #ipc::IpcException> {
                #encode
            }

            #encode_owned
        }

        impl #decode_params #ipc::Decode<#message> for #ty #decode_bounds {
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

            fn decode_list(from: #ipc::PointerReader<#message>) -> #ipc::Result<#ipc::Vec<Self>, #ipc::IpcException> {
                #ipc::#decode_list(from)
            }
        }
    }
}

/// What stands in the head of an `impl`. A type with a lifetime is decoded from a message that lives as long.
struct Target {
    /// `<'a, T>`, or nothing.
    params: TokenStream,
    /// `Note<'a, T>`.
    ty: TokenStream,
    /// `where T: Argument`, or nothing.
    bounds: TokenStream,
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
    fn of(data: &Data) -> Self {
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
fn outgoing(data: &Data, field: &Field) -> Wire {
    match &field.interface {
        None if has_type_param(&field.ty, &data.generics) => Wire::outgoing(&field.ty),
        interface => Wire::travelling_as(&field.ty, interface.as_ref()),
    }
}

/// The type of a field, of which a constant tells.
fn constant(data: &Data, field: &Field) -> Wire {
    match &field.interface {
        // The constant is in an `impl`, which has the lifetime.
        None if has_type_param(&field.ty, &data.generics) => Wire::outgoing(&field.ty),
        interface => Wire::travelling_as(&without_lifetime(data, &field.ty), interface.as_ref()),
    }
}

/// The type of a field as it is received.
fn incoming(data: &Data, field: &Field) -> Wire {
    match &field.interface {
        None if has_type_param(&field.ty, &data.generics) => Wire::incoming(&field.ty),
        interface => Wire::travelling_as(&field.ty, interface.as_ref()),
    }
}

/// The type as constants can name it: `'static` in place of the lifetime, which only `impl`s know.
fn without_lifetime(data: &Data, ty: &Type) -> Type {
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
