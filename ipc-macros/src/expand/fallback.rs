//! What is emitted beside the errors: just enough for the uses of the item to compile, so that one mistake gives
//! one message, and the layouts of what is right, so that rustc's own complaints come in the same build.

use proc_macro2::TokenStream;
use syn::{TraitItem, TypeParamBound};

use super::members::expand_layout;
use super::wire::superclass;
use super::{client, expand_sections, names, within};
use crate::model::{Body, Data, Interface};
use crate::parse::is_implied;

/// The trait as written, and an `Interface` that does nothing.
pub(crate) fn expand_interface(mut interface: Interface, errors: &TokenStream) -> TokenStream {
    let ident = interface.item.ident.clone();
    let private = super::private(&interface.container);
    let item = &mut interface.item;
    let plain = item.generics.params.is_empty()
        && item.generics.where_clause.is_none()
        && item.items.iter().all(|item| matches!(item, TraitItem::Fn(_)));
    // A plain trait is made usable as `dyn Trait`: a method that prevents it is taken out of its vtable.
    if plain {
        let methods = &interface.methods;
        for member in &mut item.items {
            let TraitItem::Fn(method) = member else { continue };
            let kept = methods.iter().map(|sound| &sound.ident).chain(&interface.locals);
            if !kept.into_iter().any(|kept| *kept == method.sig.ident) {
                let generics = &mut method.sig.generics;
                generics.make_where_clause().predicates.push(syn::parse_quote!(Self: #private::Sized));
            }
        }
    }
    super::shape_methods(item, &private);
    let superclasses = &interface.superclasses;
    let superclass_checks = superclasses.iter().map(|path| superclass(path, "descriptor"));
    let superclass_checks = mixed!(const _: () = { #(let _ = #superclass_checks;)* };);
    item.supertraits = item.supertraits.iter().filter(|bound| !is_implied(bound)).cloned().collect();
    let implied: [TypeParamBound; 3] =
        [syn::parse_quote!(#private::Send), syn::parse_quote!(#private::Sync), syn::parse_quote!('static)];
    item.supertraits.extend(implied);
    item.colon_token.get_or_insert_default();
    let sections: TokenStream = interface.methods.iter().map(expand_sections).collect();
    let ipc = names::runtime();
    let interface_impl = plain.then(|| {
        mixed! {
            impl #ipc::Interface for dyn #ident {
                const DESTROY: #ipc::Option<#ipc::MethodId> = #ipc::None;
                const CONSTRUCT: #ipc::Option<#ipc::MethodId> = #ipc::None;
                fn descriptor() -> &'static #ipc::Descriptor { #ipc::after_error() }
                fn from_remote(_: #ipc::Remote) -> #ipc::Arc<Self> { #ipc::after_error() }
                fn as_remote(&self) -> #ipc::Option<&#ipc::Remote> { #ipc::None }
                fn dispatch(&self, _: &#ipc::ServerCall) -> #ipc::Result<#ipc::Reply, #ipc::IpcException> {
                    #ipc::after_error()
                }
            }

            impl #ipc::Passable for dyn #ident {
                type Kind = #ipc::ByReference;
            }
        }
    });
    let alias = plain.then(|| client::expand_alias(&interface));
    let hidden = within(
        &interface.container,
        &TokenStream::new(),
        &mixed!(#sections #superclass_checks #interface_impl),
    );
    let item = &interface.item;
    mixed!(#errors #item #alias #hidden)
}

/// `impl`s that do nothing.
pub(crate) fn expand_data(data: &Data, errors: &TokenStream) -> TokenStream {
    let ipc = names::runtime();
    let ident = &data.ident;
    let (_, arguments, clause) = data.generics.split_for_impl();
    let params = data.generics.params.iter().cloned().map(|mut param| {
        match &mut param {
            syn::GenericParam::Type(param) => param.default = None,
            syn::GenericParam::Const(param) => param.default = None,
            syn::GenericParam::Lifetime(_) => {}
        }
        param
    });
    let params = mixed!(#(#params),*);
    let layout = match &data.body {
        // Of too many fields there is no layout, which would be a second message.
        Body::Struct(fields)
            if data.generics.params.is_empty() && fields.sent.len() <= usize::from(u16::MAX) =>
        {
            Some(expand_layout(data, fields))
        }
        _ => None,
    };
    let code = mixed! {
        #layout

        impl<#params> #ipc::IpcType for #ident #arguments #clause {
            type This = Self;
            const SHAPE: #ipc::Shape = #ipc::Shape::of(#ipc::Slot::Void);
            const TYPE: #ipc::Type = #ipc::Type::Void;
        }

        impl<#params> #ipc::Single for #ident #arguments #clause {}

        impl<#params> #ipc::PointerArgument for #ident #arguments #clause {}

        impl<#params> #ipc::Encode for #ident #arguments #clause {
            fn encode(&self, _: &mut #ipc::StructWriter<'_, '_>, _: #ipc::At) -> #ipc::Result<(), #ipc::IpcException> {
                #ipc::after_error()
            }
        }

        impl<'__m, #params> #ipc::Decode<'__m> for #ident #arguments #clause {
            fn decode(_: &#ipc::StructReader<'__m>, _: #ipc::At) -> #ipc::Result<Self, #ipc::IpcException> {
                #ipc::after_error()
            }
        }

        impl<#params> #ipc::Element for #ident #arguments #clause {
            const LIST: #ipc::Type = #ipc::Type::Void;
            fn encode_items<'i>(
                _: impl #ipc::ExactSizeIterator<Item = &'i Self>,
                _: #ipc::PointerWriter<'_, '_>,
            ) -> #ipc::Result<(), #ipc::IpcException>
            where
                Self: 'i,
            {
                #ipc::after_error()
            }
        }

        impl<'__m, #params> #ipc::DecodeElement<'__m> for #ident #arguments #clause {
            type Slice = #ipc::Vec<Self>;
            fn decode_list(_: #ipc::PointerReader<'__m>) -> #ipc::Result<#ipc::Vec<Self>, #ipc::IpcException> {
                #ipc::after_error()
            }
        }
    };
    let error = data.error.is_some().then(|| {
        mixed! {
            impl<#params> #ipc::From<#ipc::IpcException> for #ident #arguments #clause {
                fn from(_: #ipc::IpcException) -> Self { #ipc::after_error() }
            }

            impl<#params> #ipc::IpcError for #ident #arguments #clause {
                fn into_exception(self) -> #ipc::IpcException { #ipc::after_error() }
            }
        }
    });
    let code = if error.is_some() { mixed!(#layout #error) } else { code };
    let hidden = within(&data.container, &TokenStream::new(), &code);
    mixed!(#errors #hidden)
}
