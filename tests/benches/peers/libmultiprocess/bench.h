// The C++ side of `bench.capnp`.

#ifndef BENCH_H
#define BENCH_H

#include <vector>

namespace bench {

using Bytes = std::vector<unsigned char>;

class Sum
{
public:
    virtual ~Sum() = default;
    virtual int sum(int sum) = 0;
};

class Adder
{
public:
    virtual ~Adder() = default;
    virtual int add(int a, int b) = 0;
    virtual int addPlain(int a, int b) = 0;
    virtual int addThrough(Sum& other, int a, int b) = 0;
    virtual Bytes echo(const Bytes& bytes) = 0;
    virtual Bytes echoPlain(const Bytes& bytes) = 0;
};

} // namespace bench

#endif // BENCH_H
