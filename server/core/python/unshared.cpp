// See unshared.hpp.
#include "python/unshared.hpp"

#include <utility>

namespace tuber::python {
namespace {

// An export for the time of a look at where it is.
class Look {
 public:
  Look(PyObject* object, int flags) : held_(PyObject_GetBuffer(object, &view_, flags) == 0) {
    if (!held_) PyErr_Clear();
  }
  ~Look() {
    if (held_) PyBuffer_Release(&view_);
  }
  Look(const Look&) = delete;
  Look& operator=(const Look&) = delete;

  [[nodiscard]] const void* begin() const { return held_ ? view_.buf : nullptr; }

 private:
  Py_buffer view_;
  bool held_;
};

}  // namespace

bool is_unshared_array(PyObject* array, Py_ssize_t references) {
  // A view keeps what it is a view of as its base, which may be a view again.
  Handle held = Handle::borrow(array);
  for (Py_ssize_t known = references + 1; Py_REFCNT(held.get()) <= known; known = 2) {
    Handle base = Handle::steal(PyObject_GetAttrString(held.get(), "base"));
    if (!base) {
      PyErr_Clear();  // bytes, a capsule: the end of the chain
      return true;
    }
    if (base.get() == Py_None) return true;
    held = std::move(base);
  }
  return false;
}

bool share_memory(PyObject* memory, PyObject* object) {
  const Look at_memory(memory, PyBUF_SIMPLE);
  const Look at_object(object, PyBUF_FULL_RO);
  return at_memory.begin() == nullptr || at_memory.begin() == at_object.begin();
}

}  // namespace tuber::python
