@0xa1c3e5f708192b3d;
# Everything that has a counterpart in Rust.

using Proxy = import "/mp/proxy.capnp";
using Shared = import "shared.capnp";

const limit :UInt32 = 8000;
# How much there may be.
const fraction :Float64 = 0.25;
const endless :Float64 = inf;
const greeting :Text = "hello \"world\"";
const magic :Data = 0x"00 ff 22";
const favourite :Colour = darkBlue;

enum Colour {
  # What light is.
  red @0;
  darkBlue @1;
  # Like the sea.
  green @2;
}

struct Point @0x9d1e2f3a4b5c6d7e {
  x @0 :Float32;
  # To the right.
  #
  #     indented
  y @1 :Float32 = -1.5;
}

struct Everything {
  # A field of every type.

  void @0 :Void;
  bool @1 :Bool = true;
  int8 @2 :Int8 = -8;
  int16 @3 :Int16;
  int32 @4 :Int32;
  int64 @5 :Int64;
  uInt8 @6 :UInt8;
  uInt16 @7 :UInt16;
  uInt32 @8 :UInt32 = .limit;
  uInt64 @9 :UInt64;
  float32 @10 :Float32 = inf;
  float64 @11 :Float64 = nan;
  text @12 :Text = "a text";
  data @13 :Data = 0x"a0";
  list @14 :List(Int16);
  bytes @15 :List(UInt8);
  texts @16 :List(Text);
  lists @17 :List(List(Point));
  colour @18 :Colour = green;
  point @19 :Point;
  self @20 :Everything;
  mutual @21 :Mutual;
  worker @22 :Worker;
  workers @23 :List(Worker);
  maybe @24 :Int32;
  hasMaybe @25 :Bool;
  hasApart @26 :Bool;
  afterwards @27 :UInt8;
  apart @28 :UInt16;
  note @29 :Text;
  hasNote @30 :Bool;
  type @31 :Text;
  txID @32 :UInt32;
  other @33 :Shared.Other;
  union @34 :Bool;
  any @35 :AnyPointer;
}

struct Mutual {
  back @0 :Everything;
  inner @1 :Inner;

  struct Inner {
    kind @0 :Kind;

    enum Kind { one @0; two @1; }
    const most :UInt8 = 9;
  }
}

struct Shape {
  # A union.
  union {
    none @0 :Void;
    circle @1 :Float64;
    # Round.
    rect :group {
      # Has corners.
      width @2 :Float64;
      height @3 :Float64 = 1;
    }
    named @4 :Text = "x";
    again @5 :Shape;
    maybe :group {
      value @6 :Int32;
      hasValue @7 :Bool;
    }
    kind :union {
      left @8 :Bool;
      right @9 :Void;
    }
  }
}

struct Drawing {
  title @7 :Text;
  union {
    plain @1 :UInt8;
    at :group { x @2 :UInt16; y @3 :UInt16; }
  }
  origin :group {
    # Where it begins.
    left @4 :Float32;
    top @5 :Float32;
    deeper :group { z @6 :Bool; }
  }
  visible @0 :Bool;
  fill :union {
    none @9 :Void;
    colour @8 :Colour;
  }
}

struct Page(T, U) {
  first @0 :T;
  others @1 :List(Point);
  next @2 :Page(T, U);
  second @3 :U;
}

struct Pages {
  texts @0 :Page(Text, List(Int32));
  points @1 :Page(Point, Data);
  nodes @2 :List(Node(Text, Page(Data, Worker)));
  union @3 :Either(Everything, List(UInt8));
}

struct Node(Key, Value) {
  # Has groups and unions.
  key @0 :Key;
  weight @1 :UInt16 = 7;
  union {
    leaf @2 :Void;
    value @3 :Value;
    both :group { key @4 :Key; value @5 :Value; count @6 :UInt8; hasCount @7 :Bool; }
  }
  origin :group {
    # Without parameters.
    x @8 :Float32;
    y @9 :Float32 = 1;
  }
  last :group {
    entry @10 :Page(Value, Key);
    deeper :group { node @11 :Node(Value, Key); }
    which :group { one @12 :Bool; }
    kind :union { named @13 :Key; numbered @14 :UInt64; }
  }
  children @15 :List(Node(Key, Value));
}

struct Either(A, B) {
  union {
    left @0 :A;
    right @1 :B;
    neither @2 :Void;
    swapped @3 :Either(B, A);
    rest :group {
      a @4 :A;
      how :union { bare @5 :Void; with @6 :List(Page(A, B)); }
    }
  }
}

struct EitherWhich { any @0 :Node(AnyPointer, AnyPointer); }

struct Nothing {}

struct Large { a @0 :Text; b @1 :Text; c @2 :Text; d @3 :Text; e @4 :Text; f @5 :Text; }

struct Numbers {
  second @1 :UInt8;
  first @0 :Text;
}

interface Init {
  # The first.
  construct @0 (threadMap :Proxy.ThreadMap) -> (threadMap :Proxy.ThreadMap);
  makeWorker @2 (context :Proxy.Context, name :Text = "worker", limit :UInt32 = .limit) -> (result :Worker);
  # Makes one.
  old @1 () -> ();
}

interface Worker @0xc0ffee1234567890 {
  destroy @0 (context :Proxy.Context) -> ();
  work @1 (context :Proxy.Context, everything :Everything, colours :List(Colour), point :Point, maybe :Int64, hasMaybe :Bool) -> (result :Everything);
  results @2 (context :Proxy.Context) -> (reason :Text, debug :Text, result :Bool);
  tip @3 (context :Proxy.Context) -> (result :Point, hasResult :Bool);
  fail @4 (context :Proxy.Context, data :Data) -> (full :Point $Proxy.exception("Full"), text :Text $Proxy.exception("std::exception"), result :UInt64);
  noContext @5 (a :UInt8) -> (b :UInt8);
  apart @6 (context :Proxy.Context, a :UInt32, b :UInt8, hasB :Bool, hasA :Bool) -> (hasD :Bool, c :UInt8, d :UInt16);
  byStruct @7 Numbers -> Numbers;
  aMethodWithAVeryLongName @8 (context :Proxy.Context, aParameterWithALongName :Text, anotherOne :List(Data), more :Shape) -> ();
  raise @10 (context :Proxy.Context) -> (error :Large $Proxy.exception("Large"));
  getTxByID @9 (context :Proxy.Context, type :Text) -> (type :Text);
}

interface Special extends(Worker, Shared.Base) {
  call @0 (context :Proxy.Context, callback :Callback) -> ();
}

interface Callback {
  call @0 (context :Proxy.Context, other :Shared.Other) -> (result :List(Callback));
}
