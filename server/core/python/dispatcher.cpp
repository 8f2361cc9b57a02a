// See dispatcher.hpp.
#include "python/dispatcher.hpp"

#include <new>
#include <string>

namespace tuber::python {

void Dispatcher::answer(const Asker& asker, Source& body, bool continue_on_error,
                        const Codec& reader, ReplyWriter& writer) const {
  body.share_with_others(value_memory_);
  Calls calls;
  if (!reader.decode_calls(body, calls)) {
    caller_.write_failure(false, nullptr, nullptr, writer);
  } else if (calls.is_batch) {
    answer_batch(asker, calls.batch, continue_on_error, writer);
  } else {
    caller_.answer(calls.single, asker, writer);
  }
}

void Dispatcher::answer_batch(const Asker& asker, const std::vector<CallMembers>& calls,
                              bool continue_on_error, ReplyWriter& writer) const {
  const std::size_t count = calls.size();
  if (count > batch_calls_) {
    PyErr_Format(PyExc_ValueError, "a batch must have at most %zu calls, not %zu", batch_calls_,
                 count);
    return caller_.write_failure(false, nullptr, nullptr, writer);
  }
  Handle described = Handle::steal(PyDict_New());
  if (!described) throw std::bad_alloc();
  Asker batch_asker = asker;
  batch_asker.described = described.get();
  serve::Body not_executed;  // the envelope of each call after a failed one
  writer.open_batch(count);
  for (std::size_t i = 0; i < count; ++i) {
    writer.begin_envelope();
    if (not_executed.empty() && asker.server.stopping()) {
      caller_.write_not_executed("the server is stopping", writer.codec(), not_executed);
    }
    if (!not_executed.empty()) {
      writer.out() += not_executed.text();
      continue;
    }
    if (caller_.answer(calls[i], batch_asker, writer) || continue_on_error) continue;
    const std::string why = "call " + std::to_string(i) + " of the same batch failed";
    caller_.write_not_executed(why, writer.codec(), not_executed);
  }
  writer.close_batch();
}

}  // namespace tuber::python
