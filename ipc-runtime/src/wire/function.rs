//! Closures: `Arc<dyn Fn(A, B) -> Result<R, IpcException> + Send + Sync>` and its kin in a `Box`.
//!
//! A closure travels as an object. The signature is its interface, as libmultiprocess has it for a `std::function`:
//!
//! ```text
//! interface FnInt32TextToBool {
//!     destroy @0 (context :Context) -> ();
//!     call @1 (context :Context, arg0 :Int32, arg1 :Text) -> (result :Bool);
//! }
//! ```
//!
//! `dyn Fn(..)` is that [`Interface`]; its descriptor is made like those of [anonymous] structs. A `Box` of any of the
//! three kinds of closure is sent as an `Arc` of the first, and made of one on receipt ([`Function`]). Arguments are
//! owned, up to eight; of up to three, each may be behind a `&` instead, since a closure that takes `&str` is of
//! another type, for every lifetime at once, than one that takes some `A`.

// `for<'a> dyn Fn(&'a B)` and `dyn Fn(A)` are different types, and there is no other way to tell `&str` from what is owned.
#![expect(
    coherence_leak_check,
    reason = "the implementations differ in which arguments are borrowed for any lifetime"
)]

use std::borrow::Borrow;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, OnceLock, Weak};

use super::anonymous::{self, Form, member};
use super::descriptor::{Descriptor, Struct};
use super::layout::{Layout, layout};
use super::passable::{ByReference, Passable, Reference};
use super::proxy::CONTEXT;
use super::{Decode, Encode, Interface, Lend, PointerReader, PointerWriter, StructWriter, Type};
use crate::exception::IpcException;
use crate::object::closure::{Once, Serial, spent};
use crate::object::{MethodId, Params, Remote, Reply, ServerCall, call};
use crate::private::{placed, results_struct};
use crate::sync::lock;
use crate::wire::Size;

/// What a closure can take by value.
#[diagnostic::on_unimplemented(
    message = "a closure that crosses a process boundary cannot take `{Self}`",
    label = "not an owned IPC type",
    note = "for a struct or an enum of your own, add `#[derive(IpcType)]`",
    note = "for an object that stays in its process, take `Arc<dyn Trait>` of a trait with `#[ipc_interface]`"
)]
pub trait Argument: Encode + for<'m> Decode<'m> + 'static {}

#[diagnostic::do_not_recommend]
impl<T: Encode + for<'m> Decode<'m> + 'static> Argument for T {}

/// What a closure can take behind a `&`.
pub trait LentArgument: Encode + for<'m> Lend<'m> + 'static {}

#[diagnostic::do_not_recommend]
impl<T: Encode + for<'m> Lend<'m> + ?Sized + 'static> LentArgument for T {}

/// What a closure can return if it succeeds.
#[diagnostic::on_unimplemented(
    message = "a closure that crosses a process boundary cannot return `{Self}`",
    label = "not an owned IPC type",
    note = "for a struct or an enum of your own, add `#[derive(IpcType)]`",
    note = "for an object that stays in its process, return `Arc<dyn Trait>` of a trait with `#[ipc_interface]`"
)]
pub trait Returned: Encode + for<'m> Decode<'m> + 'static {
    /// The one result; none for `()`.
    const RESULTS: Struct;
    /// Its place.
    const LAYOUT: Layout<1>;
}

#[diagnostic::do_not_recommend]
impl<T: Encode + for<'m> Decode<'m> + 'static> Returned for T {
    const RESULTS: Struct =
        results_struct(const { &placed([member::<T>("result")], layout([T::SHAPE])) }, Self::LAYOUT.size, 0);
    const LAYOUT: Layout<1> = layout([T::SHAPE]);
}

/// A type of closure.
pub trait Function {
    /// The same signature, for any number of callers.
    type Shared: ?Sized;

