//! `.capnp` text to syntax trees.
//!
//! ```text
//! token     characters -> tokens, each with the comment that belongs to it
//! parse     tokens -> tree, reporting every mistake and going on
//! ```
//!
//! A tree knows nothing of what names mean; [`resolve`](crate::resolve) finds that out.

pub(crate) mod declaration;
mod expression;
pub(crate) mod parse;
pub(crate) mod source;
pub(crate) mod token;
pub(crate) mod tree;
