// Memory for large bodies in large pages, which the kernel finds and clears several times as fast.
#pragma once

#include <cstddef>

namespace tuber::base {

// Below this, nothing is asked for.
inline constexpr std::size_t kLargePagesFrom = 4 * 1024 * 1024;

// Asks for large pages in memory that was allocated and mostly not written yet. May do nothing.
void prefer_large_pages(char* begin, std::size_t size);

}  // namespace tuber::base
