@0xcc316e3f71a040fb;
# The conventions of libmultiprocess: its annotations, and how calls say on which thread they run.

annotation include(file) :Text;
annotation includeTypes(file) :Text;
annotation wrap(interface, struct) :Text;
annotation count(param, struct, interface) :Int32;
annotation exception(param) :Text;
annotation name(field, method) :Text;
annotation skip(field) :Void;

interface ThreadMap $count(0) {
  makeThread @0 (name :Text) -> (result :Thread);
  makePool @1 (count :UInt32) -> ();
}

interface Thread {
  getName @0 () -> (result :Text);
}

struct Context $count(0) {
  thread @0 :Thread;
  callbackThread @1 :Thread;
}
