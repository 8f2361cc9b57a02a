// How deeply the arrays and maps of a JSON text are nested, as far as the text alone tells.
#pragma once

#include <cstddef>
#include <string_view>

namespace tuber::python {

// True when they are nested more than `most` levels deep, in a text that is JSON; of another text,
// which is refused anyway, it may say either. Costs a fraction of a nanosecond a byte.
[[nodiscard]] bool is_nested_deeper(std::string_view json, std::size_t most);

}  // namespace tuber::python
