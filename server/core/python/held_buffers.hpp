// Buffers of Python objects that are sent without a copy, and the rule for when that is safe.
#pragma once

#include <Python.h>

#include <string_view>
#include <vector>

#include "python/handle.hpp"
#include "serve/body.hpp"

namespace tuber::python {

// The buffers that one body refers to. A body keeps them until it has been sent, then deletes them
// with DeleteWithGil. REQUIRES of every operation: the GIL.
class HeldBuffers {
 public:
  HeldBuffers() = default;
  ~HeldBuffers();
  HeldBuffers(const HeldBuffers&) = delete;
  HeldBuffers& operator=(const HeldBuffers&) = delete;

  // Appends the bytes that `exporter` exports through the buffer protocol. Large buffers are not
  // copied if `zero_copy` allows it. On failure returns false with a Python exception set.
  static bool append(PyObject* exporter, bool zero_copy, serve::Body& body);

  // Appends bytes that `owner` keeps and that never change, without a copy.
  static void append_kept(PyObject* owner, std::string_view bytes, serve::Body& body);

  // The exporters of the buffers in the body, in order. REQUIRES: nothing was cut from the body.
  [[nodiscard]] static std::vector<PyObject*> exporters_of(serve::Body& body);

 private:
  static HeldBuffers& of(serve::Body& body);

  struct Buffer {
    Handle exporter;
    Py_buffer view;
  };
  std::vector<Buffer> buffers_;
  std::vector<Handle> owners_;
};

// True if the caller holds every reference to `array` and to its base objects, so that no other
// code can modify the memory while it is sent. `references` is the number the caller holds. Always
// false for memory owned by C++. REQUIRES: the GIL; no Python exception set before or after.
[[nodiscard]] bool is_unshared_array(PyObject* array, Py_ssize_t references);

// True if `memory` may be the memory that `object` exports rather than a copy of it.
// REQUIRES: the GIL; no Python exception set before or after.
[[nodiscard]] bool may_share_memory(PyObject* memory, PyObject* object);

}  // namespace tuber::python
