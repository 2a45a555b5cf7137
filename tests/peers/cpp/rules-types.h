// Which conversions `rules.capnp` needs.

#ifndef RULES_TYPES_H
#define RULES_TYPES_H

#include <mp/proxy-types.h>
#include <mp/type-context.h>
#include <mp/type-decay.h>
#include <mp/type-exception.h>
#include <mp/type-interface.h>
#include <mp/type-map.h>
#include <mp/type-number.h>
#include <mp/type-optional.h>
#include <mp/type-pair.h>
#include <mp/type-pointer.h>
#include <mp/type-string.h>
#include <mp/type-struct.h>
#include <mp/type-threadmap.h>
#include <mp/type-vector.h>

namespace rules {
namespace messages {
struct Listener;
struct Rules;
} // namespace messages
} // namespace rules

#endif // RULES_TYPES_H
