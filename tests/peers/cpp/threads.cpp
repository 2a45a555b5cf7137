// Serves the interface of `threads.capnp`, and calls somebody's implementation of it.

#include "threads.h"
#include "peer.h"

#include <algorithm>
#include <atomic>
#include <barrier>
#include <capnp/any.h>
#include <chrono>
#include <cstdlib>
#include <iostream>
#include <mp/util.h>
#include <random>
#include <sys/syscall.h>
#include <threads.capnp.h>
#include <threads.capnp.proxy.h>
#include <unistd.h>

using namespace threads;

namespace {

std::atomic<int> objects{0};

template <typename Base>
class Counted : public Base
{
public:
    Counted() { ++objects; }
    ~Counted() override { --objects; }
    int touch() override { return 1; }
};

class Server : public Threads
{
public:
    int number() override { return syscall(SYS_gettid); }
    void park() override { m_gate.pass(); }
    void go() override { m_gate.open(); }
    int count(int number) override
    {
        const std::lock_guard lock(m_mutex);
        if (number == 0) m_next = 0;
        if (number == m_next) ++m_next;
        return m_next;
    }

    int lend(Callback& callback, int arg) override { return callback.call(arg); }
    int give(std::unique_ptr<Callback> callback, int arg) override { return callback->call(arg); }

    std::unique_ptr<Object> makeObject() override { return std::make_unique<Counted<Object>>(); }
    std::unique_ptr<Plain> makePlain() override { return std::make_unique<Counted<Plain>>(); }
    int living() override { return objects; }

