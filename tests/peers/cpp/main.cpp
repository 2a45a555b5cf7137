// A peer that uses libmultiprocess: `ipc-cpp-peer serve foo|rules|threads|workshop PATH` serves an interface until standard input ends, and
// `ipc-cpp-peer call foo|rules|threads PATH CASE` makes the calls of a case and ends with 0 if all was as expected. With `-ipcfd NUMBER`
// it serves `threads` to the process that started it.

#include "peer.h"

#include <cstdio>
#include <cstring>
#include <iostream>
#include <sys/socket.h>
#include <sys/un.h>
#include <system_error>
#include <unistd.h>

void log(mp::LogMessage message)
{
    if (message.level >= mp::Log::Warning) std::cerr << message.message << std::endl;
    if (message.level == mp::Log::Raise) throw std::runtime_error(message.message);
}

std::string failure_of(const std::function<void()>& call)
{
    try {
        call();
    } catch (const std::exception& error) {
        return error.what();
    }
    throw std::logic_error("a failure was expected");
}

namespace {

int checked(const char* what, int result)
{
    if (result < 0) throw std::system_error(errno, std::generic_category(), what);
    return result;
}

sockaddr_un address_of(const std::string& path)
{
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.size() >= sizeof(address.sun_path)) throw std::runtime_error("the path is too long");
    std::memcpy(address.sun_path, path.data(), path.size());
    return address;
}

int call(const Cases& cases, const std::string& path, const std::string& name)
{
    const auto found = cases.find(name);
    if (found == cases.end()) {
        std::cerr << "no such case: " << name << "\n";
        return 2;
    }
    try {
        found->second(path);
    } catch (const std::exception& error) {
        std::cerr << name << ": " << error.what() << "\n";
        return 1;
    }
    return 0;
}

} // namespace

int listen_at(const std::string& path)
{
    const auto address = address_of(path);
    const int listening = checked("socket", socket(AF_UNIX, SOCK_STREAM, 0));
    checked("bind", bind(listening, reinterpret_cast<const sockaddr*>(&address), sizeof(address)));
    checked("listen", listen(listening, 5));
    return listening;
}

int connect_to(const std::string& path)
{
    const auto address = address_of(path);
    const int connected = checked("socket", socket(AF_UNIX, SOCK_STREAM, 0));
    checked("connect", connect(connected, reinterpret_cast<const sockaddr*>(&address), sizeof(address)));
    return connected;
}

int main(int argc, char** argv)
{
    const std::string role = argc > 1 ? argv[1] : "";
    const std::string what = argc > 2 ? argv[2] : "";
    const std::map<std::string, std::pair<std::function<void(const std::string&)>, std::function<Cases()>>> interfaces{
        {"foo", {serve_foo, foo_cases}},
        {"rules", {serve_rules, rules_cases}},
        {"threads", {[](const std::string& path) { serve_threads(path); }, threads_cases}},
        {"workshop", {serve_workshop, [] { return Cases{}; }}},
    };
    if (role == "-ipcfd" && argc == 3) {
        serve_threads(std::stoi(what));
        return 0;
    }
    const auto found = interfaces.find(what);
    if (found != interfaces.end() && role == "serve" && argc == 4) {
        found->second.first(argv[3]);
        return 0;
    }
    if (found != interfaces.end() && role == "call" && argc == 5) return call(found->second.second(), argv[3], argv[4]);
    std::cerr << "usage: ipc-cpp-peer serve foo|rules|threads|workshop PATH\n       ipc-cpp-peer call foo|rules|threads PATH CASE\n";
    return 2;
}
