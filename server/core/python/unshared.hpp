// Whether an array's memory can still be changed by somebody else once its result was encoded.
#pragma once

#include "python/handle.hpp"

namespace tuber::python {

// Does nobody know the array, and what it is a view of, but its holder, who has this many
// references to it? Then its memory stays as it is for as long as it is kept. True only of arrays
// whose memory is Python's own: of memory that a C++ object lent, nobody here knows who writes to
// it. REQUIRES: the GIL; no Python exception set, which holds afterwards.
[[nodiscard]] bool is_unshared_array(PyObject* array, Py_ssize_t references);

// May `memory` be the memory that `object` exports, rather than a copy of it? REQUIRES: the GIL; no
// Python exception set, which holds afterwards.
[[nodiscard]] bool may_share_memory(PyObject* memory, PyObject* object);

}  // namespace tuber::python
