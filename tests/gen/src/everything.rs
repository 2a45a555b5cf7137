//! Interfaces that use every type, written as the descriptors that the macros compile in.
//!
//! The build script includes this file too: it generates Rust readers and builders from it.

use std::sync::LazyLock;

use ipc_runtime::wire::descriptor::{Descriptor, Type};

use crate::descriptors::{
    Home, documented, enumeration, field, interface, list, method, optional, structure,
};

/// The file that the declarations below go into.
pub const EVERYTHING: Home = Home { file: 0xb1e9_8a04_27c6_5d01, module: "everything::api" };

/// A file of another crate.
pub const SHARED: Home = Home { file: 0xb1e9_8a04_27c6_5d02, module: "shared" };

/// libmultiprocess's file.
pub const PROXY: Home = Home { file: 0xcc31_6e3f_71a0_40fb, module: "ipc_runtime::protocol" };

macro_rules! declare {
    ($($doc:literal $name:ident = $home:ident . $schema_name:literal ($text:literal): $kind:expr;)*) => {$(
        #[doc = $doc]
        pub fn $name() -> &'static Descriptor {
            static DESCRIPTOR: LazyLock<Descriptor> =
                LazyLock::new(|| $home.declare($schema_name, $text, $kind));
            &DESCRIPTOR
        }
    )*};
}

declare! {
    "The root."
    init = EVERYTHING."Init"("The first object of a connection."):
        interface(&[], [
            method("construct", "", [field("threadMap", Type::Interface(thread_map))],
                [field("threadMap", Type::Interface(thread_map))]),
            method("makeEverything", "Makes an object with a method of every kind.",
                [context(), field("base", Type::Interface(base))], [field("result", Type::Interface(everything))]),
            method("makeNothing", "", [context()], [optional("result", Type::Interface(nothing))]),
        ]);

    "An interface that extends two others."
    everything = EVERYTHING."Everything"("Methods of every kind.\n\nThe second paragraph:\n\n    indented {}\n"):
        interface(&[base, nothing], [
            method("noParameters", "", [], []),
            method("swap", "", [context(), field("value", Type::Struct(every))], [field("result", Type::Struct(every))]),
            method("maybe", "An `Option` in each direction.", [context(), optional("number", Type::Int32)],
                [optional("result", Type::Float64)]),
            method("longParameters", "", [
                context(),
                field("firstParameter", Type::Text),
                field("secondParameter", list(list(Type::Struct(every)))),
                optional("thirdParameter", Type::UInt64),
            ], [field("result", Type::Bool)]),
            method("longEverything", "Wraps on both sides.", [
                context(),
                field("aParameterWithALongName", list(Type::Interface(everything))),
                field("anotherOfTheSameKind", list(Type::Interface(nothing))),
            ], [
                field("aResultWithALongName", list(Type::Interface(everything))),
                field("anotherResultOfTheSameKind", list(Type::Interface(nothing))),
                field("yetAnotherResult", Type::Enum(colour)),
            ]),
            method("longResults", "", [context()], [
                field("aResultWithALongName", list(Type::Interface(everything))),
                field("anotherResult", list(Type::Interface(nothing))),
            ]),
        ]);

    "An interface without methods of its own."
    nothing = EVERYTHING."Nothing"(""): interface(&[], []);

    "A documented interface without methods."
    silence = EVERYTHING."Silence"("Says nothing, at some length."): interface(&[
        nothing, base, thread, thread_map, everything, init,
    ], []);

    "A struct with a field of every type."
    every = EVERYTHING."Every"("A field of every type."):
        structure([
            field("void", Type::Void),
            documented("A bit.", field("bool", Type::Bool)),
            field("int64", Type::Int64),
            field("int8", Type::Int8),
            field("int32", Type::Int32),
            field("int16", Type::Int16),
            field("uint8", Type::UInt8),
            field("uint16", Type::UInt16),
            field("uint32", Type::UInt32),
            field("uint64", Type::UInt64),
            documented("\nTwo lines  \nof text.\n\n", field("float32", Type::Float32)),
            field("float64", Type::Float64),
            field("text", Type::Text),
            field("data", Type::Data),
            field("colour", Type::Enum(colour)),
            field("inner", Type::Struct(shared)),
            field("object", Type::Interface(everything)),
            field("bools", list(Type::Bool)),
            field("numbers", list(Type::Int32)),
            field("doubles", list(Type::Float64)),
            field("texts", list(Type::Text)),
            field("colours", list(Type::Enum(colour))),
            field("inners", list(Type::Struct(shared))),
            field("objects", list(Type::Interface(nothing))),
            field("lists", list(list(Type::UInt8))),
            field("voids", list(Type::Void)),
            documented("Has a presence field.", optional("maybeInt", Type::Int32)),
            optional("maybeBool", Type::Bool),
            optional("maybeVoid", Type::Void),
            optional("maybeColour", Type::Enum(colour)),
            optional("maybeText", Type::Text),
            optional("maybeEvery", Type::Struct(every)),
            field("last", Type::Bool),
        ]);

    "A struct without fields."
    empty = EVERYTHING."Empty"(""): structure([]);

    "A struct whose field names are words of the schema language."
    words = EVERYTHING."Words"(""): structure([
        "struct", "union", "group", "enum", "interface", "using", "import", "const", "annotation", "extends",
        "void", "true", "inf", "stream",
    ].map(|name| field(name, Type::Bool)));

    "An enum."
    colour = EVERYTHING."Colour"("What light is."):
        enumeration([("red", ""), ("green", "Like leaves."), ("blue", "")]);

    "A struct of another file."
    shared = SHARED."Shared"(""): structure([
        field("name", Type::Text),
        field("level", Type::UInt16),
        field("next", Type::Struct(shared)),
    ]);

    "An interface of another file."
    base = SHARED."Base"("What others extend."):
        interface(&[], [method("destroy", "", [context()], [])]);

    "libmultiprocess's ThreadMap."
    thread_map = PROXY."ThreadMap"(""): interface(&[], [
        method("makeThread", "", [field("name", Type::Text)], [field("result", Type::Interface(thread))]),
        method("makePool", "", [field("count", Type::UInt32)], []),
    ]);

    "libmultiprocess's Thread."
    thread = PROXY."Thread"(""): interface(&[], [
        method("getName", "", [], [field("result", Type::Text)]),
    ]);

    "libmultiprocess's Context."
    context_struct = PROXY."Context"(""): structure([
        field("thread", Type::Interface(thread)),
        field("callbackThread", Type::Interface(thread)),
    ]);
}

/// Everything that a root does not reach is a root itself.
pub fn roots() -> [&'static Descriptor; 4] {
    [init(), silence(), empty(), words()]
}

fn context() -> ipc_runtime::wire::descriptor::Field {
    field("context", Type::Struct(context_struct))
}
