# What libmultiprocess's own test interface leaves open, for the rules of its conventions that are about threads and objects.
# The same interface is a Rust trait in `src/threads.rs`.

@0xb1f4d7be0c3d5a96;

using Cxx = import "/capnp/c++.capnp";
$Cxx.namespace("threads::messages");

using Proxy = import "/mp/proxy.capnp";
$Proxy.include("threads.h");
$Proxy.includeTypes("threads-types.h");

interface Threads $Proxy.wrap("threads::Threads") {
    construct @0 (threadMap :Proxy.ThreadMap) -> (threadMap :Proxy.ThreadMap);

    number @1 (context :Proxy.Context) -> (result :Int32);
    park @2 (context :Proxy.Context) -> ();
    go @3 () -> ();
    count @4 (context :Proxy.Context, number :Int32) -> (result :Int32);

    lend @5 (context :Proxy.Context, callback :Callback, arg :Int32) -> (result :Int32);
    give @6 (context :Proxy.Context, callback :Callback, arg :Int32) -> (result :Int32);

    makeObject @7 () -> (result :Object);
    makePlain @8 () -> (result :Plain);
    living @9 () -> (result :Int32);

    pass @10 (context :Proxy.Context, bytes :Data) -> (result :Data);
}

interface Callback $Proxy.wrap("threads::Callback") {
    destroy @0 (context :Proxy.Context) -> ();
    call @1 (context :Proxy.Context, arg :Int32) -> (result :Int32);
}

interface Object $Proxy.wrap("threads::Object") {
    destroy @0 (context :Proxy.Context) -> ();
    touch @1 (context :Proxy.Context) -> (result :Int32);
}

interface Plain $Proxy.wrap("threads::Plain") {
    destroy @0 () -> ();
    touch @1 () -> (result :Int32);
}
