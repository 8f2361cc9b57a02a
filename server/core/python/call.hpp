// Runs one call: from its members to the envelope of its reply (PROTOCOL.md
// sections 3 and 4). The only code that calls users' objects.
#pragma once

#include <cstdint>
#include <string_view>

#include "python/arguments.hpp"
#include "python/call_members.hpp"
#include "python/call_record.hpp"
#include "python/codec.hpp"
#include "python/handle.hpp"
#include "python/reply_writer.hpp"

namespace tuber::python {

// The Python functions that the core calls: how to find objects and what a peer may reach. All
// members are set; tuberd.served.core_callbacks assembles them.
struct CoreCallbacks {
  Handle objects;      // dict: name -> object, the live registry
  Handle reachable;    // dict: class -> {name: (interned name, class attribute)} for known methods
  Handle find_method;  // (object, name) -> bound method, or raises
  Handle find_readonly_method;  // the same for read-only access
  Handle walk;                  // (path) -> object, or raises
  // (call, lossless, dict or None) -> the result of a call without `method`, or raises
  Handle describe;
  Handle describe_failure;  // (exception, entered) -> the members of a failure
};

// Runs calls. Immutable after construction and shared by all workers. REQUIRES of every operation:
// the GIL.
class Caller {
 public:
  // A call whose result makes the reply longer than `max_reply` bytes fails.
  Caller(CoreCallbacks callbacks, std::uint64_t max_reply);

  // Runs one call and appends its envelope. Returns false if the call failed. REQUIRES: no Python
  // exception set before or after.
  bool answer(const CallMembers& call, const Asker& asker, ReplyWriter& writer) const;

  // Appends the envelope of the Python exception that is set, and clears it. `entered`: the
  // exception came from the served object, so its traceback is useful. `record`, if not null, gets
  // the message.
  void write_failure(bool entered, PyObject* warnings, CallRecord* record,
                     ReplyWriter& writer) const;

  // Appends the envelope of a call that was not run. `why` completes "not run, because", in ASCII.
  void write_not_executed(std::string_view why, const Codec& codec, serve::Body& out) const;

 private:
  [[nodiscard]] Handle run(const CallMembers& call, const Asker& asker, bool lossless,
                           bool& entered) const;
  [[nodiscard]] Handle known_method(PyObject* object, PyObject* name) const;
  [[nodiscard]] Handle find_object(PyObject* path) const;
  [[nodiscard]] Handle call_method(PyObject* object, PyObject* method, const Arguments& arguments,
                                   const Asker& asker, bool& entered) const;

  [[nodiscard]] bool write_result(PyObject* result, ReplyWriter& writer) const;

  CoreCallbacks callbacks_;
  std::uint64_t max_reply_;
};

}  // namespace tuber::python
