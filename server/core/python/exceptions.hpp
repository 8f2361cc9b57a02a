// The Python exception that is set, as an object.
#pragma once

#include "python/handle.hpp"

namespace tuber::python {

// Takes the Python exception that is set, as an instance that carries its traceback.
// REQUIRES: the GIL.
[[nodiscard]] Handle take_exception();

}  // namespace tuber::python
