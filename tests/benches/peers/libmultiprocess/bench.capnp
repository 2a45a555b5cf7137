# What is called: as in `src/contenders/interface.rs`, and once more without a thread of the server's.

@0xb5a8c0f1e3d24a67;

using Cxx = import "/capnp/c++.capnp";
$Cxx.namespace("bench::messages");

using Proxy = import "/mp/proxy.capnp";
$Proxy.include("bench.h");
$Proxy.includeTypes("bench-types.h");

interface Adder $Proxy.wrap("bench::Adder") {
    construct @0 (threadMap :Proxy.ThreadMap) -> (threadMap :Proxy.ThreadMap);
    add @1 (context :Proxy.Context, a :Int32, b :Int32) -> (result :Int32);
    addPlain @2 (a :Int32, b :Int32) -> (result :Int32);
    addThrough @3 (context :Proxy.Context, other :Sum, a :Int32, b :Int32) -> (result :Int32);
    echo @4 (context :Proxy.Context, bytes :Data) -> (result :Data);
    echoPlain @5 (bytes :Data) -> (result :Data);
}

interface Sum $Proxy.wrap("bench::Sum") {
    destroy @0 (context :Proxy.Context) -> ();
    sum @1 (context :Proxy.Context, sum :Int32) -> (result :Int32);
}
