// See dispatcher.hpp.
#include "python/dispatcher.hpp"

#include "http/limits.hpp"

namespace tuber::python {

void Dispatcher::answer(Source& body, bool continue_on_error, const Codec& reader,
                        ReplyWriter& writer) const {
  Handle request = reader.decode(body);
  if (!request) {
    caller_.write_failure(false, nullptr, writer);
  } else if (PyList_Check(request.get())) {
    answer_batch(request.get(), continue_on_error, writer);
  } else {
    caller_.answer(request.get(), writer);
  }
}

void Dispatcher::answer_batch(PyObject* calls, bool continue_on_error, ReplyWriter& writer) const {
  const auto count = static_cast<std::size_t>(PyList_GET_SIZE(calls));
  if (count > http::Limits{}.batch_calls) {
    PyErr_Format(PyExc_ValueError, "a batch must have at most %zu calls, not %zu",
                 http::Limits{}.batch_calls, count);
    return caller_.write_failure(false, nullptr, writer);
  }
  bool failed = false;
  net::Body not_executed;
  writer.open_batch(count);
  for (std::size_t i = 0; i < count; ++i) {
    writer.begin_envelope();
    if (failed) {
      writer.out() += not_executed.text();
      continue;
    }
    PyObject* call = PyList_GET_ITEM(calls, static_cast<Py_ssize_t>(i));
    failed = !caller_.answer(call, writer) && !continue_on_error;
    if (failed) caller_.write_not_executed(i, writer.codec(), not_executed);
  }
  writer.close_batch();
}

}  // namespace tuber::python
