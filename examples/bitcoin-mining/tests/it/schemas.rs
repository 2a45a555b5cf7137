//! The traits make the schemas of Bitcoin Core.

use bitcoin_mining::{BlockRef, BlockTemplate, Echo, Init, Mining, Rpc, v30};
use ipc_gen_tests::tools::require;
use ipc_peers_tests::schema::{assert_same, of_descriptors, of_file};
use ipc_peers_tests::tools;
use ipc_runtime::wire::{Interface, Struct};

#[test]
fn a2_the_ids_of_bitcoin_core() {
    assert_eq!(<dyn Init>::descriptor().id, 0x8838_c700_ba5c_ba65);
    assert_eq!(<dyn Echo>::descriptor().id, 0xd36b_8964_0dc9_4399);
    assert_eq!(<dyn Mining>::descriptor().id, 0xf9c6_8436_df3a_f39e);
    assert_eq!(<dyn BlockTemplate>::descriptor().id, 0xf967_1ad8_41b2_f622);
    assert_eq!(<dyn Rpc>::descriptor().id, 0xacb1_d37f_0a71_3129);
    assert_eq!(<BlockRef as Struct>::descriptor().id, 0xb3be_4b89_4935_0369);
    // The older ones are the same interfaces.
    assert_eq!(<dyn v30::Init>::descriptor().id, <dyn Init>::descriptor().id);
    assert_eq!(<dyn v30::Mining>::descriptor().id, <dyn Mining>::descriptor().id);
    assert_eq!(<dyn v30::BlockTemplate>::descriptor().id, <dyn BlockTemplate>::descriptor().id);
}

/// Ids, names, ordinals, types, defaults and layouts, down to each parameter.
#[test]
fn a2_the_files_of_bitcoin_core() {
    let (Some(capnp), Some(libmultiprocess)) = (require("capnp"), tools::libmultiprocess()) else { return };
    let files = libmultiprocess.join("../capnp");
    let ours = of_descriptors(&[<dyn Init>::descriptor()]);
    let imports = [libmultiprocess.join("include")];
    for (file, nodes) in [
        // Each with what it imports, of `proxy.capnp` mostly `Context` and `Thread`.
        ("common.capnp", 1),
        ("echo.capnp", 1 + 2),
        ("mining.capnp", 2 + 4 + 1 + 2),
        ("rpc.capnp", 1 + 2),
        ("init.capnp", 5 + 4 + 1 + 3),
    ] {
        let theirs = of_file(&capnp, &files.join(file), &imports);
        let missing: Vec<_> = theirs.keys().filter(|id| !ours.contains_key(id)).collect();
        assert_eq!((file, assert_same(&ours, &theirs)), (file, nodes), "not ours: {missing:x?}");
    }
}
