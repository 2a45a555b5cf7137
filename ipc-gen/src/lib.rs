//! Schema tools: from the descriptors that `#[ipc_interface]` and `#[derive(IpcType)]` compile in, this crate makes
//! `.capnp` text and code generator requests.
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
//! # From a build script or a program
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
//! #     kind: Kind::Interface(Interface { methods: &[], superclasses: &[] }),
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

mod check;
mod diff;
mod emit;
#[doc(hidden)]
pub mod harness;
mod member;
mod merge;
mod problem;
mod request;
mod schema;
mod verify;

pub use emit::{EmittedFile, Origin, emit};
pub use problem::{Place, Problem, SchemaError};
pub use request::code_generator_request;
pub use schema::{File, Import, PROXY_FILE_ID, Schema};
pub use verify::{Mode, StaleFile, StaleSchema, UPDATE_VARIABLE, check_or_update};

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
#[macro_export]
macro_rules! schema_test {
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
            if let ::core::result::Result::Err(message) = $crate::harness::run(site, $path, &roots) {
                ::core::panic!("{message}");
            }
        }
    };
    ($path:literal, $($root:ty),+ $(,)?) => {
        $crate::schema_test!(name = schema, $path, $($root),+);
    };
}
