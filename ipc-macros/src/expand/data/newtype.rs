//! Tuple structs of one field.

use proc_macro2::TokenStream;

use super::{Target, constant, incoming, may_be_given, outgoing};
use crate::expand::names;
use crate::model::{Argument, Conversion, Data, Field};
use crate::parse::has_type_param;

/// A newtype is what is inside. What not every type can do, stand in a list or under an `Option`, it can if that
/// can; the `for<'__w>` keeps rustc from evaluating the condition before anyone asks.
pub(super) fn expand_newtype(data: &Data, field: &Field) -> TokenStream {
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
    let encode = sent.call("encode", mixed!(#value, __to, __at));
    let encode_inner = sent.call("encode_inner", mixed!(#value, __to, __at));
    // An argument can all of it.
    let condition = |bound: TokenStream| {
        let argument = |argument: &Argument| matches!(argument, Argument::Type(ty) if ty == inner);
        (!data.arguments.iter().any(argument)).then(|| mixed!(for<'__w> #inner: #bound))
    };
    let single_bounds = target.bounds_and(condition(mixed!(#ipc::Single)).as_ref());
    let pointer_bounds = target.bounds_and(Some(&mixed!(for<'__w> #inner: #ipc::PointerArgument)));
    let element_bounds = target.bounds_and(condition(mixed!(#ipc::Element)).as_ref());
    let slice_bounds = target.decode_bounds_and(condition(mixed!(#ipc::DecodeElement<#message>)).as_ref());
    // What is converted has no default.
    let default = module.is_none().then(|| expand_newtype_default(data, &target, field));
    let received = incoming(data, field);
    let read = |function: &str| {
        let read = received.call(function, mixed!(__from, __at));
        match module {
            Some(module) => mixed!(#module::from_wire(#read?)?),
            None => mixed!(#read?),
        }
    };
    let (decode, decode_inner) = (read("decode"), read("decode_inner"));
    let (encode_items, decode_list) = match module {
        Some(module) => (
            mixed! {
                #ipc::encode_converted(#ipc::Iterator::map(__items, |__item| #module::to_wire(&__item.#member)), __to)
            },
            mixed! {
                #ipc::decode_converted(__from, |__item| #ipc::Ok(Self { #member: #module::from_wire(__item)? }))
            },
        ),
        None => (
            mixed! {
                <#inner as #ipc::Element>::encode_items(#ipc::Iterator::map(__items, |__item| &__item.#member), __to)
            },
            mixed!({
                let __items = <#inner as #ipc::DecodeElement<#message>>::decode_list(__from)?;
                #ipc::Ok(#ipc::wrap_items(__items, |__item| Self { #member: __item }))
            }),
        ),
    };
    let given = module.is_none() && may_be_given(field);
    let encode_owned = given.then(|| {
        let encode = sent.call("encode_mut", mixed!(&mut self.#member, __to, __at));
        let encode_inner = sent.call("encode_inner_mut", mixed!(&mut self.#member, __to, __at));
        mixed! {
            #[inline]
            fn encode_owned(&mut self, __to: &mut #ipc::StructWriter<'_, '_>, __at: #ipc::At) -> #ipc::Result<(), #ipc::IpcException> {
                #encode
            }

            #[inline]
            fn encode_inner_owned(&mut self, __to: &mut #ipc::StructWriter<'_, '_>, __at: #ipc::At) -> #ipc::Result<(), #ipc::IpcException> {
                #encode_inner
            }
        }
    });
    let encode_items_owned = given.then(|| {
        mixed! {
            fn encode_items_owned<'i>(
                __items: impl #ipc::ExactSizeIterator<Item = &'i mut Self>,
                __to: #ipc::PointerWriter<'_, '_>,
            ) -> #ipc::Result<(), #ipc::IpcException>
            where
                Self: 'i,
            {
                <#inner as #ipc::Element>::encode_items_owned(
                    #ipc::Iterator::map(__items, |__item| &mut __item.#member),
                    __to,
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

        impl #params #ipc::PointerArgument for #ty #pointer_bounds {}

        impl #params #ipc::Encode for #ty #bounds {
            #[inline]
            fn encode(&self, __to: &mut #ipc::StructWriter<'_, '_>, __at: #ipc::At) -> #ipc::Result<(), #ipc::IpcException> {
                #encode
            }

            #[inline]
            fn encode_inner(&self, __to: &mut #ipc::StructWriter<'_, '_>, __at: #ipc::At) -> #ipc::Result<(), #ipc::IpcException> {
                #encode_inner
            }

            #encode_owned
        }

        impl #decode_params #ipc::Decode<#message> for #ty #decode_bounds {
            #[inline]
            fn decode(__from: &#ipc::StructReader<#message>, __at: #ipc::At) -> #ipc::Result<Self, #ipc::IpcException> {
                #ipc::Ok(Self { #member: #decode })
            }

            #[inline]
            fn decode_inner(__from: &#ipc::StructReader<#message>, __at: #ipc::At) -> #ipc::Result<Self, #ipc::IpcException> {
                #ipc::Ok(Self { #member: #decode_inner })
            }
        }

        #default

        impl #params #ipc::Element for #ty #element_bounds {
            const LIST: #ipc::Type = <#inner as #ipc::Element>::LIST;

            fn encode_items<'i>(
                __items: impl #ipc::ExactSizeIterator<Item = &'i Self>,
                __to: #ipc::PointerWriter<'_, '_>,
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
            fn decode_list(__from: #ipc::PointerReader<#message>) -> #ipc::Result<#ipc::Vec<Self>, #ipc::IpcException> {
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
                __to: &mut #ipc::StructWriter<'_, '_>,
                __at: #ipc::At,
                __default: Self::Value,
            ) -> #ipc::Result<(), #ipc::IpcException> {
                <#inner as #ipc::DefaultCodec<#message>>::encode_defaulted(&self.#member, __to, __at, __default)
            }

            fn decode_defaulted(
                __from: &#ipc::StructReader<#message>,
                __at: #ipc::At,
                __default: Self::Value,
            ) -> #ipc::Result<Self, #ipc::IpcException> {
                let __inner = <#inner as #ipc::DefaultCodec<#message>>::decode_defaulted(__from, __at, __default)?;
                #ipc::Ok(Self { #member: __inner })
            }

            fn schema_value(__default: Self::Value) -> #ipc::DefaultValue {
                <#inner as #ipc::DefaultCodec<#message>>::schema_value(__default)
            }
        }
    })
}
