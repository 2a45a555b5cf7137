// Which conversions `workshop.capnp` needs.

#ifndef WORKSHOP_TYPES_H
#define WORKSHOP_TYPES_H

#include <mp/proxy-types.h>
#include <mp/type-context.h>
#include <mp/type-data.h>
#include <mp/type-decay.h>
#include <mp/type-exception.h>
#include <mp/type-function.h>
#include <mp/type-interface.h>
#include <mp/type-map.h>
#include <mp/type-number.h>
#include <mp/type-optional.h>
#include <mp/type-pair.h>
#include <mp/type-string.h>
#include <mp/type-struct.h>
#include <mp/type-threadmap.h>
#include <mp/type-vector.h>
#include <type_traits>
#include <workshop.capnp.h>

namespace mp {

//! A hint stands for no C++ parameter: clients leave it as it is, servers do not look.
template <typename Output>
void CustomBuildField(
    TypeList<>,
    Priority<1>,
    InvokeContext&,
    Output&& output,
    typename std::enable_if<std::is_same<decltype(output.get()), workshop::messages::Hint::Builder>::value>::type* enable =
        nullptr)
{
}

template <typename Accessor, typename ServerContext, typename Fn, typename... Args>
auto PassField(Priority<1>, TypeList<>, ServerContext& server_context, const Fn& fn, Args&&... args) ->
    typename std::enable_if<std::is_same<
        decltype(Accessor::get(server_context.call_context.getParams())),
        workshop::messages::Hint::Reader>::value>::type
{
    fn.invoke(server_context, std::forward<Args>(args)...);
}

} // namespace mp

#endif // WORKSHOP_TYPES_H
