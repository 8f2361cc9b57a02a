// The member names of the protocol as interned Python strings, made once per dispatcher, so that a
// look-up in a request compares pointers.
#pragma once

#include "python/handle.hpp"

namespace tuber::python {

// REQUIRES: the GIL is held when it is made and destroyed. Read-only afterwards.
struct Names {
  Handle object = intern("object");
  Handle method = intern("method");
  Handle args = intern("args");
  Handle kwargs = intern("kwargs");

 private:
  static Handle intern(const char* text) { return Handle::steal(PyUnicode_InternFromString(text)); }
};

}  // namespace tuber::python
