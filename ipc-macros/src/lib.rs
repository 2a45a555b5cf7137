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
#[cfg(test)]
mod golden;
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
///
///     // `Arc<dyn Calculator>` travels as an object.
///     impl Passable for dyn Calculator { .. }
/// };
/// ```
///
/// # Methods
///
/// `fn name(&self, ..) -> Result<T, E>`, whose caller's thread waits for the answer, or `async fn`. Each parameter is an `IpcType`, owned or behind one `&`, also in an `Option`, or an object; `T` is an owned
/// `IpcType`; `E` implements `IpcError`, as `IpcException` does. In the schema, names are camelCase, ordinals follow
/// the order of declaration, and every method takes a `context` first, as libmultiprocess wants it.
///
/// Doc comments become comments of the schema, those of parameters as part of their method's.
///
/// A default body is what implementations inherit; a client always calls. A method with `#[ipc(local)]` is not on the
/// wire: it may have any signature, has a default body, and that is what a client runs.
///
/// A method with `#[ipc(oneway)]` returns `Result<(), E>`; its caller goes on when the call is sent, in order with the
/// other calls of that client, and does not hear of its failure. On the server it runs after the one-way calls on
/// that object that came before it, and what comes after it, one-way or not, begins when it has ended. What was not
/// delivered when a connection ends is lost. A one-way method that waits for a call back into its own object waits for
/// ever.
///
/// With `#[ipc(results(reason, result))]` each part of a returned tuple is a result of its own, as in
/// `Result<(String, bool), E>`; a name that a parameter has too is an argument that the method changes. The names are in the
/// order of the schema. There `has(tip)` stands for the field `hasTip`, which says whether the `Option` called `tip` is there:
/// `#[ipc(results(tip, has(tip)))]` gives such a field to an `Option` of text or a struct too, which could be null
/// otherwise, and then it decides. A parameter `#[ipc(want)] want_reason: bool` says whether the caller wants the result `reason`, as
/// C++ has it: there the method gets a null pointer in its place otherwise, and a caller passes one.
///
/// # Objects
///
/// An object is passed as `Arc<dyn Trait>`, which its receiver may keep, or lent as `&dyn Trait`, or `Option<&dyn Trait>`, by
/// an `fn` for the time of the call:
///
/// ```text
/// fn print(&self, text: &str, progress: &dyn Progress) -> Result<(), IpcException>;
/// ```
///
/// Calls on an object that is lent run only on the lending thread, while it waits in that call or in one that it makes in
/// the middle of it, whichever process it waits for; not while it waits for something else, such as a lock or a
/// future. The call returns when the last of them has ended, also if its connection ends or its deadline passes: they
/// have the same deadline. What is called later fails. So the object may hold what belongs to its thread, and need
/// not outlive the call.
///
/// The receiver has a `&dyn Trait` too, in its method, and may lend it on. One-way methods of an interface that is lent
/// run before the call returns, in order; an interface with an `async fn` cannot be lent.
///
/// # Closures
///
/// A closure travels as an interface made of its signature; with `#[ipc(as = Trait)]` on the parameter, or on a method that
/// returns it, as the interface named, which has one method, an `fn` that takes and returns what the closure does.
///
/// # Streams
///
/// A parameter or result `IpcStream<T>` is read item by item while the method or its caller goes on. It is taken and
/// returned by value: passing a stream gives it away.
///
/// # Async methods
///
/// An `async fn` returns a boxed future that is `Send`: the trait gets the shape that async-trait gives it. The attribute
/// stands on implementations too, or async-trait's does:
///
/// ```text
/// #[ipc_interface]
/// impl Calculator for MyCalculator {
///     async fn solve(&self, equation: &str) -> Result<f64, IpcException> { .. }
/// }
/// ```
///
/// A client's future sends its call when it is first polled, by any executor. Dropping it tells the peer that the
/// answer is no longer wanted; the method runs to its end there, unless it has `#[ipc(cancellable)]`: then its future is
/// dropped, also when the connection ends. On the server, futures run on the tokio runtime that the protocol was given,
/// or on one of the runtime's own.
///
/// `#[ipc_interface(twin = CalculatorAsync)]` declares a second trait for the same interface, with the other form of
/// every method: `fn` where the first has `async fn`, and the reverse. A server implements either, and there is a
/// client of each. Default bodies and local methods are the first trait's only.
///
/// # Supertraits
///
/// An interface may extend others, `trait Derived: Base`; every supertrait but `Send`, `Sync` and `'static` is an
/// interface. The methods of each keep their interface's id and ordinals, also where a client of the derived one calls
/// them, and the derived interface inherits `destroy`.
///
/// # Lifecycle
///
/// Any other interface begins with a method `destroy @0`, which the runtime calls and answers.
///
/// # Arguments
///
/// | argument | meaning |
/// | --- | --- |
/// | `root` | the interface that a process offers first: begins with `construct @0` in place of `destroy` |
/// | `root(name = "..", ordinal = N)` | the same, where the schema has that method by another name, or elsewhere; the declared methods take the ordinals around it |
/// | `no_destroy` | there is no `destroy` |
/// | `twin = Name` | declares a second trait, with the other form of every method |
/// | `file = 0x..` | the id of the schema file, by default made from the package's name |
/// | `name = ".."` | the name in the schema, by default the trait's |
/// | `id = 0x..` | the type id, by default made from file id and name |
/// | `crate = path` | where `ipc-runtime` is found, by default `::ipc_runtime` |
///
/// # Foreign types
///
/// A parameter with `#[ipc(with = module)]` or `#[ipc(serde)]` may be of a type that is no `IpcType`, by value or by `&`; on a
/// method, the two are about what it returns if it succeeds. The derive macro [`IpcType`] has more about them.
///
/// On a method, `#[ipc(name = "..")]`, `#[ipc(ordinal = N)]` (the following ones continue after it) and
/// `#[ipc(no_context)]` override the rules; `#[ipc(results(..))]`, `#[ipc(as = Trait)]`, `#[ipc(oneway)]`, `#[ipc(cancellable)]` and
/// `#[ipc(local)]` are described above; on a parameter, `#[ipc(name = "..")]`, `#[ipc(as = Trait)]`, `#[ipc(default = ..)]` and `#[ipc(has = N)]`, which mean
/// what they do on a field of a derived type, and `#[ipc(want)]`. A default is what a peer that knows fewer parameters means. On
/// both, `#[ipc(with = module)]` and `#[ipc(serde)]`.
#[proc_macro_attribute]
pub fn ipc_interface(arguments: TokenStream, item: TokenStream) -> TokenStream {
    expand::expand_attribute(arguments.into(), item.into()).into()
}

