//! Schema tools: from the descriptors that `#[ipc_interface]` and `#[derive(IpcType)]` compile in, this crate makes
//! `.capnp` text and code generator requests; of `.capnp` text it makes annotated Rust; it compares versions of schemas.
//!
//! A program needs neither to call across processes. The text is for people and for programs in other languages;
//! the requests let any Cap'n Proto plugin generate code from Rust interfaces without the `capnp` binary.
//!
//! # Keeping a schema fresh
//!
//! One line beside the traits makes a test of it, see [`schema_test!`]:
//!
//! ```ignore
//! ipc_gen::schema_test!("schema/calculator.capnp", dyn Init);
//! ```
//!
//! What goes into which file, [`Grouping`] says; with [`Libmultiprocess`] the files are for its `mpgen`, which makes C++ of them:
//!
//! ```ignore
//! ipc_gen::schema_test!(grouping = ipc_gen::Grouping::Modules, "schema/calculator.capnp", dyn Init);
//! ```
//!
//! # Keeping what is released
//!
//! Another line, see [`released_test!`], fails when programs of a released version would no longer understand what the
//! interfaces say, or the reverse. [`check`] compares any two schemas, and says of each change whom it breaks, why, and
//! what to do.
//!
//! # Reading `.capnp` files
//!
//! [`Model::read`] reads them as the Cap'n Proto compiler does, without it, and says of each mistake where it is and what to
//! write. [`import()`] makes annotated Rust of a model: traits, structs, enums and constants with the ids, ordinals, layouts
//! and defaults of the schema. A build script can do so, or the command, once:
//!
//! ```text
//! $ ipc-gen import mining.capnp -I libmultiprocess/include -o src/mining.rs
//! ```
//!
//! | schema | Rust |
//! | --- | --- |
//! | a struct | a struct; an enum, if it is nothing but a union |
//! | a union or group beside other fields | a type of its own, `#[ipc(union)]` or `#[ipc(group)]`; the union without a name is the field `which` |
//! | `x :Int32` and `hasX :Bool` | `x: Option<i32>` |
//! | a struct in itself | `Option<Box<..>>` |
//! | an interface as a value | `Option<Arc<dyn Trait>>`, since it can be null |
//! | a struct with type parameters | a type with parameters |
//! | what is declared in something else | an item beside it, `OuterInner` |
//! | `context :Proxy.Context`, `destroy @0`, `construct @0` | nothing, since every interface has them; where they are missing, `no_context`, `no_destroy` |
//! | another method that exchanges thread maps, `initThreadMap @4` | `root(name = "initThreadMap", ordinal = 4)` |
//! | `(reason :Text, result :Bool)` as results | a tuple, `#[ipc(results(reason, result))]` |
//! | results with `$Proxy.exception(..)` | an error type with a variant for each |
//! | `$Cxx.allowCancellation` | `#[ipc(cancellable)]` |
//! | another file | a module |
//!
//! What cannot be said in Rust is reported with its place: interfaces and methods with type parameters, lists and structs as
//! constants or defaults, unions whose ordinals do not follow each other, groups in structs with type parameters. Other
//! annotations have no meaning in Rust.
//!
//! # The command
//!
//! `cargo install --path ipc-gen` installs `ipc-gen`; `ipc-gen --help` has its commands: `import`, `show`, `diff`, `check`,
//! `compile`, `call`, `inspect`, `id`.
//!
//! # Calling a live process
//!
//! `ipc-gen call unix:/run/calculator.sock init.makeCalculator.solve '{"equation": "6*7"}'` calls a method from a shell, with JSON for
//! parameters and results; [`live`] does so for programs. The schema is read from files, or asked from the process if it is made
//! with ipc-runtime.
//!
//! # From a build script or a program
//!
//! One line in a build script, [`build()`], writes the `.capnp` files of another package's interfaces into `OUT_DIR`. Or by parts:
//!
//! ```
//! # use ipc_runtime::wire::descriptor::*;
//! # use ipc_runtime::wire::Size;
//! # static DESCRIPTOR: Descriptor = Descriptor {
//! #     id: 0x9000_0000_0000_0001,
//! #     id_source: IdSource::Pinned,
//! #     file: 0x9000_0000_0000_0000,
//! #     name: "Calculator",
//! #     module: "calculator",
//! #     doc: "Solves equations.",
//! #     parameters: &[],
//! #     kind: Kind::Interface(Interface { methods: &[], construct: None, superclasses: &[] }),
//! # };
//! # fn descriptor() -> &'static Descriptor { &DESCRIPTOR }
//! use ipc_gen::{Origin, Schema};
//!
//! // In place of `descriptor()`: `<dyn Calculator as ipc_runtime::wire::Interface>::descriptor()`.
//! let schema = Schema::of(&[descriptor()])?;
//!
//! // The text of each file, the main one first.
//! let origin = Origin { package: "calculator".into(), command: "cargo run --bin schema".into() };
//! for file in ipc_gen::emit(&schema, &origin) {
//!     println!("{}:\n{}", file.name, file.text);
//! }
//!
//! // What a plugin reads from its standard input.
//! let request = capnp::serialize::write_message_to_words(&ipc_gen::code_generator_request(&schema));
//! # assert!(!request.is_empty());
//! # Ok::<(), ipc_gen::SchemaError>(())
//! ```

#![forbid(unsafe_code)]

