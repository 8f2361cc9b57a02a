// Memory for a body whose size was promised: takes memory as bytes come, not as they are promised,
// and never writes to it before they do.
#pragma once

#include <cstddef>
#include <cstdlib>
#include <memory>
#include <span>
#include <string_view>
#include <utility>

namespace tuber::base {

// Uninitialised memory that grows towards a known size. Not thread-safe.
class GrowingBuffer {
 public:
  // Forgets what it held and expects `size` bytes.
  void begin(std::size_t size);

  // Where the next bytes go; empty when the system has no memory left for them.
  // REQUIRES: not complete.
  [[nodiscard]] std::span<char> space();

  // Takes the first `count` bytes that were written to space().
  void received(std::size_t count) { received_ += count; }

  [[nodiscard]] bool complete() const { return received_ == size_; }
  [[nodiscard]] std::string_view view() const { return {bytes_.get(), received_}; }
  void release() { begin(0); }

  struct Free {
    void operator()(char* bytes) const { std::free(bytes); }
  };
  // Gives the memory away, whose bytes stay where they are. REQUIRES: complete.
  [[nodiscard]] std::unique_ptr<char, Free> take() { return std::move(bytes_); }

 private:
  // More room, up to `capacity` and to the promise; false when the system has no memory for it.
  [[nodiscard]] bool move(std::size_t capacity);     // into large pages; not for the first bytes
  [[nodiscard]] bool stretch(std::size_t capacity);  // in small ones, with little more at once

  // malloc's memory because realloc moves large blocks without copying them (mremap on Linux).
  std::unique_ptr<char, Free> bytes_;
  std::size_t capacity_ = 0;
  std::size_t received_ = 0;
  std::size_t size_ = 0;
};

}  // namespace tuber::base
