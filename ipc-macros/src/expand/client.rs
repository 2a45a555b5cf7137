//! The client: the trait for `Client<dyn Trait>`.

use proc_macro2::TokenStream;
use quote::ToTokens;

use super::wire::{Holding, Wire, call_error_of, call_result, call_runtime};
use super::{expand_default_argument, expand_writes, first_index, future, names, private, unless_empty};
use crate::model::{Answer, ContextField, Form, Interface, Method, Results};

/// `pub type CalculatorClient = Client<dyn Calculator>;`
pub(crate) fn expand_alias(interface: &Interface) -> TokenStream {
    let private = private(&interface.container);
    let ident = &interface.item.ident;
    let vis = &interface.item.vis;
    let alias = names::client(ident);
    let doc = format!("The client of [`{ident}`]: implements it by calling an object in another process.");
    mixed! {
        #[doc = #doc]
        #[allow(dead_code, deprecated, non_camel_case_types)]
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
    let params = names::params(&method.ident).at;
    let results = names::results(&method.ident).at;
    let errors = names::errors(&method.ident);
    let mut sig = method.sig.clone();
    let asynchronous = method.form == Form::Async;
    if asynchronous {
        sig.asyncness = Some(syn::Token![async](method.ident.span()));
        future::shape_signature(&mut sig, &ipc.to_token_stream());
    }
    let receiver = method.sig.receiver().map(|receiver| &receiver.self_token);
    let to = unless_empty("__to", method.params.is_empty());
    let encode = method.params.iter().zip(first_index(method)..).map(|(param, index)| {
        let default = expand_default_argument(param.default.as_ref());
        let arguments = mixed!(#to, #params.at[#index] #default);
        let ident = &param.ident;
        let wire = Wire::of_param(param);
        // A caller that waits has what it passes for long enough; a future gives it away, and everybody a closure.
        match (method.form, Holding::of(param)) {
            (_, Holding::Loan) => mixed!(#ipc::OnLoan::encode(&*#ident, #arguments)),
            (_, Holding::Whole) if !param.is_plain() => wire.call("encode", mixed!(&#ident, #arguments)),
            (Form::Blocking, Holding::Whole) if !wire.may_hold_closure() => {
                wire.call("lend_to", mixed!(&#ident, #arguments))
            }
            (_, Holding::Whole) => wire.call("give", mixed!(#ident, #arguments)),
            (Form::Blocking, Holding::Lender | Holding::OptionLender) => {
                wire.call("lend_to", mixed!(#ident, #arguments))
            }
            (Form::Async, Holding::Lender | Holding::OptionLender) | (_, Holding::Behind) => {
                wire.call("encode", mixed!(#ident, #arguments))
            }
        }
    });
    let encode = expand_writes(&encode.collect::<Vec<_>>());
    let returns = &method.returns;
    let decode = match &method.results {
        Results::Whole(_) => Wire::of_result(method).decoder(&mixed!(#results.at[#errors])),
        Results::Parts(parts) => {
            let parts = parts.iter().zip(0_usize..).map(|((_, ty), index)| {
                let decode = Wire::of_part(ty, method.presence(index))
                    .call("decode", mixed!(__from, #results.at[#errors + #index]));
                mixed!(#decode?,)
            });
            mixed!(|__from| #ipc::Ok((#(#parts)*)))
        }
    };
    let error = call_error_of(returns);
    // A future gives its arguments away, once.
    let capture = if asynchronous { mixed!(move) } else { TokenStream::new() };
    let borrow = (!asynchronous).then(|| mixed!(&mut));
    let gives = method.params.iter().any(|param| {
        Holding::of(param) == Holding::Whole && param.is_plain() && Wire::of_param(param).may_hold_closure()
    });
    let answer = (method.answer == Answer::Awaited).then(|| mixed!(&#results.at, #borrow #decode,));
    let content = mixed!(#capture |#to| #encode);
    let content = match (method.form, gives) {
        (Form::Blocking, false) => mixed!(&mut #content),
        (Form::Blocking, true) => mixed!(&mut #ipc::once(#content)),
        (Form::Async, _) => content,
    };
    let context = match method.context {
        ContextField::Present => mixed!(with_context),
        ContextField::Absent => mixed!(without_context),
    };
    let arguments = mixed! {
        #ipc::Client::remote(#receiver),
        #ipc::MethodId { interface: #id, ordinal: #ordinal },
        #ipc::Params::#context(#params.size),
        #content,
        #answer
        #error,
    };
    let function = match (method.answer, method.form) {
        (Answer::Awaited, Form::Blocking) => "call_method",
        (Answer::Awaited, Form::Async) => "call_method_async",
        (Answer::Ignored, Form::Blocking) => "call_oneway",
        (Answer::Ignored, Form::Async) => "call_oneway_async",
    };
    let body = if asynchronous {
        let call = call_runtime(returns, function, arguments);
        let result = call_result(returns, "from_result", mixed!(#call.await));
        mixed!(#ipc::Box::pin(async move { #result }))
    } else {
        let call = call_result(returns, "from_result", call_runtime(returns, function, arguments));
        expand_loans(method, call)
    };
    mixed!(#sig { #body })
}

/// Makes the call while the objects are lent that are.
fn expand_loans(method: &Method, call: TokenStream) -> TokenStream {
    let ipc = names::runtime();
    let lent: Vec<_> = method.params.iter().filter(|param| param.is_lent()).collect();
    if lent.is_empty() {
        return call;
    }
    let idents: Vec<_> = lent.iter().map(|param| &param.ident).collect();
    let loans = lent.iter().map(|param| {
        let ident = &param.ident;
        Wire::of_param(param).call("loan", ident.to_token_stream())
    });
    mixed! {
        #(let #idents = #loans;)*
        #ipc::lend(&[#(&*#idents),*], || #call)
    }
}
