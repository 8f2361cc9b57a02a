// From the bytes of a request body to the bytes of the reply body: one call or a batch.
#pragma once

#include "http/limits.hpp"
#include "python/call.hpp"
#include "python/codec.hpp"

namespace tuber::python {

// Immutable after construction; shared by all workers under the GIL.
class Dispatcher {
 public:
  Dispatcher(Face face, const http::Limits& limits)
      : caller_(std::move(face), limits.reply), batch_calls_(limits.batch_calls) {}

  // Writes the reply to a request, whose body is `body`: an envelope, or for a batch the array of its
  // envelopes. Calls of a batch that were not begun when the server was told to stop are not run.
  // REQUIRES: the GIL. Every failure ends in an envelope; no Python exception is left set.
  void answer(const Asker& asker, Source& body, bool continue_on_error, const Codec& reader,
              ReplyWriter& writer) const;

 private:
  void answer_batch(const Asker& asker, PyObject* calls, bool continue_on_error,
                    ReplyWriter& writer) const;

  Caller caller_;
  std::size_t batch_calls_;
};

}  // namespace tuber::python
