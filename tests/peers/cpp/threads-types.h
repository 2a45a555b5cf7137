// Which conversions `threads.capnp` needs.

#ifndef THREADS_TYPES_H
#define THREADS_TYPES_H

#include <mp/proxy-types.h>
#include <mp/type-context.h>
#include <mp/type-data.h>
#include <mp/type-decay.h>
#include <mp/type-interface.h>
#include <mp/type-number.h>
#include <mp/type-threadmap.h>
#include <mp/type-vector.h>

namespace threads {
namespace messages {
struct Callback;
struct Object;
struct Plain;
struct Threads;
} // namespace messages
} // namespace threads

#endif // THREADS_TYPES_H
