// The arguments of a call in the layout of CPython's vectorcall protocol (PEP 590).
#pragma once

#include <array>
#include <cstddef>
#include <vector>

#include "python/handle.hpp"

namespace tuber::python {

// `[self,] positional ..., values of named ...` and the tuple of the names. Borrows from the lists
// it was made of, which must outlive it. REQUIRES: the GIL.
class Arguments {
 public:
  // `positional` is a list or null, `named` a dict with string keys or null. `self` comes first.
  Arguments(PyObject* self, PyObject* positional, PyObject* named);
  Arguments(const Arguments&) = delete;
  Arguments& operator=(const Arguments&) = delete;

  // False when memory ran out; a Python exception is set.
  [[nodiscard]] bool valid() const { return valid_; }
  // Starting with self. One writable slot lies before it, as PY_VECTORCALL_ARGUMENTS_OFFSET asks.
  [[nodiscard]] PyObject* const* with_self() const { return slots_ + 1; }
  [[nodiscard]] PyObject* const* without_self() const { return slots_ + 2; }
  // Of the positional arguments, self not counted.
  [[nodiscard]] std::size_t positional_count() const { return positional_count_; }
  [[nodiscard]] PyObject* names() const { return names_.get(); }

 private:
  // Enough for nearly every method of an instrument; more go to the heap.
  static constexpr std::size_t kInline = 16;

  std::array<PyObject*, kInline> inline_;
  std::vector<PyObject*> heap_;
  PyObject** slots_;
  std::size_t positional_count_;
  Handle names_;
  bool valid_ = true;
};

}  // namespace tuber::python
