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
  // Of other classes `base` could be anything, even code of users.
  if (!PyObject_CheckBuffer(array)) return false;
  Handle held = Handle::borrow(array);
  // Ours is one more; a base is known to its view and to us.
  for (Py_ssize_t known = references + 1; Py_REFCNT(held.get()) <= known; known = 2) {
    if (PyBytes_CheckExact(held.get()) || PyByteArray_CheckExact(held.get())) return true;
    // Several views may share one export, which their references do not tell.
    if (PyMemoryView_Check(held.get())) return false;
    Handle base = Handle::steal(PyObject_GetAttrString(held.get(), "base"));
    if (!base) {
      PyErr_Clear();
      return false;
    }
    if (base.get() == Py_None) return true;  // an ndarray that owns its memory
    held = std::move(base);
  }
  return false;
}

bool may_share_memory(PyObject* memory, PyObject* object) {
  const Look at_memory(memory, PyBUF_SIMPLE);
  const Look at_object(object, PyBUF_FULL_RO);
  return at_memory.begin() == nullptr || at_object.begin() == nullptr ||
         at_memory.begin() == at_object.begin();
}

}  // namespace tuber::python
