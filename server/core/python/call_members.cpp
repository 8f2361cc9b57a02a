// See call_members.hpp.
#include "python/call_members.hpp"

namespace tuber::python {
namespace {

// Interned, so that look-ups compare pointers. Lives until the process ends.
PyObject* interned_name(std::size_t place) {
  static const auto kInterned = [] {
    std::array<PyObject*, CallMembers::kCount> names{};
    for (std::size_t i = 0; i < names.size(); ++i)
      names[i] = PyUnicode_InternFromString(CallMembers::kNames[i].data());
    return names;
  }();
  return kInterned[place];
}

bool is_known(PyObject* key) {
  for (std::size_t i = 0; PyUnicode_Check(key) && i < CallMembers::kCount; ++i) {
    if (PyUnicode_Compare(key, interned_name(i)) == 0) return true;
  }
  return false;
}

}  // namespace

bool CallMembers::take(PyObject* map) {
  if (!PyDict_Check(map)) {
    not_a_map = Handle::borrow(map);
    return true;
  }
  Py_ssize_t found = 0;
  for (std::size_t i = 0; i < kCount; ++i) {
    values[i] = Handle::borrow(PyDict_GetItemWithError(map, interned_name(i)));
    if (values[i]) ++found;
  }
  if (PyErr_Occurred() != nullptr) return false;
  PyObject *key = nullptr, *value = nullptr;
  for (Py_ssize_t position = 0; found < PyDict_GET_SIZE(map) && !unknown;) {
    if (!PyDict_Next(map, &position, &key, &value)) break;
    if (!is_known(key)) unknown = Handle::borrow(key);
  }
  return true;
}

Handle CallMembers::to_map() const {
  Handle map = Handle::steal(PyDict_New());
  for (std::size_t i = 0; map && i < kCount; ++i) {
    if (values[i] && PyDict_SetItem(map.get(), interned_name(i), values[i].get()) < 0) return {};
  }
  return map;
}

}  // namespace tuber::python
