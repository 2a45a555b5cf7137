//! What a derived type may look like.

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

use std::marker::PhantomData;
use std::sync::Arc;

use ipc_runtime::{IpcException, IpcType, ipc_interface};

/// A newtype.
#[derive(Clone, Copy, IpcType)]
pub struct Height(pub u32);

/// A tuple struct.
#[derive(IpcType)]
pub struct Tuple(pub Height, #[ipc(name = "label")] pub String, #[ipc(skip)] pub PhantomData<Arc<u8>>);

/// No field.
#[derive(IpcType)]
pub struct Nothing();

/// Cases of every form, one with the names that generated code uses.
#[derive(IpcType)]
pub enum Shape {
    /// No field.
    Empty,
    /// One.
    Circle(f64),
    /// Several.
    Named {
        /// A name of generated code.
        to: u8,
        /// Another.
        from: Option<Height>,
        /// And another.
        f0: Vec<Shape>,
        /// A keyword.
        r#type: Tuple,
        /// Stays here.
        #[ipc(skip)]
        skipped: PhantomData<Arc<u8>>,
    },
    /// What a newer peer knows.
    #[ipc(other)]
    Unknown,
}

/// Borrows from the message.
#[derive(IpcType)]
pub struct Note<'a> {
    /// Text.
    pub text: &'a str,
    /// Bytes.
    pub data: Option<&'a [u8]>,
    /// A list.
    pub texts: Vec<&'a str>,
    /// Itself.
    pub next: Option<Box<Note<'a>>>,
}

const MOST: u64 = 1 << 40;

/// Defaults.
#[derive(IpcType)]
pub struct Defaults<'a> {
    /// A number.
    #[ipc(default = MOST * 2)]
    pub number: u64,
    /// Text.
    #[ipc(default = "text")]
    pub text: &'a str,
    /// A bool.
    #[ipc(name = "bool", default = true)]
    pub flag: bool,
}

/// Numbers.
#[derive(IpcType)]
#[ipc(repr = i8)]
pub enum Code {
    /// Zero.
    Fine,
    /// Negative.
    Bad = -3,
    /// Unknown.
    #[ipc(other)]
    Other,
}

/// Takes them.
#[ipc_interface]
pub trait Takes {
    /// By value and by reference.
    fn take(
        &self,
        height: Height,
        shape: &Shape,
        tuples: Vec<Tuple>,
        nothing: Nothing,
    ) -> Result<Shape, IpcException>;
    /// Borrowed.
    fn note(
        &self,
        note: Note<'_>,
        again: &Note<'_>,
        all: &[Note<'_>],
        defaults: &Defaults<'_>,
        codes: &[Code],
    ) -> Result<(), IpcException>;
    /// Lists of borrowed values.
    fn texts(
        &self,
        texts: &[&str],
        maybe: Option<&str>,
        data: Option<&[u8]>,
    ) -> Result<Vec<Height>, IpcException>;
}

fn main() {}
