// Memory for large bodies. It grows as bytes arrive, not when their number is announced. It is
// never initialised, because touching memory makes the kernel provide it.
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
  // Drops the content and expects `size` bytes.
  void begin(std::size_t size);

  // Where the next bytes go; empty if the system has no memory for them. REQUIRES: not complete.
  [[nodiscard]] std::span<char> space();

  // Adds the first `count` bytes that were written to space().
  void received(std::size_t count) { received_ += count; }

  [[nodiscard]] bool complete() const { return received_ == size_; }
  [[nodiscard]] std::string_view view() const { return {bytes_.get(), received_}; }
  void release() { begin(0); }

  struct Free {
    void operator()(char* bytes) const { std::free(bytes); }
  };
  // Releases the memory to the caller; the bytes stay where they are. REQUIRES: complete.
  [[nodiscard]] std::unique_ptr<char, Free> take() { return std::move(bytes_); }

 private:
  // Both grow the memory, up to `capacity` and `size_`; false if the system has no memory for it.
  [[nodiscard]] bool move(std::size_t capacity);     // into large pages; not for the first bytes
  [[nodiscard]] bool stretch(std::size_t capacity);  // in small pages

  // From malloc, because realloc moves large blocks without copying them (mremap on Linux).
  std::unique_ptr<char, Free> bytes_;
  std::size_t capacity_ = 0;
  std::size_t received_ = 0;
  std::size_t size_ = 0;
};

// Smaller memory stays in small pages.
inline constexpr std::size_t kLargePagesFrom = 4 * 1024 * 1024;

// Requests large pages for memory that was allocated but mostly not written yet. The kernel finds
// and clears them several times as fast. May do nothing.
void prefer_large_pages(char* begin, std::size_t size);

}  // namespace tuber::base
