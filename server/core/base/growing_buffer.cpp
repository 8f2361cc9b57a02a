#include "base/growing_buffer.hpp"

#include <algorithm>
#include <cstring>

#include "base/large_pages.hpp"

namespace tuber::base {
namespace {

// What a promise alone may take: bodies up to this get their final place at once.
constexpr std::size_t kFirstCapacity = 1024 * 1024;

// What a promise may take whose first part has come. Of addresses: memory follows as they are
// written to, which is several times as fast in large pages as in what grows little by little.
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

}  // namespace tuber::base
