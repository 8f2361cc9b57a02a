// Calls Python from C++, and catches the exceptions that it raises.
#pragma once

#include <array>
#include <cstddef>
#include <exception>
#include <span>

#include "python/gil.hpp"
#include "python/handle.hpp"

namespace tuber::python {

// Calls with positional arguments. Returns an empty handle with the Python exception set if the
// call raised. REQUIRES: the GIL.
template <class... Arguments>
[[nodiscard]] Handle invoke(const Handle& callable, Arguments*... arguments) {
  const std::array<PyObject*, sizeof...(arguments)> array{arguments...};
  return Handle::steal(without_unwinding(
      [&] { return PyObject_Vectorcall(callable.get(), array.data(), array.size(), nullptr); }));
}

// Calls code that returns an empty result with a Python exception set on failure. Turns
// std::bad_alloc into MemoryError. REQUIRES: the GIL.
template <class Code>
auto with_memory_error(Code&& code) -> decltype(code()) {
  try {
    return code();
  } catch (const std::exception&) {  // bad_alloc; length_error on 32-bit boards
    PyErr_NoMemory();
    return {};
  }
}

// Clears the current Python exception and returns it, with its traceback. REQUIRES: the GIL.
[[nodiscard]] inline Handle take_exception() {
#if PY_VERSION_HEX >= 0x030C0000
  return Handle::steal(PyErr_GetRaisedException());
#else
  PyObject *type = nullptr, *value = nullptr, *traceback = nullptr;
  PyErr_Fetch(&type, &value, &traceback);
  PyErr_NormalizeException(&type, &value, &traceback);
  if (value != nullptr && traceback != nullptr) PyException_SetTraceback(value, traceback);
  Py_XDECREF(type);
  Py_XDECREF(traceback);
  return Handle::steal(value);
#endif
}

// Imports an attribute of a Python module. Throws pybind11::error_already_set. REQUIRES: the GIL.
[[nodiscard]] Handle import_attribute(const char* module, const char* name);

// Sets the exception that `make_fault` makes of the text, unless the text itself has failed.
void raise_fault(const Handle& make_fault, const Handle& text);

// Replaces the Python exception by the one that `make_error` makes of it and of the steps of its
// place, innermost first. MemoryError and the interruption of a program by its user stay as they
// are.
void raise_with_place(const Handle& make_error, std::span<const Handle> steps);

}  // namespace tuber::python
