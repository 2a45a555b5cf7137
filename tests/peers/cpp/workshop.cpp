// Serves the interface of `workshop.capnp`.

#include "workshop.h"
#include "peer.h"

#include <stdexcept>
#include <workshop.capnp.h>
#include <workshop.capnp.proxy.h>

using namespace workshop;

namespace {

class Counting : public Tally
{
public:
    explicit Counting(int start) : m_count(start) {}
    int countOn(int by) override { return m_count += by; }

private:
    int m_count;
};

class Server : public Workshop
{
public:
    std::map<std::string, int> passMap(const std::map<std::string, int>& map) override { return map; }
    std::pair<int, std::string> passPair(const std::pair<int, std::string>& pair) override { return pair; }
    Part passPart(const Part& part) override { return part; }
    std::vector<Part> passParts(const std::vector<Part>& parts) override { return parts; }
    std::optional<double> passOption(std::optional<double> value) override { return value; }
    Material passMaterial(Material material) override { return material; }
    std::vector<unsigned char> passBytes(const std::vector<unsigned char>& bytes) override { return bytes; }

    int fail(int how) override
    {
        if (how == 1) {
            Broken broken;
            broken.number = 5;
            throw broken;
        }
        if (how == 2) throw std::runtime_error("broad");
        return how;
    }

    int apply(std::function<int(int)> function, int to) override { return function(to); }
    std::unique_ptr<Tally> make_counter(int start) override { return std::make_unique<Counting>(start); }
    int withHint(int number) override { return number; }
};

} // namespace

void serve_workshop(const std::string& path)
{
    Server server;
    serve<messages::Workshop>(path, static_cast<Workshop&>(server));
}
