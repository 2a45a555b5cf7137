// The C++ side of `threads.capnp`.

#ifndef THREADS_H
#define THREADS_H

#include <memory>
#include <vector>

namespace threads {

class Callback
{
public:
    virtual ~Callback() = default;
    virtual int call(int arg) = 0;
};

class Object
{
public:
    virtual ~Object() = default;
    virtual int touch() = 0;
};

class Plain
{
public:
    virtual ~Plain() = default;
    virtual int touch() = 0;
};

class Threads
{
public:
    virtual ~Threads() = default;

    //! The number of the thread that it runs on.
    virtual int number() = 0;
    //! Waits until `go` is called.
    virtual void park() = 0;
    virtual void go() = 0;
    //! How many calls came in their order, beginning with the last 0.
    virtual int count(int number) = 0;

    //! Call the callback, which is lent or given away.
    virtual int lend(Callback& callback, int arg) = 0;
    virtual int give(std::unique_ptr<Callback> callback, int arg) = 0;

    virtual std::unique_ptr<Object> makeObject() = 0;
    virtual std::unique_ptr<Plain> makePlain() = 0;
    //! How many of those live.
    virtual int living() = 0;

    virtual std::vector<char> pass(std::vector<char> bytes) = 0;
};

} // namespace threads

#endif // THREADS_H
