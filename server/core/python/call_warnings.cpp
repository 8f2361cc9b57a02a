// See call_warnings.hpp.
#include "python/call_warnings.hpp"

#include "python/invoke.hpp"

namespace tuber::python {
namespace {

// The warnings of this thread's running call. Points to an object on the thread's stack, whose
// destructor clears it.
thread_local Handle* current = nullptr;
thread_local std::uint64_t calls = 0;  // of this thread

// Lives until the process ends: null before the first server.
const CallWarnings::Hooks* kept = nullptr;
PyObject* filters_name = nullptr;

void keep_hooks() {
  PyObject* const filters = PyDict_GetItemWithError(kept->module.get(), filters_name);
  auto* const type = reinterpret_cast<PyTypeObject*>(kept->filters_type.get());
  if (filters != nullptr && Py_IS_TYPE(filters, type) && PyList_GET_SIZE(filters) > 0 &&
      PyList_GET_ITEM(filters, 0) == kept->first.get()) {
    return;
  }
  if (!invoke(kept->install)) PyErr_Clear();  // out of memory; the next call tries again
}

}  // namespace

CallWarnings::CallWarnings() {
  if (kept != nullptr) keep_hooks();
  ++calls;
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

std::optional<std::pair<std::uintptr_t, std::uint64_t>> CallWarnings::current_call() {
  if (current == nullptr) return std::nullopt;
  return std::pair(reinterpret_cast<std::uintptr_t>(current), calls);
}

void CallWarnings::keep(Hooks hooks) {
  if (kept != nullptr) return;
  filters_name = PyUnicode_InternFromString("filters");
  if (filters_name == nullptr) return PyErr_Clear();
  kept = new Hooks(std::move(hooks));
}

bool CallWarnings::collect(PyObject* text) {
  if (current == nullptr) return true;
  if (!*current) *current = Handle::steal(PyList_New(0));
  return *current && PyList_Append(current->get(), text) == 0;
}

}  // namespace tuber::python
