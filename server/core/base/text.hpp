// Text for logs and health reports: JSON strings, times, clipped names. Must never do I/O.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace tuber::base {

// Appends a JSON string (RFC 8259 section 7), with its quotes. Bytes that are not UTF-8 stay as
// they are.
void append_json_string(std::string& out, std::string_view text);

// Appends a UTC time in the format of RFC 3339: 2026-05-31T12:00:00.123Z.
void append_time(std::string& out, std::chrono::system_clock::time_point moment);

// Appends a duration in seconds, to the microsecond. Not with printf: its decimal point depends on
// the locale, and its cost for a double on the value.
void append_seconds(std::string& out, std::chrono::steady_clock::duration time);

// The beginning of a text, stored in place: as much as fits, cut between two UTF-8 characters.
// Not thread-safe.
template <std::size_t Size>
class Clipped {
 public:
  void assign(std::string_view text) {
    size_ = 0;
    append(text);
  }
  void append(std::string_view text) {
    std::size_t taken = text.size();
    if (taken > Size - size_) {
      for (taken = Size - size_; taken > 0 && (text[taken] & 0xc0) == 0x80;) --taken;
    }
    text.copy(bytes_.data() + size_, taken);
    size_ = static_cast<std::uint8_t>(size_ + taken);
  }
  [[nodiscard]] std::string_view text() const { return {bytes_.data(), size_}; }

 private:
  static_assert(Size <= 255);
  std::array<char, Size> bytes_;
  std::uint8_t size_ = 0;
};

}  // namespace tuber::base