    std::vector<char> pass(std::vector<char> bytes) override { return bytes; }

private:
    Gate m_gate;
    std::mutex m_mutex;
    int m_next{0};
};

using Client = mp::ProxyClient<messages::Threads>;

//! Makes a request on the loop's thread; returns the text of its exception, or nothing.
template <typename Send>
std::string outcome(Client& client, Send send)
{
    std::promise<std::string> done;
    mp::EventLoop& loop = *client.m_context.loop;
    loop.sync([&] {
        loop.m_task_set->add(send().ignoreResult().then(
            [&] { done.set_value(""); },
            [&](kj::Exception&& exception) { done.set_value(exception.getDescription().cStr()); }));
    });
    return done.get_future().get();
}

mp::Thread::Client make_thread(mp::ThreadMap::Client map)
{
    auto request = map.makeThreadRequest();
    request.setName("raw");
    return request.send().getResult();
}

//! A thread of this process, which the other one cannot run anything on.
class Foreign : public mp::Thread::Server
{
};

void contexts(const std::string& path)
{
    Connected<messages::Threads> connected(path);
    Client& client = *connected;
    const auto call_on = [&](auto make) {
        return outcome(client, [&] {
            auto request = client.m_client.numberRequest();
            make(request.initContext());
            return request.send();
        });
    };
    // The one thing that a Rust server does otherwise: what names no thread runs.
    EXPECT_EQUAL(call_on([](auto) {}), "");
    EXPECT_EQUAL(outcome(client, [&] { return client.m_client.numberRequest().send(); }), "");
    EXPECT_EQUAL(call_on([&](auto context) { context.setThread(make_thread(client.m_context.connection->m_thread_map)); }), "");
    EXPECT_EQUAL(
        call_on([](auto context) { context.setThread(kj::heap<Foreign>()); }),
        "remote exception: std::exception: invalid thread handle");
    EXPECT_EQUAL(
        call_on([](auto context) { context.setThread(make_thread(nullptr)); }),
        "remote exception: remote exception: Called null capability.");
    // The connection goes on.
    EXPECT_EQUAL(client.living(), 0);
}

//! Asks what no client would, and writes what the server says to each question.
void questions(const std::string& path)
{
    Connected<messages::Threads> connected(path);
    Client& client = *connected;
    const auto say = [](const char* question, const std::string& text) { std::cout << question << ": " << text << std::endl; };
    const auto ask = [&](const char* question, auto of, uint64_t interface, uint16_t method) {
        say(question, outcome(client, [&] { return of().typelessRequest(interface, method, nullptr).send(); }));
    };
    const uint64_t threads = capnp::typeId<messages::Threads>();
    const uint64_t other = capnp::typeId<messages::Callback>();
    const auto root = [&] { return client.m_client; };
    const auto map = [&] { return client.m_context.connection->m_thread_map; };
    const auto thread = [&] { return make_thread(map()); };
    ask("a method beyond the last", root, threads, 999);
    ask("a method of another interface", root, other, 0);
    ask("a method beyond the last, of a map", map, capnp::typeId<mp::ThreadMap>(), 2);
    ask("a method of another interface, of a map", map, other, 0);
    ask("a method beyond the last, of a thread", thread, capnp::typeId<mp::Thread>(), 1);
    ask("a method of another interface, of a thread", thread, other, 1);
    const auto result_of = [&](auto of, uint64_t interface, uint16_t method, uint16_t field) {
        return [=] {
            auto results = of().typelessRequest(interface, method, nullptr).send();
            return capnp::Capability::Client(results.getPointerField(field).asCap());
        };
    };
    ask("a call of the result of a method that there is not", result_of(root, threads, 999, 0), other, 0);
    const auto call_on = [&](const char* question, auto thread) {
        say(question, outcome(client, [&] {
            auto request = client.m_client.numberRequest();
            request.initContext().setThread(thread().template castAs<mp::Thread>());
            return request.send();
        }));
    };
    call_on("a thread that is broken", result_of(map, other, 0, 0));
    call_on("a thread that was broken before it was sent", [] { return capnp::Capability::Client(KJ_EXCEPTION(FAILED, "it broke")); });
    call_on("a thread that is something else", [&] { return capnp::Capability::Client(client.m_client); });
    call_on("a thread of another process", [] { return capnp::Capability::Client(mp::Thread::Client(kj::heap<Foreign>())); });
    // The connection goes on.
    EXPECT_EQUAL(client.living(), 0);
}

void order(const std::string& path)
{
    Connected<messages::Threads> connected(path);
    Client& client = *connected;
    mp::EventLoop& loop = *client.m_context.loop;
    std::vector<std::promise<int>> counted(64);
    loop.sync([&] {
        auto thread = make_thread(client.m_context.connection->m_thread_map);
        for (size_t i = 0; i < counted.size(); ++i) {
            auto request = client.m_client.countRequest();
            request.initContext().setThread(thread);
            request.setNumber(i);
            loop.m_task_set->add(request.send().then(
                [&counted, i](auto&& response) { counted[i].set_value(response.getResult()); }));
        }
    });
    for (size_t i = 0; i < counted.size(); ++i) {
        EXPECT_EQUAL(counted[i].get_future().get(), int(i) + 1);
    }
}

void pool(const std::string& path)
{
    Connected<messages::Threads> connected(path);
    Client& client = *connected;
    const auto make_pool = [&](int count) {
        return outcome(client, [&] {
            auto request = client.m_context.connection->m_thread_map.makePoolRequest();
            request.setCount(count);
            return request.send();
        });
    };
    EXPECT_EQUAL(make_pool(0), "");
    EXPECT_EQUAL(make_pool(2), "");
    EXPECT_EQUAL(make_pool(2), "remote exception: std::exception: makePool called on connection with existing pool");
    EXPECT_EQUAL(outcome(client, [&] { return client.m_client.numberRequest().send(); }), "");
}

//! Counts its calls and its end.
class Notes : public Callback
{
public:
    Notes(std::atomic<int>& calls, std::atomic<int>& ends) : m_calls(calls), m_ends(ends) {}
    ~Notes() override { ++m_ends; }
    int call(int arg) override
    {
        ++m_calls;
        return arg + 1;
    }

private:
    std::atomic<int>& m_calls;
    std::atomic<int>& m_ends;
};

//! Calls again while it is called.
class Calls : public Callback
{
public:
    explicit Calls(Client& client) : m_client(client) {}
    int call(int arg) override
    {
        m_client.number();
        return arg + 1;
    }

private:
    Client& m_client;
};

//! Spawns a program of its own accord, which serves the interface to it.
void spawned(const std::string& program)
{
    int child{-1};
    const int socket = mp::SpawnProcess(child, [&](int descriptor) {
        return std::vector<std::string>{program, "-ipcfd", std::to_string(descriptor)};
    });
    {
        Connected<messages::Threads> connected(socket);
        EXPECT_EQUAL(connected->number() != 0, true);
        std::atomic<int> calls{0}, ends{0};
        EXPECT_EQUAL(connected->give(std::make_unique<Notes>(calls, ends), 1), 2);
        EXPECT_EQUAL(calls, 1);
        auto object = connected->makeObject();
        EXPECT_EQUAL(object->touch() + connected->living(), 2);
        object.reset();
    }
    EXPECT_EQUAL(mp::WaitProcess(child), 0);
}

void given(const std::string& path)
{
    std::atomic<int> calls{0}, ends{0};
    Connected<messages::Threads> connected(path);
    Notes lent(calls, ends);
    EXPECT_EQUAL(connected->lend(lent, 1), 2);
    EXPECT_EQUAL(calls == 1 && ends == 0, true);
    EXPECT_EQUAL(connected->give(std::make_unique<Notes>(calls, ends), 2), 3);
    // Our server releases it, and does not wait; this side drops it on a thread of its own.
    for (int i = 0; i < 30000 && ends == 0; ++i) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    EXPECT_EQUAL(calls == 2 && ends == 1, true);
}

void objects_end(const std::string& path)
{
    Connected<messages::Threads> connected(path);
    auto object = connected->makeObject();
    auto plain = connected->makePlain();
    EXPECT_EQUAL(object->touch() + plain->touch() + connected->living(), 4);
    object.reset();
    EXPECT_EQUAL(connected->living(), 1);
    plain.reset();
    EXPECT_EQUAL(connected->living(), 0);
}

void large(const std::string& path)
{
    Connected<messages::Threads> connected(path);
    // Reading it counts several times on this side.
    const std::vector<char> fits(15 << 20, 'x');
    EXPECT_EQUAL(connected->pass(fits) == fits, true);
    const std::vector<char> more(70 << 20, 'x');
    failure_of([&] { connected->pass(more); });
    // The one who sent too much has lost the connection, and nobody else.
    Connected<messages::Threads> next(path);
    EXPECT_EQUAL(next->living(), 0);
}

//! Objects that outlive the connection.
void left(const std::string& path)
{
    Connected<messages::Threads> connected(path);
    auto object = connected->makeObject();
    auto plain = connected->makePlain();
    EXPECT_EQUAL(failure_of([&] { connected->park(); }), "IPC client method call interrupted by disconnect.");
    EXPECT_EQUAL(failure_of([&] { object->touch(); }), "IPC client method called after disconnect.");
    object.reset();
    plain.reset();
}

//! Makes calls at random, of two threads over one connection after the other, while the server leaves at random; but not before the
//! client is there, since libmultiprocess 13 frees one twice whose `construct` fails. What may fail is what a disconnect interrupts.
void stress(const std::string& path)
{
    const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(std::stoi(getenv("IPC_STRESS_MILLIS")));
    const unsigned seed = std::stoul(getenv("IPC_STRESS_SEED"));
    std::mutex mutex;
    std::string unexpected;
    const auto attempt = [&](const std::function<void()>& calls) {
        try {
            calls();
        } catch (const std::exception& error) {
            // `disconnect` is in what both sides say of it.
            const std::string text = error.what();
            const std::lock_guard lock(mutex);
            if (text.find("disconnect") == std::string::npos) unexpected = text;
        }
    };
    const auto calls = [](Client& client, std::mt19937& random) {
        std::atomic<int> ends{0}, calls{0};
        auto kept = random() % 2 ? client.makeObject() : nullptr;
        for (unsigned i = random() % 12; i > 0; --i) {
            const int arg = random() % 100;
            switch (random() % 7) {
            case 0: client.number(); break;
            case 1: client.park(); break;
            case 2: {
                Notes lent(calls, ends);
                EXPECT_EQUAL(client.lend(lent, arg), arg + 1);
                break;
            }
            case 3: EXPECT_EQUAL(client.give(std::make_unique<Calls>(client), arg), arg + 1); break;
            case 4: EXPECT_EQUAL(client.makeObject()->touch(), 1); break;
            case 5: EXPECT_EQUAL(client.makePlain()->touch(), 1); break;
            default: EXPECT_EQUAL(client.pass(std::vector<char>(arg * 1000)).size(), size_t(arg) * 1000);
            }
        }
    };
    std::mt19937 random(seed), second(seed + 1);
    std::barrier both(2);
    Client* client{nullptr};
    // It stays until its connections have ended: libmultiprocess 13 frees what a thread has twice if that ends just when a
    // disconnect does so too.
    std::thread beside([&] {
        for (;;) {
            both.arrive_and_wait();
            if (!client) return;
            attempt([&] { calls(*client, second); });
            both.arrive_and_wait();
        }
    });
    while (std::chrono::steady_clock::now() < end) {
        Connected<messages::Threads> connected(path);
        client = &*connected;
        both.arrive_and_wait();
        attempt([&] { calls(*client, random); });
        both.arrive_and_wait();
    }
    client = nullptr;
    both.arrive_and_wait();
    beside.join();
    if (!unexpected.empty()) throw std::logic_error(unexpected);
}

} // namespace

void serve_threads(const std::string& path)
{
    Server server;
    serve<messages::Threads>(path, static_cast<Threads&>(server));
}

void serve_threads(int descriptor)
{
    Server server;
    serve_parent<messages::Threads>(descriptor, static_cast<Threads&>(server));
}

Cases threads_cases()
{
    return {
        {"contexts", contexts},
        {"questions", questions},
        {"spawned", spawned},
        {"order", order},
        {"pool", pool},
        {"given", given},
        {"objects", objects_end},
        {"large", large},
        {"left", left},
        {"stress", stress},
    };
}
