// One call: from the decoded map of a request to the envelope of its reply (PROTOCOL.md sections 3
// and 4). The only code that enters users' objects.
#pragma once

#include <cstdint>
#include <string_view>

#include "python/arguments.hpp"
#include "python/call_record.hpp"
#include "python/codec.hpp"
#include "python/handle.hpp"
#include "python/names.hpp"
#include "python/reply_writer.hpp"

namespace tuber::python {

// The Python face's part in answering: where objects are and what may be reached. All members are
// set; see tuberd/server.py, which assembles them.
struct Face {
  Handle objects;      // dict: name -> object, the live registry
  Handle reachable;    // dict: class -> {name: (interned name, class attribute)} for known methods
  Handle find_method;  // (object, name) -> bound method, or raises
  Handle find_reading_method;  // the same for who may only read
  Handle walk;                 // (path) -> object, or raises
  Handle describe;          // (call, lossless) -> the result of a call without `method`, or raises
  Handle describe_failure;  // (exception, entered) -> the members of a failure
};

// Runs calls. Immutable after construction, so all workers share one; the GIL orders them.
class Caller {
 public:
  // A result that makes its reply longer than `max_reply` bytes is a failure. REQUIRES: the GIL.
  Caller(Face face, std::uint64_t max_reply);

  // Runs one call and appends its envelope. False when the envelope is a failure. REQUIRES: the GIL
  // held by the calling worker, and no Python exception set; both hold afterwards too.
  bool answer(PyObject* call, const Asker& asker, ReplyWriter& writer) const;

  // Appends the envelope of the Python exception that is set, and clears it. `entered`: code of the
  // served object had been entered, so a traceback means something. `record`, which may be null, is
  // told the message.
  void write_failure(bool entered, PyObject* warnings, CallRecord* record,
                     ReplyWriter& writer) const;

  // Appends the envelope of a call that was not run; `why`: the end of a sentence, in ASCII.
  void write_not_executed(std::string_view why, const Codec& codec, serve::Body& out) const;

 private:
  [[nodiscard]] Handle run(PyObject* call, const Asker& asker, bool lossless, bool& entered) const;
  [[nodiscard]] Handle known_method(PyObject* object, PyObject* name) const;
  [[nodiscard]] Handle find_object(PyObject* path) const;
  [[nodiscard]] Handle call_method(PyObject* object, PyObject* method, const Arguments& arguments,
                                   const Asker& asker, bool& entered) const;

  [[nodiscard]] bool encode_result(PyObject* result, ReplyWriter& writer) const;

  Names names_;
  Face face_;
  std::uint64_t max_reply_;
};

}  // namespace tuber::python
