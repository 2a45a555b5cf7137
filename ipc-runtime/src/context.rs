//! [`Context`]: the application's state, within reach of server methods and protocol hooks.

use std::any::{Any, TypeId, type_name};
use std::cell::RefCell;
use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, RwLock};

/// Values of the application, at most one of each type.
///
/// Each [`Ipc`](crate::Ipc) has one; a method that runs on behalf of a remote caller reaches it through
/// [`Context::current`].
///
/// # Examples
/// ```
/// let context = ipc_runtime::Context::new();
/// context.insert(String::from("regtest"));
/// assert_eq!(context.get::<String>().as_deref(), Some(&String::from("regtest")));
/// ```
#[derive(Default)]
pub struct Context {
    values: RwLock<HashMap<TypeId, Value>>,
}

struct Value {
    type_name: &'static str,
    value: Arc<dyn Any + Send + Sync>,
}

impl Context {
    /// Makes an empty one.
    pub fn new() -> Self {
        Self::default()
    }

    /// Stores a value and returns the one of the same type that it replaces.
    pub fn insert<T: Any + Send + Sync>(&self, value: T) -> Option<Arc<T>> {
        let entry = Value { type_name: type_name::<T>(), value: Arc::new(value) };
        let mut values = self.values.write().unwrap_or_else(std::sync::PoisonError::into_inner);
        let replaced = values.insert(TypeId::of::<T>(), entry);
        drop(values);
        replaced.and_then(|replaced| replaced.value.downcast().ok())
    }

    /// Returns the value of the given type.
    pub fn get<T: Any + Send + Sync>(&self) -> Option<Arc<T>> {
        let values = self.values.read().unwrap_or_else(std::sync::PoisonError::into_inner);
        values.get(&TypeId::of::<T>()).and_then(|found| found.value.clone().downcast().ok())
    }

    /// Returns the context of the call that this thread serves, `None` outside of one.
    pub fn current() -> Option<Arc<Context>> {
        CURRENT.with_borrow(Clone::clone)
    }

    /// Runs `f` as part of a call with this context.
    pub(crate) fn enter<R>(self: &Arc<Self>, f: impl FnOnce() -> R) -> R {
        struct Restore(Option<Arc<Context>>);
        impl Drop for Restore {
            fn drop(&mut self) {
                CURRENT.set(self.0.take());
            }
        }
        let _restore = Restore(CURRENT.replace(Some(self.clone())));
        f()
    }
}

impl fmt::Debug for Context {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let values = self.values.read().unwrap_or_else(std::sync::PoisonError::into_inner);
        f.debug_set().entries(values.values().map(|value| value.type_name)).finish()
    }
}

thread_local! {
    static CURRENT: RefCell<Option<Arc<Context>>> = const { RefCell::new(None) };
}
