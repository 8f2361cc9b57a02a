// From the bytes of a request body to the bytes of the reply body: one call or a batch.
#pragma once

#include "python/call.hpp"
#include "python/codec.hpp"

namespace tuber::python {

// Immutable after construction; shared by all workers under the GIL.
class Dispatcher {
 public:
  // As Caller.
  Dispatcher(Face face, std::uint64_t max_reply) : caller_(std::move(face), max_reply) {}

  // Writes the reply to a request's `body`: an envelope, or for a batch the array of its envelopes.
  // REQUIRES: the GIL. Every failure ends in an envelope; no Python exception is left set.
  void answer(Source& body, bool continue_on_error, const Codec& reader, ReplyWriter& writer) const;

 private:
  void answer_batch(PyObject* calls, bool continue_on_error, ReplyWriter& writer) const;

  Caller caller_;
};

}  // namespace tuber::python
