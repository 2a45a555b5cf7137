//! Attributes of a user's stay where they are, and what they change does not break the expansion.
#![deny(warnings, missing_docs, clippy::pedantic)]
#![allow(clippy::missing_errors_doc)]
#![forbid(unsafe_code)]

use std::sync::Arc;

use ipc_runtime::{IpcException, IpcType, ipc_interface};

/// An interface of the past.
#[deprecated(note = "use something else")]
#[ipc_interface(twin = OldAsync)]
pub trait Old {
    /// Is old too.
    fn old(&self) -> Result<(), IpcException>;
}

/// An interface.
#[ipc_interface(twin = StoreAsync)]
pub trait Store {
    /// Is old.
    ///
    /// # Errors
    /// Always.
    #[deprecated(since = "1.0.0", note = "use `put`")]
    fn add(&self, x: u32) -> Result<(), IpcException>;

    /// Is not shown.
    ///
    /// # Errors
    /// Always.
    #[doc(hidden)]
    fn put(&self, #[allow(unused)] x: u32) -> Result<(), IpcException>;

    /// Has a condition that changes nothing but attributes.
    ///
    /// # Errors
    /// Always.
    #[cfg_attr(all(), must_use = "told")]
    #[allow(clippy::too_many_arguments)]
    #[doc(alias = "several")]
    fn many(&self, a: u8, b: u8, c: u8, d: u8, e: u8, f: u8, g: u8, h: u8, i: u8)
    -> Result<u8, IpcException>;

    /// Has parameters that say what they are.
    ///
    /// # Errors
    /// Always.
    fn documented(
        &self,
        /// Is a number.
        r#in: u32,
        /// Is text,
        ///
        /// of several lines.
        #[allow(unused)]
        text: &str,
    ) -> Result<(), IpcException> {
        let _ = (r#in, text);
        Ok(())
    }

    /// Is inherited.
    ///
    /// # Errors
    /// Never.
    #[inline]
    fn inherited(&self) -> Result<u32, IpcException> {
        Ok(7)
    }
}

/// Data of the past.
#[deprecated]
#[derive(Debug, IpcType)]
pub struct OldData {
    /// A number.
    pub x: u32,
}

/// Data.
#[derive(Debug, Default, IpcType)]
#[non_exhaustive]
pub struct Data {
    /// Is old.
    #[deprecated]
    pub old: u32,
    /// Is not shown.
    #[doc(hidden)]
    pub hidden: Option<u32>,
    /// Is not used.
    #[allow(dead_code)]
    unused: String,
    /// Is not there.
    #[cfg(any())]
    pub gone: std::rc::Rc<u8>,
    /// Has a default.
    #[deprecated]
    #[ipc(default = 7)]
    pub seven: u32,
}

/// An enum.
#[derive(Clone, Copy, Debug, Default, IpcType)]
#[non_exhaustive]
pub enum Kind {
    /// Is old.
    #[deprecated]
    Old,
    /// Is not there.
    #[cfg(any())]
    Gone(std::rc::Rc<u8>),
    /// Is new.
    #[default]
    #[doc(hidden)]
    New,
}

/// A number.
#[derive(Clone, Copy, Debug, IpcType)]
#[ipc(repr = i32)]
pub enum Number {
    /// Is old.
    #[deprecated]
    Old = -1,
    /// Is new.
    New,
}

/// A union.
#[derive(Debug, IpcType)]
pub enum Shape {
    /// Is old.
    #[deprecated]
    Point,
    /// Has old fields.
    Rect {
        /// Is old.
        #[deprecated]
        width: u32,
        /// Is new.
        height: u32,
    },
    /// Is old and has a field.
    #[deprecated]
    Circle(u32),
}

/// An error.
#[derive(Debug, IpcType)]
#[ipc(error)]
pub enum Error {
    /// Is old.
    #[deprecated]
    Old(u32),
    /// Is new.
    New,
    /// The call failed.
    #[ipc(exception)]
    Call(IpcException),
}

/// What an implementation of some of this looks like.
#[derive(Debug)]
pub struct Server;

impl Store for Server {
    fn add(&self, _x: u32) -> Result<(), IpcException> {
        Ok(())
    }

    fn put(&self, _x: u32) -> Result<(), IpcException> {
        Ok(())
    }

    fn many(
        &self,
        a: u8,
        _: u8,
        _: u8,
        _: u8,
        _: u8,
        _: u8,
        _: u8,
        _: u8,
        _: u8,
    ) -> Result<u8, IpcException> {
        Ok(a)
    }
}

fn main() {
    let store: Arc<dyn Store> = Arc::new(Server);
    assert!(store.put(1).is_ok());
}