    /// Makes it callable by anybody: a `FnMut` runs one call at a time, a `FnOnce` fails the second time.
    fn share(function: Box<Self>) -> Arc<Self::Shared>;

    /// Makes one of the type from what anybody may call.
    fn wrap(shared: Arc<Self::Shared>) -> Box<Self>;

    /// What is left where one was given away.
    fn spent() -> Box<Self>;
}

impl<F: Function<Shared: Interface> + ?Sized> Reference for Box<F> {
    const TYPE: Type = <Arc<F::Shared> as Reference>::TYPE;

    fn write(&self, _: PointerWriter<'_, '_>) -> Result<(), IpcException> {
        Err(only_given_away())
    }

    fn write_owned(&mut self, to: PointerWriter<'_, '_>) -> Result<(), IpcException> {
        F::share(std::mem::replace(self, F::spent())).write(to)
    }

    fn read(from: PointerReader<'_>) -> Result<Self, IpcException> {
        Arc::read(from).map(F::wrap)
    }
}

/// What is in a `Box` is not shared.
pub(super) fn only_given_away() -> IpcException {
    IpcException::failed("a `Box` of a closure can only be given away: what holds it is passed by value")
}

/// A closure of another process.
///
/// A `dyn Fn(..)` has no method that would tell it from any other closure, so each `Arc` of one that calls a proxy is
/// registered by its address, as long as it lives: the proxy, which lives in it, ends the registration.
struct Proxy {
    remote: Remote,
    method: MethodId,
    address: OnceLock<usize>,
}

static PROXIES: Mutex<BTreeMap<usize, Weak<Proxy>>> = Mutex::new(BTreeMap::new());

impl Drop for Proxy {
    fn drop(&mut self) {
        if let Some(address) = self.address.get() {
            lock(&PROXIES).remove(address);
        }
    }
}

/// Returns the remote object that a closure calls.
fn find_remote<F: ?Sized>(closure: &F) -> Option<Remote> {
    let proxy = lock(&PROXIES).get(&address(closure)).and_then(Weak::upgrade);
    proxy.map(|proxy| proxy.remote.clone())
}

fn address<F: ?Sized>(closure: &F) -> usize {
    std::ptr::from_ref(closure).cast::<()>().addr()
}

impl Proxy {
    fn new(remote: Remote, descriptor: &Descriptor) -> Arc<Self> {
        let method = MethodId { interface: descriptor.id, ordinal: CALL };
        Arc::new(Self { remote, method, address: OnceLock::new() })
    }

    /// Registers the closure that owns the proxy.
    fn register<F: ?Sized>(self: &Arc<Self>, closure: &F) {
        let address = *self.address.get_or_init(|| address(closure));
        lock(&PROXIES).insert(address, Arc::downgrade(self));
    }

    fn call<R: Returned>(
        &self,
        params: Size,
        encode: impl FnOnce(&mut StructWriter<'_, '_>) -> Result<(), IpcException>,
    ) -> Result<R, IpcException> {
        let [at] = R::LAYOUT.at;
        let params = Params::with_context(params);
        call(&self.remote, self.method, params, encode, |from| R::decode(from, at))
    }
}

/// Answers a call of a closure.
fn answer<R: Returned>(call: &ServerCall, result: Result<R, IpcException>) -> Result<Reply, IpcException> {
    let value = result?;
    let Layout { at: [at], size } = R::LAYOUT;
    call.reply(size, |to| value.give(to, at))
}

fn check_call(call: &ServerCall, descriptor: &Descriptor) -> Result<(), IpcException> {
    let own = MethodId { interface: descriptor.id, ordinal: CALL };
    if call.method() == own { Ok(()) } else { Err(call.unimplemented(descriptor)) }
}

/// The ordinal of `call`, behind `destroy`.
const CALL: u16 = 1;

