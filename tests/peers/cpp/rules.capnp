# What the test interface of libmultiprocess leaves open, for the rules of its conventions that are about values.
# The same interface is a Rust trait in `src/rules.rs`.

@0xe93f2a6cb1d04c57;

using Cxx = import "/capnp/c++.capnp";
$Cxx.namespace("rules::messages");

using Proxy = import "/mp/proxy.capnp";
$Proxy.include("rules.h");
$Proxy.includeTypes("rules-types.h");

interface Rules $Proxy.wrap("rules::Rules") {
    construct @0 (threadMap :Proxy.ThreadMap) -> (threadMap :Proxy.ThreadMap);

    passInt @1 (arg :Int32, hasArg :Bool) -> (result :Int32, hasResult :Bool);
    passText @2 (arg :Text) -> (result :Text);
    passBoth @3 (arg :Text, hasArg :Bool) -> (result :Text, hasResult :Bool);
    passPoint @4 (arg :Point) -> (result :Point);

    fail @5 (how :Int32) -> (
        error :Text $Proxy.exception("std::exception"),
        refused :Refused $Proxy.exception("rules::Refused"),
        result :Int32
    );
    failUncaught @6 (text :Text) -> (result :Int32);
    failOddly @7 () -> ();

    divide @8 (dividend :Int32, divisor :Int32, wantRest :Bool) -> (rest :Int32, result :Int32);

    lookUp @9 (map :List(Pair(Text, Text)), key :Text) -> (result :Text);
    lookUpEntry @10 (map :List(Entry), key :Text) -> (result :Int32);

    echoText @11 (text :Text) -> (result :Text);
    passSmall @12 (arg :Int32) -> (result :Int32);
    passColour @13 (arg :Int32) -> (result :Int32);

    sum @14 (point :Point) -> (result :Int64);
    isThere @15 (listener :Listener) -> (result :Bool);
    makeNothing @16 () -> (result :Listener);
    makeListener @17 () -> (result :Listener);
    made @18 () -> (result :Int32);
}

interface Listener $Proxy.wrap("rules::Listener") {
    hear @0 (number :Int32) -> (result :Int32);
}

struct Point $Proxy.wrap("rules::Point") {
    x @0 :Int32 = -1;
    y @1 :Int32 = 7;
}

struct Refused $Proxy.wrap("rules::Refused") {
    code @0 :Int32;
    reason @1 :Text;
}

struct Pair(First, Second) {
    first @0 :First;
    second @1 :Second;
}

struct Entry {
    key @0 :Text;
    value @1 :Int32;
}
