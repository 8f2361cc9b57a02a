// Checks how deeply the arrays and maps of a JSON text are nested.
#pragma once

#include <cstddef>
#include <string_view>

namespace tuber::python {

// True if arrays and maps are nested more than `most` levels deep. The result is unspecified if the
// text is not JSON, which the codec refuses anyway.
[[nodiscard]] bool is_nested_deeper(std::string_view json, std::size_t most);

}  // namespace tuber::python
