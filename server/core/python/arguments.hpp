// The arguments of a call in the layout of CPython's vectorcall protocol (PEP 590).
#pragma once

#include <array>
#include <cstddef>
#include <vector>

#include "python/handle.hpp"

namespace tuber::python {

// The array `self, positional..., values of named...` and the tuple of the names. Its constructor's
// arguments must outlive it. REQUIRES: the GIL.
class Arguments {
 public:
  // `positional` is a list or null; `named` is a dict with string keys or null.
  Arguments(PyObject* self, PyObject* positional, PyObject* named);
  Arguments(const Arguments&) = delete;
  Arguments& operator=(const Arguments&) = delete;

  // False if memory ran out; a Python exception is set.
  [[nodiscard]] bool valid() const { return valid_; }
  // Starts with self, after one writable slot that PY_VECTORCALL_ARGUMENTS_OFFSET requires.
  [[nodiscard]] PyObject* const* with_self() const { return slots_ + 1; }
  [[nodiscard]] PyObject* const* without_self() const { return slots_ + 2; }
  // The number of positional arguments without self.
  [[nodiscard]] std::size_t positional_count() const { return positional_count_; }
  [[nodiscard]] PyObject* names() const { return names_.get(); }

 private:
  // Enough for nearly every method; more arguments use the heap.
  static constexpr std::size_t kInline = 16;

  std::array<PyObject*, kInline> inline_;
  std::vector<PyObject*> heap_;
  PyObject** slots_;
  std::size_t positional_count_;
  Handle names_;
  bool valid_ = true;
};

}  // namespace tuber::python
