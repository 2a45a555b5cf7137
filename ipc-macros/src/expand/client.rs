//! The client: the trait for `Client<dyn Trait>`.

use proc_macro2::TokenStream;

use super::{ResultPart, expand_passing, expand_wire, first_index, names, private, unless_empty};
use crate::model::{Interface, Method, Passing};

/// `pub type CalculatorClient = Client<dyn Calculator>;`
pub(crate) fn expand_alias(interface: &Interface) -> TokenStream {
    let private = private(&interface.container);
    let ident = &interface.item.ident;
    let vis = &interface.item.vis;
    let alias = names::client(ident);
    let doc = format!("The client of [`{ident}`]: implements it by calling an object in another process.");
    mixed! {
        #[doc = #doc]
        #[allow(dead_code)]
        #vis type #alias = #private::Client<dyn #ident>;
    }
}

/// The `impl` of the trait for the client.
pub(crate) fn expand_client(interface: &Interface) -> TokenStream {
    let ipc = names::runtime();
    let ident = &interface.item.ident;
    let implementor = names::implementor();
    let remote = names::remote(ident);
    let methods = interface.methods.iter().map(expand_method);
    mixed! {
        impl<#implementor: ?#ipc::Sized + #ident> #ident for #ipc::Client<#implementor> {
            #(#methods)*
            fn #remote(&self) -> #ipc::Option<&#ipc::Remote> {
                #ipc::Some(#ipc::Client::remote(self))
            }
        }
    }
}

fn expand_method(method: &Method) -> TokenStream {
    let ipc = names::runtime();
    let id = names::id();
    let ordinal = method.ordinal.value();
    let params = names::params(&method.ident);
    let results = names::results(&method.ident);
    let sig = &method.sig;
    let receiver = sig.receiver().map(|receiver| &receiver.self_token);
    let to = unless_empty("to", method.params.is_empty());
    let encode = method.params.iter().zip(first_index(method)..).map(|(param, index)| {
        let (ident, wire) = (&param.ident, expand_passing(param));
        let value = match &param.passing {
            Passing::Owned => mixed!(&#ident),
            Passing::Lent(_) => mixed!(#ident),
        };
        mixed!(#wire::encode(#value, #to, #params.at[#index])?;)
    });
    let returns = &method.returns;
    let ok = expand_wire(&ResultPart::Ok(returns));
    let error = ResultPart::Err(returns);
    mixed! {
        #sig {
            <#returns as #ipc::AnyResult>::from_result(#ipc::call_method(
                #ipc::Client::remote(#receiver),
                #ipc::MethodId { interface: #id, ordinal: #ordinal },
                #params.size,
                |#to| {
                    #(#encode)*
                    #ipc::Ok(())
                },
                |from| #ok::decode(from, #results.at[0]),
                #ipc::error_of::<#error>(),
            ))
        }
    }
}
