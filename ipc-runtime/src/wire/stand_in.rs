//! Closures that travel as an interface with a name, `#[ipc(as = Trait)]`.

use std::collections::{BTreeMap, HashMap};
use std::hash::{BuildHasher, Hash};
use std::sync::Arc;

use super::Interface;
use super::function::Function;
use crate::exception::IpcException;

/// `dyn Trait` of an interface with exactly one method, for which a closure can stand.
#[diagnostic::on_unimplemented(
    message = "no closure can stand for `{Self}`",
    label = "not an interface with exactly one method, a plain `fn`",
    note = "`as = Trait` names a trait with `#[ipc_interface]`, one method `fn` and no supertraits"
)]
pub trait Callable: Interface {
    /// `dyn Fn(..) -> Result<..> + Send + Sync`, of the parameters and the result of the method.
    type Closure: ?Sized;

    /// Makes an object whose method calls the closure.
    fn from_closure(closure: Arc<Self::Closure>) -> Arc<Self>;

    /// Makes a closure that calls the method of the object.
    fn into_closure(object: Arc<Self>) -> Arc<Self::Closure>;
}

/// A closure, or what holds some, that travels as the interface `I`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot travel as `{I}`",
    label = "not a closure of the method's signature",
    note = "it is an `Arc` of a `dyn Fn(..)`, or a `Box` of a closure, that takes and returns what the one method of the \
            trait does; also in an `Option`, a `Vec` or as the values of a map"
)]
pub trait StandIn<I: ?Sized>: Sized {
    /// The same with `Arc<I>` in place of the closure.
    type Object;

    /// Makes the object of a closure that is shared.
    ///
    /// # Errors
    /// Returns an error for a closure that can only be given away.
    fn share(&self) -> Result<Self::Object, IpcException>;

    /// Makes the object of a closure that is given away; one that fails is left.
    fn take(&mut self) -> Self::Object;

    /// Makes a closure that calls the object.
    fn from_object(object: Self::Object) -> Self;
}

impl<F: ?Sized, I: Callable<Closure = F> + ?Sized> StandIn<I> for Arc<F> {
    type Object = Arc<I>;

    fn share(&self) -> Result<Arc<I>, IpcException> {
        Ok(I::from_closure(self.clone()))
    }

    fn take(&mut self) -> Arc<I> {
        I::from_closure(self.clone())
    }

    fn from_object(object: Arc<I>) -> Self {
        I::into_closure(object)
    }
}

impl<F: Function + ?Sized, I: Callable<Closure = F::Shared> + ?Sized> StandIn<I> for Box<F> {
    type Object = Arc<I>;

    fn share(&self) -> Result<Arc<I>, IpcException> {
        Err(super::function::only_given_away())
    }

    fn take(&mut self) -> Arc<I> {
        I::from_closure(F::share(std::mem::replace(self, F::spent())))
    }

    fn from_object(object: Arc<I>) -> Self {
        F::wrap(I::into_closure(object))
    }
}

impl<T: StandIn<I>, I: ?Sized> StandIn<I> for Option<T> {
    type Object = Option<T::Object>;

    fn share(&self) -> Result<Self::Object, IpcException> {
        self.as_ref().map(T::share).transpose()
    }

    fn take(&mut self) -> Self::Object {
        self.as_mut().map(T::take)
    }

    fn from_object(object: Self::Object) -> Self {
        object.map(T::from_object)
    }
}

impl<T: StandIn<I>, I: ?Sized> StandIn<I> for Vec<T> {
    type Object = Vec<T::Object>;

    fn share(&self) -> Result<Self::Object, IpcException> {
        self.iter().map(T::share).collect()
    }

    fn take(&mut self) -> Self::Object {
        self.iter_mut().map(T::take).collect()
    }

    fn from_object(object: Self::Object) -> Self {
        object.into_iter().map(T::from_object).collect()
    }
}

impl<K: Clone + Ord, T: StandIn<I>, I: ?Sized> StandIn<I> for BTreeMap<K, T> {
    type Object = BTreeMap<K, T::Object>;

    fn share(&self) -> Result<Self::Object, IpcException> {
        self.iter().map(|(key, value)| Ok((key.clone(), value.share()?))).collect()
    }

    fn take(&mut self) -> Self::Object {
        self.iter_mut().map(|(key, value)| (key.clone(), value.take())).collect()
    }

    fn from_object(object: Self::Object) -> Self {
        object.into_iter().map(|(key, value)| (key, T::from_object(value))).collect()
    }
}

impl<K, T, S, I> StandIn<I> for HashMap<K, T, S>
where
    K: Clone + Eq + Hash,
    T: StandIn<I>,
    S: BuildHasher + Default,
    I: ?Sized,
{
    type Object = HashMap<K, T::Object, S>;

    fn share(&self) -> Result<Self::Object, IpcException> {
        self.iter().map(|(key, value)| Ok((key.clone(), value.share()?))).collect()
    }

    fn take(&mut self) -> Self::Object {
        self.iter_mut().map(|(key, value)| (key.clone(), value.take())).collect()
    }

    fn from_object(object: Self::Object) -> Self {
        object.into_iter().map(|(key, value)| (key, T::from_object(value))).collect()
    }
}
