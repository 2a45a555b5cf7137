// The C++ side of `rules.capnp`.

#ifndef RULES_H
#define RULES_H

#include <cstdint>
#include <exception>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace rules {

struct Point
{
    int x = 100;
    int y = 200;
};

//! Caught by the narrow slot of `fail`; the broad one would do as well.
struct Refused : std::exception
{
    int code = 0;
    std::string reason;

    const char* what() const noexcept override { return "refused"; }
};

enum class Colour : int32_t { RED = 1, GREEN = 2 };

class Listener
{
public:
    virtual ~Listener() = default;
    virtual int hear(int number) = 0;
};

class Rules
{
public:
    virtual ~Rules() = default;

    virtual std::optional<int> passInt(std::optional<int> arg) = 0;
    virtual std::optional<std::string> passText(std::optional<std::string> arg) = 0;
    virtual std::optional<std::string> passBoth(std::optional<std::string> arg) = 0;
    virtual std::optional<Point> passPoint(std::optional<Point> arg) = 0;

    //! 0: returns 1. 1: throws `Refused`. 2: throws another exception. 3: throws one with an empty text.
    virtual int fail(int how) = 0;
    virtual int failUncaught(const std::string& text) = 0;
    virtual void failOddly() = 0;

    virtual int divide(int dividend, int divisor, int* rest) = 0;

    //! What the map has at the key; empty or -1 if it has nothing.
    virtual std::string lookUp(const std::map<std::string, std::string>& map, const std::string& key) = 0;
    virtual int lookUpEntry(const std::vector<std::pair<std::string, int>>& map, const std::string& key) = 0;

    virtual std::string echoText(const std::string& text) = 0;
    virtual uint8_t passSmall(uint8_t arg) = 0;
    virtual Colour passColour(Colour arg) = 0;

    virtual int64_t sum(const Point& point) = 0;
    virtual bool isThere(std::shared_ptr<Listener> listener) = 0;
    virtual std::unique_ptr<Listener> makeNothing() = 0;
    virtual std::unique_ptr<Listener> makeListener() = 0;
    //! How many listeners live that `makeListener` has made.
    virtual int made() = 0;
};

} // namespace rules

#endif // RULES_H
