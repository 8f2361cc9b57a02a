// See call_warnings.hpp.
#include "python/call_warnings.hpp"

namespace tuber::python {
namespace {

// The warnings of this thread's running call. Points to an object on the thread's stack, whose
// destructor clears it.
thread_local Handle* current = nullptr;

}  // namespace

CallWarnings::CallWarnings() {
  current = &texts_;
}

CallWarnings::~CallWarnings() {
  current = nullptr;
}

PyObject* CallWarnings::texts() const {
  return texts_.get();
}

bool CallWarnings::collecting() {
  return current != nullptr;
}

bool CallWarnings::collect(PyObject* text) {
  if (current == nullptr) return true;
  if (!*current) *current = Handle::steal(PyList_New(0));
  return *current && PyList_Append(current->get(), text) == 0;
}

}  // namespace tuber::python
