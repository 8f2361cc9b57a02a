// Writes JSON (RFC 8259): strings and numbers, and integers of any length.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "json/shortest.hpp"

namespace tuber::json {

// Appends to a string that must outlive it; call flush() at the end. Collects small pieces, because
// each append to the string costs more than writing them. Functions may throw std::bad_alloc; the
// string then holds a part of the text. Not thread-safe.
class Writer {
 public:
  explicit Writer(std::string& out) : out_(out) {}
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

  void character(char character) { *space(1)++ = character; }
  // REQUIRES: at most 1024 bytes.
  void literal(std::string_view text) {
    char*& at = space(text.size());
    std::memcpy(at, text.data(), text.size());
    at += text.size();
  }
  // The same for a text of any length.
  void text(std::string_view text) {
    flush();
    out_.append(text);
  }
  void integer(std::int64_t value) {
    if (static_cast<std::uint64_t>(value) >= 1000) return any_integer(value);
    const auto small = static_cast<unsigned>(value);
    char*& at = space(3);
    char* out = at;
    if (small >= 100) *out++ = static_cast<char>('0' + small / 100);
    if (small >= 10) *out++ = static_cast<char>('0' + small / 10 % 10);
    *out++ = static_cast<char>('0' + small % 10);
    at = out;
  }
  // REQUIRES: finite.
  void real(double value) {
    char*& at = space(kRealSpace);
    at = write_real(value, at);
  }
  // A string with its quotation marks. REQUIRES: UTF-8.
  void string(std::string_view text) {
    if (text.size() > kShort || !short_string(text)) any_string(text);
  }
  // The form of bytes: {"bytes":[n,...]} (PROTOCOL.md section 9).
  void octets(std::string_view bytes);

  void flush() {
    out_.append(pieces_.data(), static_cast<std::size_t>(at_ - pieces_.data()));
    at_ = pieces_.data();
  }
  // Bytes written, including those that are not flushed yet.
  [[nodiscard]] std::size_t size() const {
    return out_.size() + static_cast<std::size_t>(at_ - pieces_.data());
  }

 private:
  // Where the next bytes go; there is room for `count`. REQUIRES: count <= pieces_.size().
  char*& space(std::size_t count) {
    if (static_cast<std::size_t>(pieces_.data() + pieces_.size() - at_) < count) flush();
    return at_;
  }
  // Strings of so many characters fit into the pieces.
  static constexpr std::size_t kShort = 256;
  // False if the string has characters that need an escape; nothing was written then.
  [[nodiscard]] bool short_string(std::string_view text);
  void any_integer(std::int64_t value);
  void any_string(std::string_view text);
  void escape(char character);

  std::string& out_;
  std::array<char, 1024> pieces_;
  char* at_ = pieces_.data();
};

// True for {"bytes":[n,...]} without white space and with n from 0 to 255. REQUIRES: JSON.
[[nodiscard]] bool is_form_of_bytes(std::string_view text);

// The decimal digits of a magnitude, given as bytes, the most significant one first.
[[nodiscard]] std::string digits_of(std::string_view magnitude);
// The opposite. REQUIRES: digits only.
[[nodiscard]] std::string magnitude_of(std::string_view digits);

}  // namespace tuber::json
