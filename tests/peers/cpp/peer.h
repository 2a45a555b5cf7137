// What the parts of the program have in common.

#ifndef PEER_H
#define PEER_H

#include <condition_variable>
#include <cstdio>
#include <functional>
#include <future>
#include <map>
#include <memory>
#include <mp/proxy-io.h>
#include <mp/proxy-types.h>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>

//! Writes what libmultiprocess has to say to standard error.
void log(mp::LogMessage message);

//! A socket that listens at the path, and one that is connected to it.
int listen_at(const std::string& path);
int connect_to(const std::string& path);

//! Serves the object to whoever connects, until standard input ends. A line there ends the connections that are made.
template <typename Interface, typename Impl>
void serve(const std::string& path, Impl& impl)
{
    const int socket = listen_at(path);
    mp::EventLoop loop("ipc-cpp-peer", log);
    mp::ListenConnections<Interface>(loop, socket, impl);
    std::thread end([&loop, keep = std::make_unique<mp::EventLoopRef>(loop)]() mutable {
        int read{};
        do {
            read = getchar();
            if (read == '\n' || read == EOF) loop.sync([&] { loop.m_incoming_connections.clear(); });
        } while (read != EOF);
        keep.reset();
    });
    puts("listening");
    fflush(stdout);
    loop.loop();
    end.join();
}

//! Serves the object to the process that started this one, over the descriptor, until it leaves.
template <typename Interface, typename Impl>
void serve_parent(int descriptor, Impl& impl)
{
    mp::EventLoop loop("ipc-cpp-peer", log);
    mp::ServeStream<Interface>(loop, descriptor, impl);
    loop.loop();
}

//! The client of the server at a path, or behind a socket, with the thread that reads it.
template <typename Interface>
class Connected
{
public:
    explicit Connected(const std::string& path) : Connected(connect_to(path)) {}

    explicit Connected(int socket)
    {
        std::promise<mp::EventLoopRef> started;
        m_thread = std::thread([&started] {
            mp::EventLoop loop("ipc-cpp-peer", log);
            started.set_value(mp::EventLoopRef(loop));
            loop.loop();
        });
        try {
            const mp::EventLoopRef loop = started.get_future().get();
            // Not on that thread: it has to read the answer to `construct`.
            m_client = mp::ConnectStream<Interface>(*loop, socket);
        } catch (...) {
            // It ends with the last reference to its loop.
            m_thread.join();
            throw;
        }
    }

    ~Connected()
    {
        m_client.reset();
        m_thread.join();
    }

    mp::ProxyClient<Interface>* operator->() { return m_client.get(); }
    mp::ProxyClient<Interface>& operator*() { return *m_client; }

private:
    std::unique_ptr<mp::ProxyClient<Interface>> m_client;
    std::thread m_thread;
};

//! Where threads wait until somebody opens it. They say so.
class Gate
{
public:
    void open()
    {
        const std::lock_guard lock(m_mutex);
        ++m_opened;
        m_changed.notify_all();
    }

    void pass()
    {
        std::unique_lock lock(m_mutex);
        const int opened = m_opened;
        puts("waiting");
        fflush(stdout);
        m_changed.wait(lock, [&] { return m_opened != opened; });
    }

private:
    std::mutex m_mutex;
    std::condition_variable m_changed;
    int m_opened{0};
};

//! Fails the case if the two are not equal.
template <typename Actual, typename Expected>
void expect_equal(const char* what, const Actual& actual, const Expected& expected)
{
    if (!(actual == expected)) throw std::logic_error(std::string("not as expected: ") + what);
}

#define EXPECT_EQUAL(actual, expected) expect_equal(#actual, actual, expected)

//! Fails the case if the call does not fail; returns the text of its exception.
std::string failure_of(const std::function<void()>& call);

//! The name of a case, and what it does with the server at a path.
using Cases = std::map<std::string, std::function<void(const std::string&)>>;

void serve_foo(const std::string& path);
void serve_rules(const std::string& path);
void serve_threads(const std::string& path);
void serve_threads(int descriptor);
void serve_workshop(const std::string& path);
Cases foo_cases();
Cases rules_cases();
Cases threads_cases();

#endif // PEER_H
