#include "net/growing_buffer.hpp"

#include <algorithm>

namespace tuber::net {
namespace {

// What a promise alone may take: bodies up to this get their final place at once.
constexpr std::size_t kFirstCapacity = 1024 * 1024;

}  // namespace

void GrowingBuffer::begin(std::size_t size) {
  bytes_.reset();
  capacity_ = 0;
  received_ = 0;
  size_ = size;
}

std::span<char> GrowingBuffer::space() {
  if (received_ == capacity_) {
    const std::size_t wanted = std::min(size_, std::max(kFirstCapacity, 2 * capacity_));
    char* const grown = static_cast<char*>(std::realloc(bytes_.get(), wanted));
    if (grown == nullptr) return {};
    static_cast<void>(bytes_.release());
    bytes_.reset(grown);
    capacity_ = wanted;
  }
  return {bytes_.get() + received_, capacity_ - received_};
}

}  // namespace tuber::net
