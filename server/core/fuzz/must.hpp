// The assertion of the fuzz targets.
#pragma once

#include <cstdlib>

inline void must(bool condition) {
  if (!condition) std::abort();
}