mod annotated;
mod beside;
mod build;
mod check;
pub mod compat;
mod diff;
mod emit;
mod grouping;
mod guard;
#[doc(hidden)]
pub mod harness;
mod import;
pub mod json;
mod libmultiprocess;
pub mod live;
mod member;
mod merge;
pub mod model;
mod problem;
mod request;
mod resolve;
mod schema;
pub mod show;
mod text;
mod verify;
mod words;

pub use beside::{diff, differences};
pub use build::{BuildError, build, build_schema};
pub use compat::{Change, Impact, Rule, check};
pub use emit::{EmittedFile, Origin, emit};
pub use grouping::Grouping;
pub use guard::{Broken, GuardError, RELEASE_VARIABLE, guard};
pub use import::{Arrangement, Imported, ImportedModule, import};
pub use ipc_runtime::schema::{File, Import, PROXY_FILE_ID};
pub use libmultiprocess::{Libmultiprocess, Spelling};
pub use model::Model;
pub use problem::{Place, Problem, SchemaError};
pub use request::code_generator_request;
pub use resolve::{ImportPath, make_id};
pub use schema::Schema;
pub use show::show;
pub use text::source::{Mistake, Mistakes};
pub use verify::{Mode, StaleFile, StaleSchema, UPDATE_VARIABLE, check_or_update, check_or_update_schema};

/// Expands to a test that keeps a `.capnp` file equal to Rust interfaces.
///
/// ```ignore
/// ipc_gen::schema_test!("schema/calculator.capnp", dyn Init);
/// ```
///
/// The test follows everything reachable from the interfaces, of which several may be listed, and compares the
/// schema with the file. It fails if the file is missing or differs, shows the first difference and prints the
/// command that updates it, `IPC_GEN_UPDATE=1 cargo test -p <package> <test>`. Declarations with other file ids
/// go into files beside it, which it imports: `proxy.capnp` for the threads of libmultiprocess, `<crate>.capnp` for
/// those of another crate.
///
/// The path is relative to the package, or to the first folder above it, up to the top of the workspace, that has
/// the folder named in the path. So `schema/` may lie in the package or at the top of the workspace.
///
/// The test is a function `schema`. A second one in the same module needs a name:
///
/// ```ignore
/// ipc_gen::schema_test!(name = printer_schema, "schema/printer.capnp", dyn Printer);
/// ```
///
/// Other files, see [`Grouping`], and annotations for C++, see [`Libmultiprocess`], are asked for before the path:
///
/// ```ignore
/// ipc_gen::schema_test!(grouping = Grouping::Modules, "schema/calculator.capnp", dyn Init);
/// ipc_gen::schema_test!(
///     name = for_cpp,
///     libmultiprocess = Libmultiprocess::new("calculator").include("calculator.h"),
///     "cpp/calculator.capnp",
///     dyn Init,
/// );
/// ```
#[macro_export]
macro_rules! schema_test {
    (name = $name:ident, $($option:ident = $value:expr,)* $path:literal, $($root:ty),+ $(,)?) => {
        #[test]
        fn $name() {
            let site = $crate::harness::Site {
                package: ::core::env!("CARGO_PKG_NAME"),
                manifest_dir: ::core::env!("CARGO_MANIFEST_DIR"),
                module: ::core::module_path!(),
                test: ::core::stringify!($name),
            };
            let roots = [$($crate::harness::descriptor::<$root>()),+];
            let arrange = |schema: $crate::Schema| {
                $(let schema = schema.$option($value)?;)*
                ::core::result::Result::Ok(schema)
            };
            if let ::core::result::Result::Err(message) = $crate::harness::run(site, $path, &roots, arrange) {
                ::core::panic!("{message}");
            }
        }
    };
    ($($option:ident = $value:expr,)* $path:literal, $($root:ty),+ $(,)?) => {
        $crate::schema_test!(name = schema, $($option = $value,)* $path, $($root),+);
    };
}

/// Expands to a test that keeps Rust interfaces compatible with their released versions.
///
/// ```ignore
/// ipc_gen::released_test!("schema/released", dyn Init);
/// ```
///
/// In the folder each released version has a folder of its own with its `.capnp` files; the test fails if a program that was
/// built from one of them would no longer understand what the interfaces say now, or the reverse, and says of each
/// change by which rule, and what to do. What may change, [`check`] says.
///
/// A release is written down by the same test: `IPC_GEN_RELEASE=1.2.0 cargo test -p <package> released`.
///
/// The path is found as that of [`schema_test!`] is. The test is a function `released`; a second one in the same
/// module needs a name, as there.
#[macro_export]
macro_rules! released_test {
    (name = $name:ident, $path:literal, $($root:ty),+ $(,)?) => {
        #[test]
        fn $name() {
            let site = $crate::harness::Site {
                package: ::core::env!("CARGO_PKG_NAME"),
                manifest_dir: ::core::env!("CARGO_MANIFEST_DIR"),
                module: ::core::module_path!(),
                test: ::core::stringify!($name),
            };
            let roots = [$($crate::harness::descriptor::<$root>()),+];
            if let ::core::result::Result::Err(message) = $crate::harness::run_guard(site, $path, &roots) {
                ::core::panic!("{message}");
            }
        }
    };
    ($path:literal, $($root:ty),+ $(,)?) => {
        $crate::released_test!(name = released, $path, $($root),+);
    };
}
