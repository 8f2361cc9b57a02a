#include "base/large_pages.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>

namespace tuber::base {

void prefer_large_pages(char* begin, std::size_t size) {
#ifdef MADV_HUGEPAGE
  if (size < kLargePagesFrom) return;
  static const auto page = static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE));
  const auto address = reinterpret_cast<std::uintptr_t>(begin);
  const std::uintptr_t first = (address + page - 1) / page * page;
  const std::uintptr_t last = (address + size) / page * page;
  // Advice: where it can't be followed, small pages do as well.
  static_cast<void>(::madvise(reinterpret_cast<void*>(first), last - first, MADV_HUGEPAGE));
#else
  static_cast<void>(begin);
  static_cast<void>(size);
#endif
}

}  // namespace tuber::base
