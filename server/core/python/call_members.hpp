// The members of the calls in a request (PROTOCOL.md section 3), however they were encoded.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>
#include <vector>

#include "python/handle.hpp"

namespace tuber::python {

// One call, well-formed or not. REQUIRES: the GIL.
class CallMembers {
 public:
  enum Name : std::size_t { kObject, kMethod, kArgs, kKwargs, kProperty, kResolve, kCount };
  static constexpr std::array<std::string_view, kCount> kNames{"object", "method",   "args",
                                                               "kwargs", "property", "resolve"};

  // The members of a decoded map. Empty with a Python exception set if memory runs out.
  [[nodiscard]] bool take(PyObject* map);

  // Borrowed; null if the member is absent or None.
  [[nodiscard]] PyObject* find(Name name) const {
    PyObject* const value = values[name].get();
    return value == Py_None ? nullptr : value;
  }
  // A dict of the members that are present. Empty with a Python exception set on failure.
  [[nodiscard]] Handle to_map() const;

  std::array<Handle, kCount> values;  // empty: absent
  Handle unknown;                     // a key that is not the name of a member
  Handle not_a_map;                   // the value that came instead of a call
};

// What a request asks for: one call, or a batch.
struct Calls {
  bool is_batch = false;
  CallMembers single;
  std::vector<CallMembers> batch;
};

}  // namespace tuber::python
