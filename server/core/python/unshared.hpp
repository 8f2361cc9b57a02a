// Whether an array's memory can still be changed by somebody else once its result was encoded.
#pragma once

#include "python/handle.hpp"

namespace tuber::python {

// Is the array, with all that it is a view of, known to none but its holder, who has this many
// references to it? REQUIRES: the GIL; no Python exception set, which holds afterwards.
[[nodiscard]] bool is_unshared_array(PyObject* array, Py_ssize_t references);

// Are the bytes of `memory` a part of what `object` exports? False when `object` exports nothing.
// REQUIRES: the GIL; no Python exception set, which holds afterwards.
[[nodiscard]] bool share_memory(PyObject* memory, PyObject* object);

}  // namespace tuber::python
