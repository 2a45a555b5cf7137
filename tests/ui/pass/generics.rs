//! What a generic type may look like.

#![deny(
    warnings,
    missing_docs,
    unused,
    nonstandard_style,
    future_incompatible,
    rust_2018_idioms,
    unused_lifetimes,
    unused_qualifications,
    elided_lifetimes_in_paths,
    single_use_lifetimes,
    trivial_casts,
    redundant_lifetimes
)]
#![deny(clippy::all, clippy::pedantic)]
#![allow(clippy::missing_errors_doc)]
#![forbid(unsafe_code)]

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt::Debug;
use std::marker::PhantomData;
use std::sync::Arc;

use ipc_runtime::{IpcException, IpcType, ipc_interface};

/// Parameters with bounds, defaults and a condition.
#[derive(Clone, Debug, IpcType)]
pub struct Pair<A: Debug + Clone, B = A>
where
    B: Debug,
{
    /// One.
    pub a: A,
    /// Another.
    pub b: Option<B>,
    /// A map.
    pub map: BTreeMap<String, (A, B)>,
}

/// A recursive one.
#[derive(IpcType)]
pub struct Tree<T> {
    /// The value.
    pub value: T,
    /// What is below.
    pub children: Vec<Self>,
    /// Of another type.
    pub other: Option<Box<Tree<u8>>>,
}

/// Parameters of every kind, with the names that generated code uses.
#[derive(IpcType)]
pub struct Everything<'m, T: Clone, M, const N: usize> {
    /// Borrowed.
    pub text: &'m str,
    /// Borrowed or not.
    pub cow: Cow<'m, [T]>,
    /// So many.
    pub array: [Option<M>; N],
    /// Stays here.
    #[ipc(skip)]
    pub local: PhantomData<M>,
}

/// A union.
#[derive(IpcType)]
pub enum Either<A, B> {
    /// One.
    Left(A),
    /// Another.
    Right {
        /// It.
        from: B,
    },
    /// Itself, the other way round.
    Swapped(Box<Either<B, A>>),
}

/// A newtype.
#[derive(Clone, Copy, IpcType)]
pub struct Wrapped<T>(pub T);

/// A parameter that is nowhere.
#[derive(IpcType)]
pub struct Id<T: ?Sized>(pub u64, #[ipc(skip)] pub PhantomData<T>);

/// Generic in the schema too, with the names that generated code uses.
#[derive(Clone, Debug, IpcType)]
#[ipc(generic)]
pub struct Entry<'a, K: Clone + Debug, Value, Other: ?Sized = str>
where
    Value: Clone,
{
    /// Borrowed.
    pub text: &'a str,
    /// The one.
    pub key: K,
    /// The other.
    pub value: Option<Result<Value, Box<K>>>,
    /// Stays here.
    #[ipc(skip)]
    pub local: PhantomData<fn(Box<Other>)>,
}

/// A union that is generic in the schema.
#[derive(IpcType)]
#[ipc(generic)]
pub enum Other<T> {
    /// Has no field.
    None,
    /// Has some.
    Some {
        /// It.
        to: T,
        /// And others.
        others: Vec<Option<T>>,
    },
}

/// Uses them.
#[ipc_interface]
pub trait Interface {
    /// By value.
    fn give(&self, pair: Pair<u8>, tree: Tree<Either<String, Vec<u8>>>) -> Result<Id<str>, IpcException>;
    /// By reference.
    fn lend(
        &self,
        pairs: &[Pair<String, bool>],
        all: &Everything<'_, u16, &str, 3>,
        wrapped: &Wrapped<Arc<dyn Interface>>,
    ) -> Result<Option<Wrapped<Option<u8>>>, IpcException>;
    /// With arguments that are pointers.
    fn keep(
        &self,
        entry: Entry<'_, &str, Vec<u8>>,
        others: &[Other<(u8, Wrapped<String>)>],
    ) -> Result<Other<Other<Arc<dyn Interface>>>, IpcException>;
    /// Later.
    async fn later(&self, either: Either<Wrapped<u8>, Box<str>>) -> Result<Tree<()>, IpcException>;
}

fn main() {}
