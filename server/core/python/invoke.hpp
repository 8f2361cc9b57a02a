// Calling Python from C++: the one way into code that may let go of the GIL.
#pragma once

#include <array>
#include <cstddef>

#include "python/gil.hpp"
#include "python/handle.hpp"

namespace tuber::python {

// Calls with positional arguments; empty, with a Python exception set, when the call raised.
// REQUIRES: the GIL.
template <class... Arguments>
[[nodiscard]] Handle invoke(const Handle& callable, Arguments*... arguments) {
  const std::array<PyObject*, sizeof...(arguments)> array{arguments...};
  return Handle::steal(without_unwinding(
      [&] { return PyObject_Vectorcall(callable.get(), array.data(), array.size(), nullptr); }));
}

}  // namespace tuber::python
