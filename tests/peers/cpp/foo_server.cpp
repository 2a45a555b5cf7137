// Serves libmultiprocess's own implementation of its test interface, with the two functions set that tests may set.

#include "peer.h"

#include <mp/test/foo.capnp.h>
#include <mp/test/foo.capnp.proxy.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace {

//! What `callIntFnAsync` does; `src/foo.rs` has the same numbers.
enum Order {
    THREAD = 0,     //!< returns the number of the thread that it runs on
    WAIT = 1,       //!< waits until `callFn` is called
    ELSEWHERE = 2,  //!< calls the saved callback on a thread that serves nobody
    THROW = 3,      //!< throws an exception that no slot takes
    STRANGE = 4,    //!< throws what is no exception
    COUNT = 100,    //!< this and higher: adds to a list, and returns how many are there and in order
};

} // namespace

void serve_foo(const std::string& path)
{
    Gate gate;
    std::mutex mutex;
    int last{0};
    mp::test::FooImplementation foo;
    foo.m_fn = [&] { gate.open(); };
    foo.m_int_fn = [&](int order) -> int {
        switch (order) {
        case THREAD:
            return syscall(SYS_gettid);
        case WAIT:
            gate.pass();
            return 1;
        case ELSEWHERE: {
            const auto callback = foo.m_callback;
            return std::async(std::launch::async, [&] { return callback->call(5); }).get();
        }
        case THROW:
            throw std::runtime_error("it cannot be done");
        case STRANGE:
            throw 5;
        default:
            const std::lock_guard lock(mutex);
            if (order == COUNT) last = 0;
            if (order == COUNT + last) ++last;
            return last;
        }
    };
    serve<mp::test::messages::FooInterface>(path, foo);
}
