// Calls somebody's implementation of libmultiprocess's test interface.

#include "peer.h"

#include <algorithm>
#include <mp/test/foo.capnp.h>
#include <mp/test/foo.capnp.proxy.h>
#include <vector>

using mp::test::messages::FooInterface;
using namespace mp::test;

namespace {

//! Returns what it is called with and some more.
class Adder : public ExtendedCallback
{
public:
    explicit Adder(int more, bool* dropped = nullptr) : m_more(more), m_dropped(dropped) {}
    ~Adder()
    {
        if (m_dropped) *m_dropped = true;
    }
    int call(int arg) override
    {
        m_thread = std::this_thread::get_id();
        return arg + m_more;
    }
    int callExtended(int arg) override { return arg - m_more; }

    std::thread::id m_thread;

private:
    int m_more;
    bool* m_dropped;
};

FooStruct example()
{
    FooStruct foo;
    foo.name = "name";
    foo.set_int = {2, 1};
    foo.vector_bool = {false, true, false};
    foo.optional_int = 3;
    foo.unordered_set_int = {5, 6};
    foo.map_string_int = {{"a", 1}, {"b", 2}};
    return foo;
}

void expect_same(const FooStruct& a, const FooStruct& b)
{
    EXPECT_EQUAL(a.name, b.name);
    EXPECT_EQUAL(a.set_int, b.set_int);
    EXPECT_EQUAL(a.vector_bool, b.vector_bool);
    EXPECT_EQUAL(a.optional_int, b.optional_int);
    EXPECT_EQUAL(a.unordered_set_int, b.unordered_set_int);
    EXPECT_EQUAL(a.map_string_int, b.map_string_int);
}

void values(const std::string& path)
{
    Connected<FooInterface> foo(path);
    EXPECT_EQUAL(foo->add(1, 2), 3);
    int sum{};
    foo->addOut(3, 4, sum);
    EXPECT_EQUAL(sum, 7);
    foo->addInOut(3, sum);
    EXPECT_EQUAL(sum, 10);
    EXPECT_EQUAL(foo->mapSize({{"a", "x"}, {"b", "y"}, {"c", ""}}), 3);
    expect_same(foo->pass(example()), example());
    auto without = example();
    without.optional_int.reset();
    expect_same(foo->pass(without), without);
    const auto custom = foo->passCustom({.v1 = "v1", .v2 = 5});
    EXPECT_EQUAL(custom.v1, "v1");
    EXPECT_EQUAL(custom.v2, 5);
    foo->passEmpty(FooEmpty{});
    EXPECT_EQUAL(foo->passData(FooData{}), FooData{});
    EXPECT_EQUAL(foo->passData(FooData{'\0', '\xff'}), (FooData{'\0', '\xff'}));
    // What this side adds is in `foo-types.h`: " build" to what it sends, " read" to what it receives.
    EXPECT_EQUAL(foo->passMessage({.message = "init"}).message, "init build call read");
    FooMutable changed{.message = "init"};
    foo->passMutable(changed);
    EXPECT_EQUAL(changed.message, "init build call read");
    EXPECT_EQUAL(foo->passEnum(FooEnum::TWO), FooEnum::TWO);
    EXPECT_EQUAL(foo->passDouble(1.25), 1.25);
    std::vector<FooDataRef> data{std::make_shared<FooData>(FooData{'H', 'i'}), nullptr};
    const auto same = foo->passDataPointers(data);
    EXPECT_EQUAL(same.size(), size_t{2});
    EXPECT_EQUAL(*same[0], *data[0]);
    EXPECT_EQUAL(same[1], nullptr);
    foo->callFn();
}

void typed_error(const std::string& path)
{
    Connected<FooInterface> foo(path);
    try {
        foo->raise(example());
    } catch (const FooStruct& error) {
        return expect_same(error, example());
    }
    throw std::logic_error("nothing was thrown");
}

void callbacks(const std::string& path)
{
    Connected<FooInterface> foo(path);
    foo->initThreadMap();
    Adder adder(10);
    EXPECT_EQUAL(foo->callback(adder, 1), 11);
    EXPECT_EQUAL(adder.m_thread, std::this_thread::get_id());
    EXPECT_EQUAL(foo->callbackUnique(std::make_unique<Adder>(20), 2), 22);
    EXPECT_EQUAL(foo->callbackShared(std::make_shared<Adder>(30), 3), 33);
    EXPECT_EQUAL(foo->callbackExtended(adder, 4), 4 - 10);
    EXPECT_EQUAL(foo->passFn([] { return 10; }), 10);
    foo->callFnAsync();
    EXPECT_EQUAL(foo->callIntFnAsync(21), 42);
}

void recursion(const std::string& path)
{
    Connected<FooInterface> foo(path);
    foo->initThreadMap();
    const auto here = std::this_thread::get_id();
    std::function<int(int)> nested = [&](int depth) -> int {
        EXPECT_EQUAL(std::this_thread::get_id(), here);
        return depth == 0 ? 1 : foo->passFn([&] { return 1 + nested(depth - 1); });
    };
    EXPECT_EQUAL(nested(5), 6);
}

void saved_callback(const std::string& path)
{
    Connected<FooInterface> foo(path);
    foo->initThreadMap();
    bool dropped{false};
    auto saved = std::make_shared<Adder>(1, &dropped);
    foo->saveCallback(saved);
    EXPECT_EQUAL(foo->callbackSaved(7), 8);
    // From a thread that does not serve this client.
    EXPECT_EQUAL(foo->callIntFnAsync(-1), 6);
    EXPECT_EQUAL(saved->m_thread == std::this_thread::get_id(), false);
    const std::weak_ptr<Adder> left = saved;
    saved.reset();
    EXPECT_EQUAL(left.expired(), false);
    EXPECT_EQUAL(foo->callbackSaved(8), 9);
    foo->saveCallback(nullptr);
    // A Rust server releases it and does not wait; this side then frees it on its own thread for that.
    for (int i = 0; i < 30000 && !left.expired(); ++i) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    EXPECT_EQUAL(left.expired(), true);
}

void threads(const std::string& path)
{
    Connected<FooInterface> foo(path);
    foo->initThreadMap();
    std::vector<std::thread> callers;
    std::atomic<int> right{0};
    for (int i = 0; i < 8; ++i) {
        callers.emplace_back([&, i] {
            for (int k = 0; k < 20; ++k) {
                Adder adder(k);
                if (foo->callback(adder, i) == i + k && adder.m_thread == std::this_thread::get_id()) ++right;
            }
        });
    }
    for (auto& caller : callers) caller.join();
    EXPECT_EQUAL(right.load(), 160);
}

void failures(const std::string& path)
{
    Connected<FooInterface> foo(path);
    foo->initThreadMap();
    // What follows on lines of their own are addresses.
    const auto text = failure_of([&] { foo->callIntFnAsync(-2); });
    EXPECT_EQUAL(
        text.substr(0, text.find('\n')),
        "kj::Exception: (remote):0: failed: remote exception: std::exception: it cannot be done");
    EXPECT_EQUAL(foo->callIntFnAsync(1), 2);
}

void disconnect(const std::string& path)
{
    Connected<FooInterface> foo(path);
    foo->initThreadMap();
    EXPECT_EQUAL(foo->callIntFnAsync(1), 2);
    // The server goes away in the middle of this call.
    EXPECT_EQUAL(failure_of([&] { foo->callIntFnAsync(-3); }), "IPC client method call interrupted by disconnect.");
    EXPECT_EQUAL(failure_of([&] { foo->callIntFnAsync(1); }), "IPC client method called after disconnect.");
}

} // namespace

Cases foo_cases()
{
    return {
        {"values", values},
        {"typed_error", typed_error},
        {"callbacks", callbacks},
        {"recursion", recursion},
        {"saved_callback", saved_callback},
        {"threads", threads},
        {"failures", failures},
        {"disconnect", disconnect},
    };
}
