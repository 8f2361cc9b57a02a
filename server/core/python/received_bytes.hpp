// The received bytes of a body as a Python object, for arrays that are views of them.
#pragma once

#include <pybind11/pybind11.h>

#include <cstddef>
#include <memory>

#include "base/growing_buffer.hpp"
#include "python/handle.hpp"

namespace tuber::python {

// Adds the class to the module, once. REQUIRES: the GIL.
void define_received_bytes(pybind11::module_& module);

// A new object that owns the memory and exports its first `size` bytes for writing; empty with a
// Python exception set when it can't be made. REQUIRES: the GIL.
[[nodiscard]] Handle export_received(std::unique_ptr<char, base::GrowingBuffer::Free> memory,
                                     std::size_t size);

}  // namespace tuber::python
