# What another file imports.
@0x9b5f2c0d6e718a43;
# The comment of a file.

annotation colour @0xb0d3f1e2c4a59687 (*) :Text;
annotation flag(struct, field) :Void;
annotation point(field, const) :Point;

struct Point {
  # A place.
  x @0 :Float32; # to the right
  y @1 :Float32 = -1.5;
}

struct Box(T) {
  value @0 :T;
  inner @1 :Inner;
  other @2 :Box(Inner);

  struct Inner {
    deep @0 :T;
    more @1 :List(Inner);
  }

  using Alias = Inner;
}

const origin :Point = (x = 0, y = 0);
const answer :UInt32 = 42;
