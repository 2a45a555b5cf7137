// libmultiprocess as a contender of the benchmark: `ipc-bench-libmultiprocess serve PATH` serves until standard input ends,
// `ipc-bench-libmultiprocess call PATH context|plain` makes the calls that each line of standard input asks for, and answers
// each with a line: `done`, or what went wrong.

#include <barrier>
#include <bench.capnp.h>
#include <bench.capnp.proxy.h>
#include <bench.h>
#include <cstring>
#include <functional>
#include <future>
#include <iostream>
#include <mp/proxy-io.h>
#include <optional>
#include <sstream>
#include <stdexcept>
#include <string>
#include <sys/socket.h>
#include <sys/un.h>
#include <system_error>
#include <thread>
#include <unistd.h>
#include <vector>

namespace {

using bench::messages::Adder;

void log(mp::LogMessage message)
{
    if (message.level >= mp::Log::Warning) std::cerr << message.message << std::endl;
    if (message.level == mp::Log::Raise) throw std::runtime_error(message.message);
}

int checked(const char* what, int result)
{
    if (result < 0) throw std::system_error(errno, std::generic_category(), what);
    return result;
}

//! Does with a new socket and an address what the function does.
int socket_at(const std::string& path, const char* what, int (*use)(int, const sockaddr*, socklen_t))
{
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.size() >= sizeof(address.sun_path)) throw std::runtime_error("the path is too long");
    std::memcpy(address.sun_path, path.data(), path.size());
    const int made = checked("socket", socket(AF_UNIX, SOCK_STREAM, 0));
    checked(what, use(made, reinterpret_cast<const sockaddr*>(&address), sizeof(address)));
    return made;
}

//! In the arithmetic of Rust's `wrapping_add`.
int wrapping_sum(int a, int b) { return static_cast<int>(static_cast<unsigned>(a) + static_cast<unsigned>(b)); }

class AdderServer : public bench::Adder
{
public:
    int add(int a, int b) override { return wrapping_sum(a, b); }
    int addPlain(int a, int b) override { return wrapping_sum(a, b); }
    int addThrough(bench::Sum& other, int a, int b) override { return other.sum(wrapping_sum(a, b)); }
    bench::Bytes echo(const bench::Bytes& bytes) override { return bytes; }
    bench::Bytes echoPlain(const bench::Bytes& bytes) override { return bytes; }
};

class SumServer : public bench::Sum
{
public:
    int sum(int sum) override { return sum; }
};

void serve(const std::string& path)
{
    const int listening = socket_at(path, "bind", bind);
    checked("listen", listen(listening, 5));
    AdderServer server;
    mp::EventLoop loop("ipc-bench-libmultiprocess", log);
    mp::ListenConnections<Adder>(loop, listening, static_cast<bench::Adder&>(server));
    std::thread end([&loop, keep = std::make_unique<mp::EventLoopRef>(loop)]() mutable {
        while (getchar() != EOF) {}
        loop.sync([&] { loop.m_incoming_connections.clear(); });
        keep.reset();
    });
    std::cout << "listening" << std::endl;
    loop.loop();
    end.join();
}

//! Which methods are called.
enum class Setting {
    CONTEXT, //!< Each call has a Context: it runs in the server's thread for the calling one.
    PLAIN,   //!< None has: they run in the server's event loop.
};

class Caller
{
public:
    Caller(const std::string& path, Setting setting) : m_setting(setting)
    {
        const int connected = socket_at(path, "connect", connect);
        std::promise<mp::EventLoopRef> started;
        m_loop = std::thread([&started] {
            mp::EventLoop loop("ipc-bench-libmultiprocess", log);
            started.set_value(mp::EventLoopRef(loop));
            loop.loop();
        });
        const mp::EventLoopRef loop = started.get_future().get();
        // Not on that thread: it has to read the answer to `construct`.
        m_adder = mp::ConnectStream<Adder>(*loop, connected);
    }

    ~Caller()
    {
        release();
        m_adder.reset();
        m_loop.join();
    }

