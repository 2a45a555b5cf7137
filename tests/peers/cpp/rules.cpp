// Serves the interface of `rules.capnp`, and calls somebody's implementation of it.

#include "rules.h"
#include "peer.h"

#include <atomic>
#include <rules.capnp.h>
#include <rules.capnp.proxy.h>

using namespace rules;

namespace {

std::atomic<int> listeners{0};

class Echo : public Listener
{
public:
    Echo() { ++listeners; }
    ~Echo() override { --listeners; }
    int hear(int number) override { return number; }
};

class Server : public Rules
{
public:
    std::optional<int> passInt(std::optional<int> arg) override { return arg; }
    std::optional<std::string> passText(std::optional<std::string> arg) override { return arg; }
    std::optional<std::string> passBoth(std::optional<std::string> arg) override { return arg; }
    std::optional<Point> passPoint(std::optional<Point> arg) override { return arg; }

    int fail(int how) override
    {
        if (how == 1) {
            Refused refused;
            refused.code = 5;
            refused.reason = "no";
            throw refused;
        }
        if (how == 2) throw std::runtime_error("broad");
        if (how == 3) throw std::runtime_error("");
        return 1;
    }
    int failUncaught(const std::string& text) override { throw std::runtime_error(text); }
    void failOddly() override { throw 5; }

    int divide(int dividend, int divisor, int* rest) override
    {
        if (rest) *rest = dividend % divisor;
        return dividend / divisor;
    }

    std::string lookUp(const std::map<std::string, std::string>& map, const std::string& key) override
    {
        const auto found = map.find(key);
        return found == map.end() ? "" : found->second;
    }
    int lookUpEntry(const std::vector<std::pair<std::string, int>>& map, const std::string& key) override
    {
        for (const auto& [name, value] : map) {
            if (name == key) return value;
        }
        return -1;
    }

    std::string echoText(const std::string& text) override { return text; }
    uint8_t passSmall(uint8_t arg) override { return arg; }
    Colour passColour(Colour arg) override { return arg; }

    int64_t sum(const Point& point) override { return int64_t{point.x} + point.y; }
    bool isThere(std::shared_ptr<Listener> listener) override { return listener != nullptr; }
    std::unique_ptr<Listener> makeNothing() override { return nullptr; }
    std::unique_ptr<Listener> makeListener() override { return std::make_unique<Echo>(); }
    int made() override { return listeners; }
};

void options(const std::string& path)
{
    Connected<messages::Rules> rules(path);
    EXPECT_EQUAL(rules->passInt({}), std::optional<int>{});
    EXPECT_EQUAL(rules->passInt(0), 0);
    EXPECT_EQUAL(rules->passInt(-3), -3);
    const std::optional<std::string> texts[] = {{}, "", "x"};
    for (const auto& text : texts) {
        EXPECT_EQUAL(rules->passText(text), text);
        EXPECT_EQUAL(rules->passBoth(text), text);
    }
    EXPECT_EQUAL(rules->passPoint({}).has_value(), false);
    const auto point = rules->passPoint(Point{3, 4});
    EXPECT_EQUAL(point.has_value() && point->x == 3 && point->y == 4, true);
}

void errors(const std::string& path)
{
    Connected<messages::Rules> rules(path);
    EXPECT_EQUAL(rules->fail(0), 1);
    bool refused{false};
    try {
        rules->fail(1);
    } catch (const Refused& error) {
        refused = error.code == 5 && error.reason == "no";
    }
    EXPECT_EQUAL(refused, true);
    EXPECT_EQUAL(failure_of([&] { rules->fail(2); }), "broad");
    EXPECT_EQUAL(failure_of([&] { rules->fail(3); }), "");
    EXPECT_EQUAL(rules->fail(0), 1);
}

void outs(const std::string& path)
{
    Connected<messages::Rules> rules(path);
    int rest{-1};
    EXPECT_EQUAL(rules->divide(17, 5, &rest), 3);
    EXPECT_EQUAL(rest, 2);
    EXPECT_EQUAL(rules->divide(17, 5, nullptr), 3);
}

void maps(const std::string& path)
{
    Connected<messages::Rules> rules(path);
    EXPECT_EQUAL(rules->lookUp({{"a", "x"}, {"b", "y"}}, "b"), "y");
    EXPECT_EQUAL(rules->lookUp({}, "b"), "");
    // What is there twice: the first counts.
    EXPECT_EQUAL(rules->lookUpEntry({{"a", 1}, {"b", 2}, {"a", 3}}, "a"), 1);
}

void texts(const std::string& path)
{
    Connected<messages::Rules> rules(path);
    EXPECT_EQUAL(rules->echoText(""), "");
    EXPECT_EQUAL(rules->echoText(std::string("a\0b", 3)), std::string("a\0b", 3));
    EXPECT_EQUAL(rules->echoText("\xc3\xa9"), "\xc3\xa9");
    // No UTF-8: an error of this call, and the connection goes on.
    failure_of([&] { rules->echoText("\xff"); });
    EXPECT_EQUAL(rules->echoText("still here"), "still here");
}

void numbers(const std::string& path)
{
    Connected<messages::Rules> rules(path);
    EXPECT_EQUAL(rules->passSmall(255), 255);
    EXPECT_EQUAL(rules->passColour(Colour::GREEN), Colour::GREEN);
    // No check on this side: a Rust server refuses it.
    failure_of([&] { rules->passColour(static_cast<Colour>(77)); });
}

void nulls(const std::string& path)
{
    Connected<messages::Rules> rules(path);
    EXPECT_EQUAL(rules->sum(rules::Point{3, 4}), 7);
    EXPECT_EQUAL(rules->isThere(nullptr), false);
    EXPECT_EQUAL(rules->isThere(std::make_shared<Echo>()), true);
    EXPECT_EQUAL(rules->makeNothing() == nullptr, true);
    EXPECT_EQUAL(rules->made(), 0);
    auto listener = rules->makeListener();
    EXPECT_EQUAL(listener->hear(5), 5);
    EXPECT_EQUAL(rules->made(), 1);
    listener.reset();
    for (int i = 0; i < 30000 && rules->made() != 0; ++i) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    EXPECT_EQUAL(rules->made(), 0);
}

void exception_text(const std::string& path)
{
    Connected<messages::Rules> rules(path);
    // What follows on lines of their own are addresses.
    const auto text = failure_of([&] { rules->failUncaught("what it says"); });
    EXPECT_EQUAL(
        text.substr(0, text.find('\n')),
        "kj::Exception: (remote):0: failed: remote exception: std::exception: what it says");
}

} // namespace

void serve_rules(const std::string& path)
{
    Server server;
    serve<messages::Rules>(path, static_cast<Rules&>(server));
}

Cases rules_cases()
{
    return {
        {"options", options},
        {"errors", errors},
        {"outs", outs},
        {"maps", maps},
        {"texts", texts},
        {"numbers", numbers},
        {"nulls", nulls},
        {"exception_text", exception_text},
    };
}
