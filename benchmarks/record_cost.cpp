// What the record of a call costs, the composing of its name included: nanoseconds for each of a
// million calls, with nothing else in the loop. Built and run by record_cost.py.
#include <Python.h>

#include <chrono>
#include <cstdio>
#include <memory>

#include "io/peer.hpp"
#include "ops/call_log.hpp"
#include "python/call_record.hpp"
#include "python/handle.hpp"

namespace {

using Clock = std::chrono::steady_clock;
using tuber::python::Asker;
using tuber::python::CallRecord;
using tuber::python::Handle;

constexpr int kCalls = 1'000'000;

struct Idle : tuber::net::ServerView {
  [[nodiscard]] bool stopping() const override { return false; }
  [[nodiscard]] Counts counts() const override { return {}; }
  [[nodiscard]] Clock::duration age() const override { return {}; }
};

// As a JSON library makes a call: its strings are new ones.
Handle decoded(const char* text) {
  const Handle json = Handle::steal(PyImport_ImportModule("json"));
  return Handle::steal(PyObject_CallMethod(json.get(), "loads", "s", text));
}

}  // namespace

int main() {
  Py_Initialize();
  {
    tuber::net::CallLog log;
    tuber::net::CallLog::Desk desk(log);
    const tuber::net::Peer who;
    const Idle server;
    const Asker asker{desk, who, server, true};
    for (const char* text : {R"({"object": "instrument", "method": "increment", "args": [[1, 2]]})",
                             R"({"object": ["crate", ["boards", 3], "adc"], "method": "read"})"}) {
      const Handle call = decoded(text);
      const auto begin = Clock::now();
      for (int i = 0; i < kCalls; ++i) const CallRecord record(asker, call.get());
      const std::chrono::duration<double, std::nano> took = Clock::now() - begin;
      std::printf("%.0f ns a call: %s\n", took.count() / kCalls, text);
    }
  }
  return Py_FinalizeEx();
}
