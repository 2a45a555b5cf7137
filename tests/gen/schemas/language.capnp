@0xd1f6a2b3c4e58907;

using import "imported.capnp".Point;
using Imported = import "imported.capnp";
using Text2 = Text;
using Numbers = List(Int32);

$Imported.colour("of the file");

const small :Int8 = -0x80;
const large :UInt64 = 0xffffffffffffffff;
const octal :UInt16 = 0177;
const real :Float64 = 1.5e-3;
const whole :Float32 = -3;
const infinite :Float64 = -inf;
const nothing :Float32 = nan;
const yes :Bool = true;
const empty :Void = void;
const text :Text = "a \"text\" with \x41\102\n" "in two parts";
const data :Data = 0x"00 fF 7f";
const textAsData :Data = "bytes";
const colour :Colour = green;
const packedAgain :Packed = (list = [(a = false, p = .point)]);
const list :List(Int16) = [1, -2, .small];
const lists :List(List(Text)) = [["a"], [], ["b", .text]];
const bools :List(Bool) = [true, false, true, true, false, true, false, false, true];
const voids :List(Void) = [void, void];
const enums :List(Colour) = [red, blue];
const point :Point = (x = 1);
const pointAgain :Point = .point;
const points :List(Point) = [(x = 2, y = 3), Imported.origin];
const packed :Packed = (a = true, g = (e = 7), choice = (text = "x"));
const boxed :Imported.Box(Text) = (value = "inside", inner = (deep = "deeper"));
const any :AnyHolder = (any = .point, anyList = .list);
const annotated @0xe4b7a1c2d3f58690 :Int32 = 1 $Imported.point((x = 4)) $Imported.colour("const");

enum Colour @0x8f1e2d3c4b5a6978 {
  # Light.
  red @0;
  blue @2 $Imported.colour("of an enumerant"); # Like the sky.
  green @1;
}

struct Packed $Imported.flag {
  # Holes of every size, a group, and unions in unions.

  a @0 :Bool;
  b @1 :UInt64 = 5;
  c @2 :UInt8 = Packed.small2;
  d @3 :UInt32;
  p @4 :Point = (x = 1, y = 2);

  g :group $Imported.colour("of a group") {
    # A group.
    e @5 :UInt16 = 3;
    f @6 :Text = "default";
  }

  choice :union {
    # A union with a name.
    none @7 :Void;
    text @8 :Text;
    number @9 :Int64;
    deep :group {
      left @10 :Bool;
      right :union {
        small @11 :UInt8;
        large @12 :UInt32;
        text @13 :Text;
      }
    }
  }

  union {
    first @14 :UInt16;
    second @15 :List(Packed);
    third :group {
      one @16 :Bool;
      two @17 :Float64;
    }
  }

  list @18 :List(Packed);
  last @19 :Bool $Imported.flag;

  const small2 :UInt8 = 0x7f;
  using Self = Packed;
  nested @20 :Nested;

  struct Nested {
    back @0 :Self;
    other @1 : .Packed.Nested.Deeper;

    enum Deeper { one @0; two @1; }
  }
}

struct Old {
  # Was made a union later.
  kind @1! :union {
    a @0 :UInt32;
    b @2 :Text;
  }
}

struct AnyHolder {
  any @0 :AnyPointer;
  anyStruct @1 :AnyStruct;
  anyList @2 :AnyList;
  capability @3 :Capability;
  interfaces @4 :List(Base);
}

struct Pair(First, Second) {
  first @0 :First;
  second @1 :Second;
  swapped @2 :Pair(Second, First);
  unbound @3 :Pair;
  boxed @4 :Imported.Box(First);
  alias @5 :Imported.Box(Second).Alias;
  inner @6 :Imported.Box(Text).Inner;

  interface Maker {
    make @0 (first :First) -> (pair :Pair(First, Second));
  }
}

interface Base $Imported.colour("of an interface") {
  # What others extend.

  nothing @0 () -> ();
  noResults @1 (a :Text);
  # Has no arrow.
  defaults @2 (a :UInt32 = 7, b :Text = null, c :Point = (x = 3), d :Bool = true $Imported.colour("param")) -> (e :Numbers);
  later @4 Point -> Packed $Imported.colour("of a method");
  earlier @3 (text :Text2) -> (self :Base);
}

interface Derived extends(Base, Imported2) {
  generic @0 [A, B] (a :A, b :List(Pair(A, B))) -> (pair :Pair(A, B));
  whole @1 [A] Imported.Box(A) -> Imported.Box(Text);

  struct Local { x @0 :UInt8; }
  local @2 (local :Local) -> (local : .Derived.Local);
}

interface Imported2(T) extends(Holder(T)) {
  get @0 () -> (value :T);
}

interface Holder(T) {
  hold @0 (value :T) -> (holder :Holder(T));
}

struct Empty {}

annotation everything(*) :Packed;
annotation generic(struct) :Imported.Box(Text);

struct Annotated $everything(a = true, b = 1) $generic(value = "v") {
  union {
    a @0 :Void $Imported.colour("in a union");
    b :group $Imported.colour("a group in a union") { x @1 :Bool; }
  }
  u :union $Imported.colour("a named union") { c @2 :Int8; d @3 :Int16; }
}
