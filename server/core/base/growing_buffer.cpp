#include "base/growing_buffer.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstring>

namespace tuber::base {
namespace {

// Allocated as soon as a size is announced. Bodies up to this size are never moved.
constexpr std::size_t kFirstCapacity = 1024 * 1024;

// Reserved when the first part has arrived. The kernel provides the memory when it is written to.
// That is several times as fast in large pages as in memory that grows in small steps.
constexpr std::size_t kSecondCapacity = 256 * 1024 * 1024;

}  // namespace

void GrowingBuffer::begin(std::size_t size) {
  bytes_.reset();
  capacity_ = 0;
  received_ = 0;
  size_ = size;
}

std::span<char> GrowingBuffer::space() {
  if (received_ == capacity_ && !move(std::max(kSecondCapacity, 8 * capacity_)) &&
      !stretch(std::max(kFirstCapacity, 2 * capacity_))) {
    return {};
  }
  return {bytes_.get() + received_, capacity_ - received_};
}

bool GrowingBuffer::move(std::size_t capacity) {
  if (capacity_ == 0) return false;
  const std::size_t wanted = std::min(size_, capacity);
  std::unique_ptr<char, Free> moved(static_cast<char*>(std::malloc(wanted)));
  if (!moved) return false;
  prefer_large_pages(moved.get(), wanted);
  std::memcpy(moved.get(), bytes_.get(), received_);
  bytes_ = std::move(moved);
  capacity_ = wanted;
  return true;
}

bool GrowingBuffer::stretch(std::size_t capacity) {
  const std::size_t wanted = std::min(size_, capacity);
  char* const grown = static_cast<char*>(std::realloc(bytes_.get(), wanted));
  if (grown == nullptr) return false;
  static_cast<void>(bytes_.release());
  bytes_.reset(grown);
  capacity_ = wanted;
  return true;
}

void prefer_large_pages([[maybe_unused]] char* begin, [[maybe_unused]] std::size_t size) {
#ifdef MADV_HUGEPAGE
  if (size < kLargePagesFrom) return;
  static const auto page = static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE));
  const auto address = reinterpret_cast<std::uintptr_t>(begin);
  const std::uintptr_t first = (address + page - 1) / page * page;
  const std::uintptr_t last = (address + size) / page * page;
  // This is only advice; small pages work too.
  static_cast<void>(::madvise(reinterpret_cast<void*>(first), last - first, MADV_HUGEPAGE));
#endif
}

}  // namespace tuber::base
