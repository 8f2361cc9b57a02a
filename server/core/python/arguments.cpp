// See arguments.hpp.
#include "python/arguments.hpp"

namespace tuber::python {

Arguments::Arguments(PyObject* self, PyObject* positional, PyObject* named)
    : positional_count_(positional ? static_cast<std::size_t>(PyList_GET_SIZE(positional)) : 0) {
  const std::size_t named_count = named ? static_cast<std::size_t>(PyDict_GET_SIZE(named)) : 0;
  const std::size_t slots = 2 + positional_count_ + named_count;
  if (slots > kInline) heap_.resize(slots);
  slots_ = slots > kInline ? heap_.data() : inline_.data();
  slots_[0] = nullptr;
  slots_[1] = self;
  PyObject** next = slots_ + 2;
  for (std::size_t i = 0; i < positional_count_; ++i)
    *next++ = PyList_GET_ITEM(positional, static_cast<Py_ssize_t>(i));
  if (named_count == 0) return;

  names_ = Handle::steal(PyTuple_New(static_cast<Py_ssize_t>(named_count)));
  valid_ = static_cast<bool>(names_);
  if (!valid_) return;
  PyObject* name = nullptr;
  PyObject* value = nullptr;
  Py_ssize_t position = 0;
  for (Py_ssize_t i = 0; PyDict_Next(named, &position, &name, &value); ++i) {
    PyTuple_SET_ITEM(names_.get(), i, Handle::borrow(name).release());
    *next++ = value;
  }
}

}  // namespace tuber::python
