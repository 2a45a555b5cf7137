@0xb2d4f6081a2b3c4e;

using Main = import "sayable.capnp";

struct Other {
  colour @0 :Main.Colour;
  # Refers back.
}

interface Base {
  destroy @0 (context :import "/mp/proxy.capnp".Context) -> ();
  other @1 (context :import "/mp/proxy.capnp".Context) -> (result :Other);
}
