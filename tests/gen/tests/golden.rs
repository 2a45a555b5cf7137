//! Emitted text, committed in `golden/`.

use ipc_gen_tests::everything::{Init, Keeper, Methods};

// Found from the folder of this package.
ipc_gen::schema_test!("golden/everything.capnp", dyn Init, dyn Methods, dyn Keeper);

mod reflection {
    use ipc_runtime::reflection::Reflect;

    ipc_gen::schema_test!(name = reflection, "schema/reflection.capnp", dyn Reflect);
    ipc_gen::schema_test!(
        name = single,
        grouping = ipc_gen::Grouping::Single,
        "golden/single/reflection.capnp",
        dyn Reflect
    );
}

mod libmultiprocess {
    use ipc_runtime::wire::proxy::{Thread, ThreadMap};

    ipc_gen::schema_test!(name = threads, "golden/threads/proxy.capnp", dyn ThreadMap, dyn Thread);
}
