// Ownership of Python objects in C++. Code under python/ owns objects through Handle only and never
// calls Py_DECREF.
#pragma once

#include <Python.h>

#include <utility>

namespace tuber::python {

// One strong reference, or nothing. Move-only; borrow() makes another reference. Not thread-safe.
// REQUIRES of every operation on a non-empty handle: the GIL.
class Handle {
 public:
  Handle() = default;
  Handle(Handle&& other) noexcept : object_(std::exchange(other.object_, nullptr)) {}
  Handle& operator=(Handle&& other) noexcept {
    Handle old(std::exchange(object_, std::exchange(other.object_, nullptr)));
    return *this;
  }
  ~Handle() { Py_XDECREF(object_); }

  // Takes over a new reference, as most C API functions return it. Null makes an empty handle.
  [[nodiscard]] static Handle steal(PyObject* object) { return Handle(object); }
  // Adds a reference.
  [[nodiscard]] static Handle borrow(PyObject* object) {
    Py_XINCREF(object);
    return Handle(object);
  }

  [[nodiscard]] PyObject* get() const { return object_; }
  [[nodiscard]] PyObject* release() { return std::exchange(object_, nullptr); }
  [[nodiscard]] explicit operator bool() const { return object_ != nullptr; }

 private:
  explicit Handle(PyObject* object) : object_(object) {}
  PyObject* object_ = nullptr;
};

}  // namespace tuber::python
