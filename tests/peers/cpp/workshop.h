// The C++ side of `workshop.capnp`, which is emitted from Rust.

#ifndef WORKSHOP_H
#define WORKSHOP_H

#include <cstdint>
#include <exception>
#include <functional>
#include <map>
#include <memory>
#include <mp/proxy.h>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace workshop {

struct Part
{
    std::string part_name;
    int in_stock = 0;
};

//! As wide as an enum is on the wire.
enum class Material : uint16_t { WOOD, STEEL };

struct Broken : std::exception
{
    int number = 0;

    const char* what() const noexcept override { return "broken"; }
};

//! What the schema calls `Counter`.
class Tally
{
public:
    virtual ~Tally() = default;
    virtual int countOn(int by) = 0;
};

class Workshop
{
public:
    virtual ~Workshop() = default;

    virtual std::map<std::string, int> passMap(const std::map<std::string, int>& map) = 0;
    virtual std::pair<int, std::string> passPair(const std::pair<int, std::string>& pair) = 0;
    virtual Part passPart(const Part& part) = 0;
    virtual std::vector<Part> passParts(const std::vector<Part>& parts) = 0;
    virtual std::optional<double> passOption(std::optional<double> value) = 0;
    virtual Material passMaterial(Material material) = 0;
    virtual std::vector<unsigned char> passBytes(const std::vector<unsigned char>& bytes) = 0;

    //! 1: throws `Broken`. 2: throws another exception. Otherwise returns its argument.
    virtual int fail(int how) = 0;

    virtual int apply(std::function<int(int)> function, int to) = 0;
    virtual std::unique_ptr<Tally> make_counter(int start) = 0;
    virtual int withHint(int number) = 0;
};

} // namespace workshop

#endif // WORKSHOP_H
