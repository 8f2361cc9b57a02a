// See dispatcher.hpp.
#include "python/dispatcher.hpp"

#include "http/limits.hpp"

namespace tuber::python {

void Dispatcher::answer(Source& body, bool continue_on_error, const Codec& reader,
                        const Codec& writer, net::Body& out) const {
  Handle request = reader.decode(body);
  if (!request) {
    caller_.write_failure(false, nullptr, writer, out);
  } else if (PyList_Check(request.get())) {
    answer_batch(request.get(), continue_on_error, writer, out);
  } else {
    caller_.answer(request.get(), writer, out);
  }
}

void Dispatcher::answer_batch(PyObject* calls, bool continue_on_error, const Codec& codec,
                              net::Body& out) const {
  const auto count = static_cast<std::size_t>(PyList_GET_SIZE(calls));
  if (count > http::Limits{}.batch_calls) {
    PyErr_Format(PyExc_ValueError, "a batch must have at most %zu calls, not %zu",
                 http::Limits{}.batch_calls, count);
    return caller_.write_failure(false, nullptr, codec, out);
  }
  bool failed = false;
  net::Body not_executed;
  codec.open_batch(count, out);
  for (std::size_t i = 0; i < count; ++i) {
    if (i > 0) codec.separate(out);
    if (failed) {
      out += not_executed.text();
      continue;
    }
    PyObject* call = PyList_GET_ITEM(calls, static_cast<Py_ssize_t>(i));
    failed = !caller_.answer(call, codec, out) && !continue_on_error;
    if (failed) caller_.write_not_executed(i, codec, not_executed);
  }
  codec.close_batch(out);
}

}  // namespace tuber::python