/// Makes a struct or an enum a type that can cross a process boundary.
///
/// | Rust | schema |
/// | --- | --- |
/// | `struct Point { x: f64, y: f64 }` | a struct with the fields in the order of declaration |
/// | `struct Pair(String, u8)` | a struct with the fields `field0` and `field1` |
/// | `struct Height(u32)` | `UInt32`: what has one field and no name for it is what is inside |
/// | `enum Color { Red, Green }` | an enum |
/// | `enum Shape { Empty, Circle(f64), Rect { width: f64, height: f64 } }` | a struct that is a union: `empty :Void`, `circle :Float64`, `rect :group` |
/// | `struct Note<'a> { text: &'a str, data: &'a [u8] }` | a struct; a server borrows text and bytes from the received message |
/// | `struct Page<T> { items: Vec<T> }` | a struct for each argument, named after it: `PageText`, `PageUInt32`; with `#[ipc(generic)]`, one with parameters |
///
/// Fields of another type can lie among those of a struct, as a C++ or Python schema may have them:
///
/// ```text
/// struct Drawing {                            struct Drawing {
///     visible: bool,                            visible @0 :Bool;
///     #[ipc(union)]                             union { circle @1 :Float64; text @2 :Text; }
///     shape: Shape,
///     #[ipc(group)]                             origin :group { x @3 :Float64; y @4 :Float64; }
///     origin: Point,
///     #[ipc(union, name = "fill")]              fill :union { none @5 :Void; color @6 :UInt32; }
///     fill: Fill,
/// }                                           }
/// ```
///
/// A struct has one union without a name at most. In a variant, the one field that is a group is the variant. What lies
/// in a group or a union takes a range of ordinals, in which its own pinned ones count from the beginning: a union whose
/// enum is to have more variants later stands last, or is a field like others, with a struct of its own.
///
/// Names are camelCase in the schema. A type may contain itself behind a `Vec`, a `Box` or an `Option<Box<_>>`. Several
/// fields without names in a variant are `field0` and so on; one that is an `Option` of a number makes its variant a
/// group of `value` and `hasValue`.
///
/// A type may have parameters, types and constants, with bounds and conditions of their own; what a parameter in a field
/// stands for is an `IpcType`. With each set of arguments it has a layout, a name and an id of its own: `PageText` for
/// `Page<String>`, in the file of `Page`. With `id = 0x..` those ids are made from this one and the arguments. A type
/// may contain itself with other arguments, such as `Page<u8>`, but not with larger and larger ones. With groups or unions among
/// its fields, the bounds of the parameters are those that `generic` below allows.
///
/// With `#[ipc(generic)]` the type is generic in the schema too: one struct `Entry(K, V)`, with an id made from its name, and
/// `Entry(Text, Data)` wherever `Entry<String, Vec<u8>>` is used.
///
/// ```text
/// #[derive(IpcType)]
/// #[ipc(generic)]
/// struct Entry<K, V> {                        struct Entry(K, V) {
///     key: K,                                   key @0 :K;
///     value: Option<V>,                         value @1 :V;
///     next: Option<Box<Entry<K, V>>>,           next @2 :Entry(K, V);
/// }                                           }
/// ```
///
/// The arguments are what is a pointer in Cap'n Proto: text, bytes, lists, maps, structs, objects; not a number, an enum
/// without fields, or an `Option`. Bounds of the parameters are traits that their stand-in in the schema has: `Clone`,
/// `Copy`, `Debug`, `Default`, `Eq`, `Hash`, `Ord`, and those that the compiler implements. Cap'n Proto has no list of a
/// parameter: in place of `items: Vec<T>`, write `items: T` and let the list be the argument, or `Vec<Option<T>>`.
///
/// Fields that only a newer peer has are ignored, fields that an older one does not send have their defaults, and a
/// variant that is not known is an error.
///
/// # Arguments
///
/// | on | argument | meaning |
/// | --- | --- | --- |
/// | type | `file = 0x..`, `name = ".."`, `id = 0x..`, `crate = path` | as for an interface |
/// | type | `error`, `errors` | is the error of methods, see below |
/// | type with parameters | `generic` | is generic in the schema too |
/// | enum without fields | `repr = i32` | a number in the schema, as libmultiprocess has enums; variants may say theirs: `Bad = -1` |
/// | field | `name = ".."` | the name in the schema |
/// | field | `default = ..` | the default in the schema, which a message without the field means: a constant, of a bool, a number, text, bytes, an enum without fields, or a list of these for a `Vec`, `default = [1, 2]`; not of an `Option` |
/// | field, variant | `ordinal = N` | the ordinal in the schema; the following ones continue after it, and an `Option` that is no pointer takes two; that of a variant is its first field's |
/// | field of a struct | `has = N` | the ordinal of the field `hasX` that says whether an `Option` is there; `has` alone is the next one; an `Option` of a pointer, which could be null, has such a field then, and it decides |
/// | field | `group` | the fields of its struct are a group among the others |
/// | field | `union` | the variants of its enum are a union beside the other fields; without a name, unless `name = ".."` gives one |
/// | field | `with = module` | is converted, see below |
/// | field | `serde` | travels as opaque bytes, see below |
/// | field | `as = Trait` | a closure travels as the interface with one method, in place of one made of its signature |
/// | field | `skip` | is not in the schema; on receipt it is `Default::default()` |
/// | variant | `name = ".."` | the name in the schema |
/// | variant | `other` | stands for the variants that only a newer peer knows |
/// | field or variant of an error | `exception` | holds the failure of a call |
///
/// # Foreign types
///
/// With `#[ipc(with = module)]` a field of any type travels as what the module converts it to:
///
/// ```text
/// mod address {
///     // An IPC type that owns what it has.
///     pub type Wire = u32;
///
///     pub fn to_wire(address: &Ipv4Addr) -> Result<Wire, IpcException> {
///         Ok(address.to_bits())
///     }
///
///     pub fn from_wire(wire: Wire) -> Result<Ipv4Addr, IpcException> {
///         Ok(Ipv4Addr::from_bits(wire))
///     }
/// }
///
/// #[derive(IpcType)]
/// struct Host {
///     #[ipc(with = address)]
///     address: Ipv4Addr,      // UInt32
///     #[ipc(with = address)]
///     second: Option<Ipv4Addr>,   // UInt32, and `hasSecond :Bool`
///     #[ipc(with = address)]
///     others: Vec<Ipv4Addr>,  // List(UInt32)
/// }
/// ```
///
/// The functions are about the type of the field, or about what its `Option` or `Vec` holds. For other places, such as
/// keys of maps, a newtype has the attribute: `struct Address(#[ipc(with = address)] Ipv4Addr);` is an IPC type itself.
/// An error of the module is that of the call, or of the message. A field that an older peer does not send is what
/// `from_wire` makes of the default.
///
/// With `#[ipc(serde)]` a field of any type that serde can serialize and deserialize travels as `Data`, which only Rust
/// programs with the same declaration of that type can read; for lists and maps of them there is `ipc_runtime::Serde`, which
/// has more about it. Both need the feature `serde` of `ipc-runtime`.
///
/// # Errors
///
/// With `#[ipc(error)]` the type is the error of methods, and implements `IpcError` in place of `IpcType`: it travels as
/// a value in a result named `error`, and arrives as itself. A variant `#[ipc(exception)] Ipc(IpcException)`, or a field
/// `#[ipc(exception)] ipc: Option<IpcException>`, holds the failure of a call, and travels as an exception; the other
/// fields of a struct implement `Default`. In the schema an enum without fields is wrapped in a struct of its name, with
/// a field `kind`, so that its absence can be seen; one with fields is a union, as always.
///
/// With `#[ipc(errors)]` each variant of an enum is a result of its own, as in the schemas of C++ programs, where a method
/// may declare several exceptions. It holds one value that is a pointer in the schema, such as text or a struct:
///
/// ```text
/// #[derive(Debug, IpcType)]
/// #[ipc(errors)]
/// enum StoreError {
///     Full(Full),
///     #[ipc(name = "text")]
///     Other(String),
///     #[ipc(exception)]
///     Ipc(IpcException),
/// }
///
/// // In the schema: `store @1 (context :Context, data :Data) -> (full :Full, text :Text, result :UInt64)`
/// fn store(&self, data: &[u8]) -> Result<u64, StoreError>;
/// ```
///
/// They come before the results, in the order of the variants, and a server sets one of them; a client takes the first
/// that is there.
#[proc_macro_derive(IpcType, attributes(ipc))]
pub fn derive_ipc_type(item: TokenStream) -> TokenStream {
    expand::expand_derive(item.into()).into()
}
