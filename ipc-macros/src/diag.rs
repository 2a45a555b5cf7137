//! Collects every mistake of one item, so that one build shows them all.

use std::fmt::Display;
use std::thread;

use proc_macro2::{Span, TokenStream};
use quote::ToTokens;

use crate::message::Message;

/// The mistakes found so far. Must be consumed by [`finish`](Diagnostics::finish).
#[derive(Debug)]
pub(crate) struct Diagnostics {
    /// `None` once finished.
    errors: Option<Vec<syn::Error>>,
}

impl Diagnostics {
    pub(crate) fn new() -> Self {
        Self { errors: Some(Vec::new()) }
    }

    /// Reports a mistake; the caret goes under `tokens`. Each `{}` of the message is replaced by the next argument.
    pub(crate) fn report(&mut self, tokens: impl ToTokens, message: &Message, arguments: &[&dyn Display]) {
        self.push(syn::Error::new_spanned(tokens, message.render(arguments)));
    }

    /// Reports a mistake at a span.
    pub(crate) fn report_at(&mut self, span: Span, message: &Message, arguments: &[&dyn Display]) {
        self.push(syn::Error::new(span, message.render(arguments)));
    }

    /// Adds an error of the parser.
    pub(crate) fn push(&mut self, error: syn::Error) {
        if let Some(errors) = &mut self.errors {
            errors.push(error);
        }
    }

    /// Ends the collection: the compile errors, or `Ok` if there are none.
    pub(crate) fn finish(mut self) -> Result<(), TokenStream> {
        match self.errors.take() {
            Some(errors) if !errors.is_empty() => {
                Err(errors.iter().map(syn::Error::to_compile_error).collect())
            }
            _ => Ok(()),
        }
    }
}

impl Drop for Diagnostics {
    #[expect(clippy::panic, reason = "a bug of the macro: mistakes of the user would be lost")]
    fn drop(&mut self) {
        if self.errors.is_some() && !thread::panicking() {
            panic!("diagnostics dropped without `finish`");
        }
    }
}