    void run(const std::string& line)
    {
        std::istringstream words(line);
        std::string what;
        long count{};
        words >> what >> count;
        if (what == "add") {
            add(count);
        } else if (what == "callback") {
            if (m_setting == Setting::PLAIN) throw std::runtime_error("without a Context nothing calls back");
            for (long i = 0; i < count; ++i) expect_sum(static_cast<int>(i), m_adder->addThrough(m_sum, static_cast<int>(i), 2));
        } else if (what == "echo") {
            long calls{};
            words >> calls;
            const bench::Bytes bytes(static_cast<size_t>(count), 7);
            for (long i = 0; i < calls; ++i) {
                const auto echoed = m_setting == Setting::CONTEXT ? m_adder->echo(bytes) : m_adder->echoPlain(bytes);
                if (echoed.size() != bytes.size()) throw std::runtime_error("the bytes have not come back whole");
            }
        } else if (what == "prepare") {
            prepare(count);
        } else if (what == "go") {
            m_calls = count;
            m_steps->arrive_and_wait();
            m_steps->arrive_and_wait();
            if (!m_failure.empty()) throw std::runtime_error(m_failure);
        } else if (what == "release") {
            release();
        } else {
            throw std::runtime_error("unknown: " + line);
        }
    }

private:
    void add(long calls)
    {
        for (long i = 0; i < calls; ++i) {
            const int a = static_cast<int>(i);
            expect_sum(a, m_setting == Setting::CONTEXT ? m_adder->add(a, 2) : m_adder->addPlain(a, 2));
        }
    }

    static void expect_sum(int a, int sum)
    {
        if (sum != wrapping_sum(a, 2)) throw std::runtime_error("a sum is wrong");
    }

    //! Starts threads, each of which has done a call when this returns, and does its calls at `go`.
    void prepare(long threads)
    {
        release();
        m_steps.emplace(threads + 1);
        m_failure.clear();
        for (long i = 0; i < threads; ++i) {
            m_threads.emplace_back([this] {
                work(1);
                m_steps->arrive_and_wait(); // ready
                m_steps->arrive_and_wait(); // go
                work(m_calls);
                m_steps->arrive_and_wait(); // done
                m_steps->arrive_and_wait(); // release: until then what they have used is counted
            });
        }
        m_steps->arrive_and_wait();
    }

    void work(long calls)
    {
        try {
            add(calls);
        } catch (const std::exception& error) {
            const std::lock_guard lock(m_mutex);
            m_failure = error.what();
        }
    }

    void release()
    {
        if (m_threads.empty()) return;
        m_steps->arrive_and_wait();
        for (auto& thread : m_threads) thread.join();
        m_threads.clear();
    }

    const Setting m_setting;
    SumServer m_sum;
    std::unique_ptr<mp::ProxyClient<Adder>> m_adder;
    std::thread m_loop;
    std::optional<std::barrier<>> m_steps;
    std::vector<std::thread> m_threads;
    long m_calls{0};
    std::mutex m_mutex;
    std::string m_failure;
};

void call(const std::string& path, Setting setting)
{
    Caller caller(path, setting);
    std::cout << "done" << std::endl;
    for (std::string line; std::getline(std::cin, line);) {
        try {
            caller.run(line);
            std::cout << "done" << std::endl;
        } catch (const std::exception& error) {
            std::cout << error.what() << std::endl;
        }
    }
}

} // namespace

int main(int argc, char** argv)
{
    const std::vector<std::string> arguments(argv + 1, argv + argc);
    try {
        if (arguments.size() == 2 && arguments[0] == "serve") {
            serve(arguments[1]);
            return 0;
        }
        if (arguments.size() == 3 && arguments[0] == "call") {
            call(arguments[1], arguments[2] == "plain" ? Setting::PLAIN : Setting::CONTEXT);
            return 0;
        }
    } catch (const std::exception& error) {
        std::cerr << error.what() << std::endl;
        return 1;
    }
    std::cerr << "usage: ipc-bench-libmultiprocess serve PATH\n       ipc-bench-libmultiprocess call PATH context|plain\n";
    return 2;
}
