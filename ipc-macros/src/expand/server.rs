//! The server: `Interface` for `dyn Trait`.
//!
//! What is `#[inline]`, here and in the `impl`s of types, is compiled in the crates that call it: a crate that declares
//! interfaces compiles quickly, and a program does not compile the servers and clients that it has not.

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::{Ident, Path, Type};

use super::wire::{Holding, Wire, call_error_of, call_result, call_runtime, superclass};
use super::{expand_default_argument, expand_writes, first_index, names};
use crate::expand::descriptor::expand_interface_descriptor;
use crate::model::{Answer, Cancellation, ContextField, Form, Interface, Lifecycle, Method, Results};

/// The `impl` of `Interface`.
pub(crate) fn expand_server(interface: &Interface) -> TokenStream {
    let ipc = names::runtime();
    let ident = &interface.item.ident;
    let remote = names::remote(ident);
    let descriptor = expand_interface_descriptor(interface);
    let of = |form| interface.methods.iter().filter(move |method| method.form == form);
    let arms = of(Form::Blocking).map(|method| expand_arm(method, ident));
    let futures: Vec<_> = of(Form::Async).map(|method| expand_future(method, ident)).collect();
    let supers = &interface.superclasses;
    let inherited = supers.iter().map(|path| expand_inherited(path, "dispatch"));
    let inherited_async: Vec<_> =
        supers.iter().map(|path| expand_inherited(path, "dispatch_async")).collect();
    let dispatch_async = (!futures.is_empty() || !supers.is_empty()).then(|| {
        mixed! {
            #[inline]
            fn dispatch_async(self: #ipc::Arc<Self>, __call: #ipc::ServerCall) -> #ipc::Started {
                match __call.method() {
                    #(#futures)*
                    #(#inherited_async)*
                    _ => #ipc::Started::NotAsync(__call),
                }
            }
        }
    });
    let id = names::id();
    let own = |ordinal: u16| mixed!(#ipc::Some(#ipc::MethodId { interface: #id, ordinal: #ordinal }));
    let (destroy, construct) = match &interface.lifecycle {
        Lifecycle::Destroy => (own(0), mixed!(#ipc::None)),
        Lifecycle::Construct(construct) => (mixed!(#ipc::None), own(construct.ordinal)),
        Lifecycle::Bare => (mixed!(#ipc::None), mixed!(#ipc::None)),
    };
    let (destroy, construct) =
        (expand_first(destroy, supers, "DESTROY"), expand_first(construct, supers, "CONSTRUCT"));
    let ancestry = (!supers.is_empty()).then(|| expand_ancestry(supers));
    let oneway = expand_oneway(interface);
    let callable = expand_callable(interface);
    let asynchronous = expand_async(interface);
    let contexts = expand_contexts(interface);
    mixed! {
        impl #ipc::Interface for dyn #ident {
            const DESTROY: #ipc::Option<#ipc::MethodId> = #destroy;
            const CONSTRUCT: #ipc::Option<#ipc::MethodId> = #construct;

            #ancestry
            #oneway
            #asynchronous
            #contexts

            fn descriptor() -> &'static #ipc::Descriptor {
                #descriptor
            }

            #[inline]
            fn from_remote(__remote: #ipc::Remote) -> #ipc::Arc<Self> {
                #ipc::Arc::new(#ipc::Client::<Self>::new(__remote))
            }

            fn as_remote(&self) -> #ipc::Option<&#ipc::Remote> {
                #ident::#remote(self)
            }

            #[inline]
            fn dispatch(&self, __call: &#ipc::ServerCall) -> #ipc::Result<#ipc::Reply, #ipc::IpcException> {
                match __call.method() {
                    #(#arms)*
                    #(#inherited)*
                    _ => #ipc::Err(__call.unimplemented(<Self as #ipc::Interface>::descriptor())),
                }
            }

            #dispatch_async
        }

        impl #ipc::Passable for dyn #ident {
            type Kind = #ipc::ByReference;
        }

        #callable
    }
}

/// What an interface with one method has of a closure, and a closure of it.
fn expand_callable(interface: &Interface) -> Option<TokenStream> {
    let ipc = names::runtime();
    let [method] = interface.methods.as_slice() else { return None };
    if method.form == Form::Async || !interface.superclasses.is_empty() {
        return None;
    }
    let (ident, name, adapter) = (&interface.item.ident, &method.ident, names::closure());
    let (sig, returns) = (&method.sig, &method.returns);
    let names: Vec<&Ident> = method.params.iter().map(|param| &param.ident).collect();
    let types: Vec<&Type> = method.params.iter().map(|param| &param.ty).collect();
    let closure = mixed!(dyn #ipc::Fn(#(#types),*) -> #returns + #ipc::Send + #ipc::Sync);
    let receiver = method.sig.receiver().map(|receiver| &receiver.self_token);
    Some(mixed! {
        struct #adapter(#ipc::Arc<#closure>);

        impl #ident for #adapter {
            #sig {
                (#receiver.0)(#(#names),*)
            }
        }

        impl #ipc::Callable for dyn #ident {
            type Closure = #closure;

            fn from_closure(__closure: #ipc::Arc<Self::Closure>) -> #ipc::Arc<Self> {
                #ipc::Arc::new(#adapter(__closure))
            }

            fn into_closure(__object: #ipc::Arc<Self>) -> #ipc::Arc<Self::Closure> {
                #ipc::Arc::new(move |#(#names: #types),*| #ident::#name(&*__object #(, #names)*))
            }
        }
    })
}

/// The arm of the methods of an interface that this one extends, whose ids they keep.
fn expand_inherited(path: &Path, function: &str) -> TokenStream {
    let ipc = names::runtime();
    let (implements, dispatch) = (superclass(path, "implements"), superclass(path, function));
    mixed!(#ipc::MethodId { interface: __interface, .. } if #implements(__interface) => #dispatch(self, __call),)
}

/// The own lifecycle method, else the first inherited one.
fn expand_first(own: TokenStream, supers: &[Path], method: &str) -> TokenStream {
    let ipc = names::runtime();
    if supers.is_empty() {
        return own;
    }
    let inherited = supers.iter().map(|path| superclass(path, method));
    mixed!(#ipc::first_method(&[#own #(, #inherited)*]))
}

/// What an interface that extends others has of them.
fn expand_ancestry(supers: &[Path]) -> TokenStream {
    let ipc = names::runtime();
    let of = |item: &'static str| supers.iter().map(move |path| superclass(path, item));
    let (implements, is_destroy, is_construct) = (of("implements"), of("is_destroy"), of("is_construct"));
    let id = names::id();
    mixed! {
        fn implements(__interface: #ipc::u64) -> #ipc::bool {
            __interface == #id #(|| #implements(__interface))*
        }

        fn is_destroy(__method: #ipc::MethodId) -> #ipc::bool {
            #ipc::is_method(Self::DESTROY, __method) #(|| #is_destroy(__method))*
        }

        fn is_construct(__method: #ipc::MethodId) -> #ipc::bool {
            #ipc::is_method(Self::CONSTRUCT, __method) #(|| #is_construct(__method))*
        }
    }
}

/// Which methods are one-way, unless none can be.
fn expand_oneway(interface: &Interface) -> Option<TokenStream> {
    let ipc = names::runtime();
    let own = interface.methods.iter().filter(|method| method.answer == Answer::Ignored);
    let own: Vec<u16> = own.map(|method| method.ordinal.value()).collect();
    let supers = &interface.superclasses;
    if own.is_empty() && supers.is_empty() {
        return None;
    }
    let any = !own.is_empty();
    let have = supers.iter().map(|path| superclass(path, "HAS_ONEWAY"));
    let are = supers.iter().map(|path| superclass(path, "is_oneway"));
    let id = names::id();
    Some(mixed! {
        const HAS_ONEWAY: #ipc::bool = #any #(|| #have)*;

        fn is_oneway(__method: #ipc::MethodId) -> #ipc::bool {
            #ipc::is_one_of(__method, #id, &[#(#own),*]) #(|| #are(__method))*
        }
    })
}

/// Which methods have a context, unless all have.
fn expand_contexts(interface: &Interface) -> Option<TokenStream> {
    let ipc = names::runtime();
    let own = interface.methods.iter().filter(|method| method.context == ContextField::Absent);
    let own: Vec<u16> = own.map(|method| method.ordinal.value()).collect();
    let supers = &interface.superclasses;
    if own.is_empty() && supers.is_empty() {
        return None;
    }
    let have = supers.iter().map(|path| superclass(path, "has_context"));
    let id = names::id();
    Some(mixed! {
        fn has_context(__method: #ipc::MethodId) -> #ipc::bool {
            !#ipc::is_one_of(__method, #id, &[#(#own),*]) #(&& #have(__method))*
        }
    })
}

/// Whether any method is `async`, unless none can be.
fn expand_async(interface: &Interface) -> Option<TokenStream> {
    let ipc = names::runtime();
    let any = interface.methods.iter().any(|method| method.form == Form::Async);
    let supers = &interface.superclasses;
    let have = supers.iter().map(|path| superclass(path, "HAS_ASYNC"));
    (any || !supers.is_empty()).then(|| mixed!(const HAS_ASYNC: #ipc::bool = #any #(|| #have)*;))
}

/// The closure that writes what a method returns.
fn expand_encode(method: &Method) -> TokenStream {
    let results = names::results(&method.ident).at;
    let errors = names::errors(&method.ident);
    match &method.results {
        Results::Whole(_) => {
            let value = mixed!(__value, __to, #results.at[#errors]);
            let wire = Wire::of_result(method);
            let encode = match method.presence(0) {
                Some(_) => wire.call("encode", mixed!(&#value)),
                None => wire.call("give", value),
            };
            mixed!(|__value, __to| #encode)
        }
        Results::Parts(parts) => {
            let parts = parts.iter().enumerate().map(|(part, (_, ty))| {
                let wire = Wire::of_part(ty, method.presence(part));
                let member = syn::Index::from(part);
                let value = mixed!(__value.#member, __to, #results.at[#errors + #part]);
                match method.presence(part) {
                    Some(_) => wire.call("encode", mixed!(&#value)),
                    None => wire.call("give", value),
                }
            });
            let writes = expand_writes(&parts.collect::<Vec<_>>());
            mixed!(|__value, __to| #writes)
        }
    }
}

/// The parameters of a method on the server.
struct Arguments<'a> {
    /// What holds them.
    names: Vec<&'a Ident>,
    /// How they are read.
    decode: Vec<TokenStream>,
    /// How they are given to the method.
    pass: Vec<TokenStream>,
}

impl<'a> Arguments<'a> {
    fn of(method: &'a Method) -> Self {
        let layout = names::params(&method.ident).at;
        let mut arguments = Self { names: Vec::new(), decode: Vec::new(), pass: Vec::new() };
        for (param, index) in method.params.iter().zip(first_index(method)..) {
            let name = &param.ident;
            let wire = Wire::of_param(param);
            let default = expand_default_argument(param.default.as_ref());
            arguments.names.push(name);
            arguments.decode.push(wire.call("decode", mixed!(&__from, #layout.at[#index] #default)));
            arguments.pass.push(match Holding::of(param) {
                Holding::Whole => name.to_token_stream(),
                Holding::Behind => mixed!(&#name),
                Holding::Lender | Holding::Loan => wire.call("lend", mixed!(&#name)),
            });
        }
        arguments
    }
}

/// The arm of an `async` method: what is not `Send`, the reader, ends before the method begins.
fn expand_future(method: &Method, interface: &Ident) -> TokenStream {
    let ipc = names::runtime();
    let id = names::id();
    let ident = &method.ident;
    let ordinal = method.ordinal.value();
    let results = names::results(ident).at;
    let Arguments { names, decode, pass } = Arguments::of(method);
    let params = (!names.is_empty()).then(|| {
        mixed! {
            let (#(#names,)*) = {
                let __from = __call.params()?;
                (#(#decode?,)*)
            };
        }
    });
    let returns = &method.returns;
    let output = mixed!(#interface::#ident(&*self #(, #pass)*).await);
    let result = call_result(returns, "into_result", output);
    let encode = expand_encode(method);
    let error = call_error_of(returns);
    let reply = call_runtime(
        returns,
        "reply",
        mixed!(&__call, #results.size, &#results.at, #result, &mut #encode, #error),
    );
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
    let results = names::results(ident).at;
    let Arguments { names, decode, pass } = Arguments::of(method);
    let from = (!names.is_empty()).then(|| mixed!(let __from = __call.params()?;));
    let returns = &method.returns;
    let result = call_result(returns, "into_result", mixed!(#interface::#ident(self #(, #pass)*)));
    let encode = expand_encode(method);
    let error = call_error_of(returns);
    let arguments = mixed!(__call, #results.size, &#results.at, #result, &mut #encode, #error);
    let reply = call_runtime(returns, "reply", arguments);
    mixed! {
        #ipc::MethodId { interface: #id, ordinal: #ordinal } => {
            #from
            #(let #names = #decode?;)*
            #reply
        }
    }
}
