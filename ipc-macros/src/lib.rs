//! The macros of `ipc-runtime`, which re-exports them: depend on that crate, not on this one.
//!
//! ```text
//! parse/    tokens -> model, reporting every mistake it sees and going on
//! check     the model against itself: ordinals, names
//! expand/   model -> tokens; cannot fail
//! ```
//!
//! After a mistake `expand::fallback` emits just enough for the rest of the crate to compile, so that one mistake
//! gives one message.

#![forbid(unsafe_code)]

mod check;
mod diag;
mod expand;
mod message;
mod model;
mod parse;

use proc_macro::TokenStream;

/// Makes a trait callable across processes.
///
/// ```text
/// #[ipc_interface]
/// pub trait Calculator {
///     /// Solves an equation.
///     fn solve(&self, equation: &str, precision: u8) -> Result<f64, IpcException>;
/// }
/// ```
///
/// becomes
///
/// ```text
/// pub trait Calculator: Send + Sync + 'static {
///     /// Solves an equation.
///     fn solve(&self, equation: &str, precision: u8) -> Result<f64, IpcException>;
///
///     // How the runtime recognises a client; leave it as it is.
///     #[doc(hidden)]
///     fn __ipc_remote_calculator(&self) -> Option<&Remote> { None }
/// }
///
/// /// The client of [`Calculator`].
/// pub type CalculatorClient = Client<dyn Calculator>;
///
/// const _: () = {
///     // The parameters, `context` first, and the result; and where the compiler puts them.
///     const __SOLVE_PARAMS: [Field; 3] = [CONTEXT, field("equation", "", <str>::PART), ..];
///     const __SOLVE_PARAMS_AT: Layout<3> = layout_of(&__SOLVE_PARAMS);
///     const __SOLVE_RESULT: [Field; 1] = [field("result", "", <f64>::PART)];
///     const __SOLVE_RESULT_AT: Layout<1> = layout_of(&__SOLVE_RESULT);
///
///     // The client: a method encodes its arguments, waits for the answer and decodes it.
///     impl<T: ?Sized + Calculator> Calculator for Client<T> { .. }
///
///     // The server and the schema: `dispatch` decodes the arguments of a received call, calls the method and
///     // encodes what it returns; `descriptor` is the compiled-in schema.
///     impl Interface for dyn Calculator { .. }
/// };
/// ```
///
/// # Methods
///
/// `fn name(&self, ..) -> Result<T, E>`. Each parameter is an `IpcType`, owned or behind one `&`; `T` is an owned
/// `IpcType`; `E` implements `IpcError`, as `IpcException` does. In the schema, names are camelCase, ordinals follow
/// the order of declaration, and every method takes a `context` first, as libmultiprocess wants it.
///
/// An interface begins with a method `destroy @0`, which the runtime calls and answers.
///
/// # Arguments
///
/// | argument | meaning |
/// | --- | --- |
/// | `root` | the interface that a process offers first: begins with `construct @0` in place of `destroy` |
/// | `no_destroy` | there is no `destroy` |
/// | `file = 0x..` | the id of the schema file, by default made from the package's name |
/// | `name = ".."` | the name in the schema, by default the trait's |
/// | `id = 0x..` | the type id, by default made from file id and name |
/// | `crate = path` | where `ipc-runtime` is found, by default `::ipc_runtime` |
///
/// On a method, `#[ipc(name = "..")]`, `#[ipc(ordinal = N)]` (the following ones continue after it) and
/// `#[ipc(no_context)]` override the rules; on a parameter, `#[ipc(name = "..")]`.
#[proc_macro_attribute]
pub fn ipc_interface(arguments: TokenStream, item: TokenStream) -> TokenStream {
    expand::expand_attribute(arguments.into(), item.into()).into()
}

/// Makes a struct or a field-less enum a type that can cross a process boundary.
///
/// A struct becomes a Cap'n Proto struct with a field for each of its fields, in the order of declaration; an enum
/// becomes a Cap'n Proto enum. Names are camelCase in the schema. A struct may contain itself behind a `Vec` or an
/// `Option<Box<_>>`.
///
/// `#[ipc(file = 0x.., name = "..", id = 0x.., crate = path)]` on the type overrides what the schema says, as
/// for an interface; `#[ipc(name = "..")]` on a field or a variant overrides its name.
#[proc_macro_derive(IpcType, attributes(ipc))]
pub fn derive_ipc_type(item: TokenStream) -> TokenStream {
    expand::expand_derive(item.into()).into()
}
