@0xbdf87d7bb8304e81;
# What the C++ plugin of Cap'n Proto is told by annotations.

annotation namespace(file) :Text;
annotation name(field, enumerant, struct, enum, interface, method, param, group, union) :Text;
annotation allowCancellation(interface, method, file) :Void;