/// What is done with one argument, owned or lent.
macro_rules! argument {
    (type own $ty:ident) => {
        $ty
    };
    (type lent $ty:ident) => {
        &$ty
    };
    (decode own $ty:ident $from:ident $at:ident) => {
        <$ty as Decode<'_>>::decode(&$from, $at)?
    };
    (decode lent $ty:ident $from:ident $at:ident) => {
        <$ty as Lend<'_>>::Held::decode(&$from, $at)?
    };
    (pass own $ty:ident $value:ident) => {
        $value
    };
    (pass lent $ty:ident $value:ident) => {
        Borrow::<$ty>::borrow(&$value)
    };
    (encode own $value:ident $to:ident $at:ident) => {
        $value.give($to, $at)?;
    };
    (encode lent $value:ident $to:ident $at:ident) => {
        $value.encode($to, $at)?;
    };
}

/// Implements everything for the closures of one signature: `own` or `lent` for each argument.
macro_rules! signature {
    // Each argument takes a set of names.
    ($($modes:ident)*) => {
        signature!(@name [$($modes)*] [
            (a a_at A "arg0") (b b_at B "arg1") (c c_at C "arg2") (d d_at D "arg3")
            (e e_at E "arg4") (f f_at F "arg5") (g g_at G "arg6") (h h_at H "arg7")
        ] []);
    };
    (@name [own $($modes:ident)*] [($($names:tt)*) $($more:tt)*] [$($named:tt)*]) => {
        signature!(@name [$($modes)*] [$($more)*] [$($named)* (own $($names)* [Argument] [Sized])]);
    };
    (@name [lent $($modes:ident)*] [($($names:tt)*) $($more:tt)*] [$($named:tt)*]) => {
        signature!(@name [$($modes)*] [$($more)*] [$($named)* (lent $($names)* [LentArgument + ?Sized] [?Sized])]);
    };
    (@name [] [$($more:tt)*] [$((
        $mode:ident $value:ident $at:ident $ty:ident $name:literal [$($bound:tt)*] [$($sized:tt)*]
    ))*]) => {
        impl<$($ty: $($bound)*,)* R: Returned> Interface
            for dyn Fn($(argument!(type $mode $ty)),*) -> Result<R, IpcException> + Send + Sync
        {
            const DESTROY: Option<MethodId> = None;
            const CONSTRUCT: Option<MethodId> = None;

            fn descriptor() -> &'static Descriptor {
                anonymous::describe(const {
                    &Form::Function {
                        params: Struct {
                            fields: &placed(
                                [CONTEXT, $(member::<$ty>($name)),*],
                                layout([CONTEXT.shape, $($ty::SHAPE),*]),
                            ),
                            size: layout([CONTEXT.shape, $($ty::SHAPE),*]).size,
                        },
                        results: R::RESULTS,
                    }
                })
            }

            fn is_destroy(method: MethodId) -> bool {
                method.ordinal == 0 && method.interface == Self::descriptor().id
            }

            fn from_remote(remote: Remote) -> Arc<Self> {
                let proxy = Proxy::new(remote, Self::descriptor());
                let owned = proxy.clone();
                let closure: Arc<Self> = Arc::new(move |$($value: argument!(type $mode $ty)),*| {
                    let Layout { at: [_, $($at),*], size } = const { layout([CONTEXT.shape, $($ty::SHAPE),*]) };
                    owned.call(size, |_to| {
                        $(argument!(encode $mode $value _to $at);)*
                        Ok(())
                    })
                });
                proxy.register(&*closure);
                closure
            }

            fn as_remote(&self) -> Option<&Remote> {
                None
            }

            fn to_remote(&self) -> Option<Remote> {
                find_remote(self)
            }

            fn destroy_method() -> Option<MethodId> {
                Some(MethodId { interface: Self::descriptor().id, ordinal: 0 })
            }

            fn dispatch(&self, call: &ServerCall) -> Result<Reply, IpcException> {
                check_call(call, Self::descriptor())?;
                let _from = call.params()?;
                let Layout { at: [_, $($at),*], .. } = const { layout([CONTEXT.shape, $($ty::SHAPE),*]) };
                $(let $value = argument!(decode $mode $ty _from $at);)*
                answer(call, self($(argument!(pass $mode $ty $value)),*))
            }
        }

        impl<$($ty: $($sized)*,)* R> Passable
            for dyn Fn($(argument!(type $mode $ty)),*) -> Result<R, IpcException> + Send + Sync
        {
            type Kind = ByReference;
        }

        impl<$($ty: $($sized)*,)* R> Passable
            for dyn FnMut($(argument!(type $mode $ty)),*) -> Result<R, IpcException> + Send
        {
            type Kind = ByReference;
        }

        impl<$($ty: $($sized)*,)* R> Passable
            for dyn FnOnce($(argument!(type $mode $ty)),*) -> Result<R, IpcException> + Send
        {
            type Kind = ByReference;
        }

        impl<$($ty: $($sized)* + 'static,)* R: 'static, X: From<IpcException> + 'static> Function
            for dyn Fn($(argument!(type $mode $ty)),*) -> Result<R, X> + Send + Sync
        {
            type Shared = Self;

            fn share(function: Box<Self>) -> Arc<Self> {
                function.into()
            }

            fn wrap(shared: Arc<Self>) -> Box<Self> {
                Box::new(move |$($value: argument!(type $mode $ty)),*| shared($($value),*))
            }

            fn spent() -> Box<Self> {
                Box::new(|$(_: argument!(type $mode $ty)),*| Err(spent().into()))
            }
        }

        impl<$($ty: $($sized)* + 'static,)* R: 'static, X: From<IpcException> + 'static> Function
            for dyn FnMut($(argument!(type $mode $ty)),*) -> Result<R, X> + Send
        {
            type Shared = dyn Fn($(argument!(type $mode $ty)),*) -> Result<R, X> + Send + Sync;

            fn share(function: Box<Self>) -> Arc<Self::Shared> {
                let serial = Serial::new(function);
                Arc::new(move |$($value: argument!(type $mode $ty)),*| {
                    serial.call(|function| function($($value),*))
                })
            }

            fn wrap(shared: Arc<Self::Shared>) -> Box<Self> {
                Box::new(move |$($value: argument!(type $mode $ty)),*| shared($($value),*))
            }

            fn spent() -> Box<Self> {
                Box::new(|$(_: argument!(type $mode $ty)),*| Err(spent().into()))
            }
        }

        impl<$($ty: $($sized)* + 'static,)* R: 'static, X: From<IpcException> + 'static> Function
            for dyn FnOnce($(argument!(type $mode $ty)),*) -> Result<R, X> + Send
        {
            type Shared = dyn Fn($(argument!(type $mode $ty)),*) -> Result<R, X> + Send + Sync;

            fn share(function: Box<Self>) -> Arc<Self::Shared> {
                let once = Once::new(function);
                Arc::new(move |$($value: argument!(type $mode $ty)),*| once.take()?($($value),*))
            }

            fn wrap(shared: Arc<Self::Shared>) -> Box<Self> {
                Box::new(move |$($value: argument!(type $mode $ty)),*| shared($($value),*))
            }

            fn spent() -> Box<Self> {
                Box::new(|$(_: argument!(type $mode $ty)),*| Err(spent().into()))
            }
        }
    };
}

signature!();
signature!(own);
signature!(own own);
signature!(own own own);
signature!(own own own own);
signature!(own own own own own);
signature!(own own own own own own);
signature!(own own own own own own own);
signature!(own own own own own own own own);

signature!(lent);
signature!(own lent);
signature!(lent own);
signature!(lent lent);
signature!(own own lent);
signature!(own lent own);
signature!(own lent lent);
signature!(lent own own);
signature!(lent own lent);
signature!(lent lent own);
signature!(lent lent lent);
