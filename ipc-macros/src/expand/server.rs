//! The server: `Interface` for `dyn Trait`.

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::Ident;

use super::wire::{Wire, call_error_of, call_result, call_runtime};
use super::{first_index, names};
use crate::expand::descriptor::expand_interface_descriptor;
use crate::model::{Cancellation, Form, Interface, Lifecycle, Method, Passing};

/// The `impl` of `Interface`.
pub(crate) fn expand_server(interface: &Interface) -> TokenStream {
    let ipc = names::runtime();
    let ident = &interface.item.ident;
    let remote = names::remote(ident);
    let descriptor = expand_interface_descriptor(interface);
    let of = |form| interface.methods.iter().filter(move |method| method.form == form);
    let arms = of(Form::Blocking).map(|method| expand_arm(method, ident));
    let futures: Vec<_> = of(Form::Async).map(|method| expand_future(method, ident)).collect();
    let dispatch_async = (!futures.is_empty()).then(|| {
        mixed! {
            fn dispatch_async(self: #ipc::Arc<Self>, call: #ipc::ServerCall) -> #ipc::Started {
                match call.method() {
                    #(#futures)*
                    _ => #ipc::Started::NotAsync(call),
                }
            }
        }
    });
    let (destroy, construct) = match interface.lifecycle {
        Lifecycle::Destroy => (mixed!(#ipc::Some(0)), mixed!(#ipc::None)),
        Lifecycle::Construct => (mixed!(#ipc::None), mixed!(#ipc::Some(0))),
        Lifecycle::Bare => (mixed!(#ipc::None), mixed!(#ipc::None)),
    };
    mixed! {
        impl #ipc::Interface for dyn #ident {
            const DESTROY: #ipc::Option<#ipc::u16> = #destroy;
            const CONSTRUCT: #ipc::Option<#ipc::u16> = #construct;

            fn descriptor() -> &'static #ipc::Descriptor {
                #descriptor
            }

            fn from_remote(remote: #ipc::Remote) -> #ipc::Arc<Self> {
                #ipc::Arc::new(#ipc::Client::<Self>::new(remote))
            }

            fn as_remote(&self) -> #ipc::Option<&#ipc::Remote> {
                #ident::#remote(self)
            }

            fn dispatch(&self, call: &#ipc::ServerCall) -> #ipc::Result<#ipc::Reply, #ipc::IpcException> {
                match call.method() {
                    #(#arms)*
                    _ => #ipc::Err(call.unimplemented()),
                }
            }

            #dispatch_async
        }
    }
}

/// The arm of an `async` method: what is not `Send`, the reader, ends before the method begins.
fn expand_future(method: &Method, interface: &Ident) -> TokenStream {
    let ipc = names::runtime();
    let id = names::id();
    let ident = &method.ident;
    let ordinal = method.ordinal.value();
    let layout = names::params(ident).at;
    let results = names::results(ident).at;
    let names: Vec<&Ident> = method.params.iter().map(|param| &param.ident).collect();
    let decode = method.params.iter().zip(first_index(method)..).map(|(param, index)| {
        let decode = Wire::of_param(param).call("decode", mixed!(&from, #layout.at[#index]));
        mixed!(#decode?,)
    });
    let params = (!names.is_empty()).then(|| {
        mixed! {
            let (#(#names,)*) = {
                let from = call.params()?;
                (#(#decode)*)
            };
        }
    });
    let arguments = method.params.iter().map(|param| {
        let name = &param.ident;
        match &param.passing {
            Passing::Owned => name.to_token_stream(),
            Passing::Lent(_) => Wire::of_param(param).call("lend", mixed!(&#name)),
        }
    });
    let returns = &method.returns;
    let output = mixed!(#interface::#ident(&*self #(, #arguments)*).await);
    let result = call_result(returns, "into_result", output);
    let encode = Wire::of_result(returns).item("encode");
    let error = call_error_of(returns);
    let reply = call_runtime(returns, "reply", mixed!(&call, #results, #result, #encode, #error));
    let kind = match method.cancellation {
        Cancellation::Ignored => mixed!(Future),
        Cancellation::Allowed => mixed!(Cancellable),
    };
    mixed! {
        #ipc::MethodId { interface: #id, ordinal: #ordinal } => {
            #ipc::Started::#kind(#ipc::Box::pin(async move {
                #params
                #reply
            }))
        }
    }
}

fn expand_arm(method: &Method, interface: &Ident) -> TokenStream {
    let ipc = names::runtime();
    let id = names::id();
    let ident = &method.ident;
    let ordinal = method.ordinal.value();
    let layout = names::params(ident).at;
    let results = names::results(ident).at;
    let from = (!method.params.is_empty()).then(|| mixed!(let from = call.params()?;));
    let decode = method.params.iter().zip(first_index(method)..).map(|(param, index)| {
        let name = &param.ident;
        let decode = Wire::of_param(param).call("decode", mixed!(&from, #layout.at[#index]));
        mixed!(let #name = #decode?;)
    });
    let arguments = method.params.iter().map(|param| {
        let name = &param.ident;
        match &param.passing {
            Passing::Owned => name.to_token_stream(),
            Passing::Lent(_) => Wire::of_param(param).call("lend", mixed!(&#name)),
        }
    });
    let returns = &method.returns;
    let result = call_result(returns, "into_result", mixed!(#interface::#ident(self #(, #arguments)*)));
    let encode = Wire::of_result(returns).item("encode");
    let error = call_error_of(returns);
    let arguments = mixed!(call, #results, #result, #encode, #error);
    let reply = call_runtime(returns, "reply", arguments);
    mixed! {
        #ipc::MethodId { interface: #id, ordinal: #ordinal } => {
            #from
            #(#decode)*
            #reply
        }
    }
}
