// What the values of one body may cost: memory, and time during which the GIL is held.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

#include "python/gil.hpp"
#include "python/source.hpp"

namespace tuber::python {

// Bytes that a value takes, including its place in a container. Approximate, and rather too many.
namespace cost {
inline constexpr std::size_t kPlace = 10;       // of a value that exists already, such as None
inline constexpr std::size_t kNumber = 42;      // and other small objects
inline constexpr std::size_t kText = 72;        // without its characters
inline constexpr std::size_t kMember = 72;      // of a map, without key and value
inline constexpr std::size_t kContainer = 256;  // without its items
}  // namespace cost

inline constexpr const char* kTooMuchMemory =
    "the values take too much memory; send arrays in CBOR or less at a time, or start the server "
    "with a larger --max-value-memory";

// Measures the decoding of one body. Its constructor's argument must outlive it. REQUIRES: the GIL.
//
// A body of empty arrays would become a hundred times as much memory. So a body may use a multiple
// of its own size, and an allowance (http::Limits::value_memory).
class DecodeMeter {
 public:
  explicit DecodeMeter(const Source& source)
      : may_pause_(source.may_pause()), left_(limit_of(source)) {}

  [[nodiscard]] bool may_pause() const { return may_pause_; }

  // False if the values take too much memory. Lets other threads run now and then. Call between
  // two values, when no object that others can see is incomplete.
  [[nodiscard]] bool charge(std::uint64_t bytes) {
    if (++charges_ % kChargesPerLook == 0 && may_pause_) pause_if_due();
    if (bytes > left_) return false;
    left_ -= bytes;
    return true;
  }

 private:
  using Clock = std::chrono::steady_clock;
  // The body itself is in memory too; together that is four times its size.
  static constexpr std::uint64_t kTimesBody = 3;
  static constexpr unsigned kChargesPerLook = 1024;
  static constexpr std::chrono::milliseconds kPauseAfter{5};  // Python's switch interval

  static std::uint64_t limit_of(const Source& source) {
    const std::uint64_t limit = source.allowance() + kTimesBody * source.bytes().size();
    return limit < source.allowance() ? source.allowance() : limit;
  }

  void pause_if_due() {
    const Clock::time_point now = Clock::now();
    if (now - began_ < kPauseAfter) return;
    let_others_run();
    began_ = Clock::now();
  }

  bool may_pause_;
  unsigned charges_ = 0;
  std::uint64_t left_;
  Clock::time_point began_ = may_pause_ ? Clock::now() : Clock::time_point();
};

}  // namespace tuber::python
