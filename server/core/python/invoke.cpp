// See invoke.hpp.
#include "python/invoke.hpp"

#include <pybind11/pybind11.h>

namespace tuber::python {

namespace py = pybind11;

Handle import_attribute(const char* module, const char* name) {
  return Handle::steal(py::module_::import(module).attr(name).cast<py::object>().release().ptr());
}

void raise_fault(const Handle& make_fault, const Handle& text) {
  const Handle fault = text ? invoke(make_fault, text.get()) : Handle();
  if (fault) PyErr_SetObject(make_fault.get(), fault.get());
}

void raise_with_place(const Handle& make_error, std::span<const Handle> steps) {
  if (PyErr_ExceptionMatches(PyExc_KeyboardInterrupt) ||
      PyErr_ExceptionMatches(PyExc_MemoryError)) {
    return;
  }
  const Handle exception = take_exception();
  const Handle place = Handle::steal(PyList_New(0));
  for (const Handle& step : steps) {
    if (!place || PyList_Append(place.get(), step.get()) < 0) return;
  }
  const Handle error = place ? invoke(make_error, exception.get(), place.get()) : Handle();
  if (error) PyErr_SetObject(reinterpret_cast<PyObject*>(Py_TYPE(error.get())), error.get());
}

}  // namespace tuber::python
