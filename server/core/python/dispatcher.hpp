// Turns the bytes of a request body into the bytes of the reply body: one call or a batch.
#pragma once

#include <vector>

#include "http/limits.hpp"
#include "python/call.hpp"
#include "python/call_members.hpp"
#include "python/codec.hpp"

namespace tuber::python {

// Immutable after construction and shared by all workers. REQUIRES of every operation: the GIL.
class Dispatcher {
 public:
  Dispatcher(CoreCallbacks callbacks, const http::Limits& limits)
      : caller_(std::move(callbacks), limits.reply),
        batch_calls_(limits.batch_calls),
        value_memory_(limits.value_memory) {}

  // Runs the calls of `body` and writes the reply: an envelope, or for a batch the array of
  // envelopes. Calls of a batch that have not started when the server stops are not run. Every
  // failure becomes an envelope; no Python exception is left set.
  void answer(const Asker& asker, Source& body, bool continue_on_error, const Codec& reader,
              ReplyWriter& writer) const;

 private:
  void answer_batch(const Asker& asker, const std::vector<CallMembers>& calls,
                    bool continue_on_error, ReplyWriter& writer) const;

  Caller caller_;
  std::size_t batch_calls_;
  std::uint64_t value_memory_;
};

}  // namespace tuber::python
