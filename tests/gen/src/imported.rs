//! Rust interfaces that were made from schemas by the build script.

macro_rules! imported {
    ($($(#[$meta:meta])* $module:ident $file:literal;)*) => {$(
        $(#[$meta])*
        pub mod $module {
            include!(concat!(env!("OUT_DIR"), "/imported/", $file));
        }
    )*};
}

imported! {
    sayable "sayable.rs";
    #[cfg(capnp_schemas)]
    #[expect(rustdoc::bare_urls, reason = "a comment of the schema is kept as it is")]
    rpc "rpc.rs";
    #[cfg(capnp_schemas)]
    schema "schema.rs";
    #[cfg(bitcoin_core)]
    bitcoin "bitcoin.rs";
    #[cfg(bitcoin_core)]
    foo "foo.rs";
}
