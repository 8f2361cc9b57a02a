// See dispatcher.hpp.
#include "python/dispatcher.hpp"

#include <new>
#include <string>

namespace tuber::python {

void Dispatcher::answer(const Asker& asker, Source& body, bool continue_on_error,
                        const Codec& reader, ReplyWriter& writer) const {
  Handle calls = reader.decode(body);
  if (!calls) {
    caller_.write_failure(false, nullptr, nullptr, writer);
  } else if (PyList_Check(calls.get())) {
    answer_batch(asker, calls.get(), continue_on_error, writer);
  } else {
    caller_.answer(calls.get(), asker, writer);
  }
}

void Dispatcher::answer_batch(const Asker& asker, PyObject* calls, bool continue_on_error,
                              ReplyWriter& writer) const {
  const auto count = static_cast<std::size_t>(PyList_GET_SIZE(calls));
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
    PyObject* call = PyList_GET_ITEM(calls, static_cast<Py_ssize_t>(i));
    if (caller_.answer(call, batch_asker, writer) || continue_on_error) continue;
    const std::string why = "call " + std::to_string(i) + " of the same batch failed";
    caller_.write_not_executed(why, writer.codec(), not_executed);
  }
  writer.close_batch();
}

}  // namespace tuber::python
