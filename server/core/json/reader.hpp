// Reads a JSON text (RFC 8259) value by value, and checks that it is well-formed. Must know nothing
// about the values of a programming language.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace tuber::json {

// Why a text is refused.
struct Fault {
  std::size_t offset = 0;  // of the byte that was not expected
  std::string text;        // what was expected and what came, without the place
};

enum class Kind : std::uint8_t {
  null,
  false_value,
  true_value,
  integer,
  long_integer,  // 19 digits or more
  real,
  string,
  array,   // only its beginning
  object,  // only its beginning
};

// One value, or the name of a member.
struct Value {
  Kind kind = Kind::null;
  bool ascii = true;         // of a string
  std::int64_t integer = 0;  // Kind::integer
  double real = 0;           // Kind::real
  // The content of a string, in UTF-8, or the sign and digits of a long integer. Points into the
  // text or into the reader; valid until the next string is read.
  std::string_view text = {};
};

// Reads one text, which must outlive the reader. A function that returns false has set the fault if
// failed() is true, and nothing may be read after that. Does not recurse. Not thread-safe.
//
// The caller calls value() for each value that is due. After the beginning of an array or object it
// calls more() or name() until they return false.
class Reader {
 public:
  explicit Reader(std::string_view text)
      : begin_(text.data()), at_(begin_), end_(begin_ + text.size()) {}

  // Reads a scalar, or the beginning of an array or object.
  [[nodiscard]] bool value(Value& value);
  // Reads an integer of up to 18 digits, if one comes that a comma or the end of an array follows.
  // Otherwise reads nothing. The fast path for lists of integers.
  [[nodiscard]] bool short_integer(std::int64_t& value) {
    skip_space();
    const char* at = at_;
    const bool negative = at != end_ && *at == '-';
    if (negative) ++at;
    const char* const first = at;
    std::uint64_t magnitude = 0;  // wraps around if it is long
    for (; at != end_ && static_cast<unsigned char>(*at - '0') < 10; ++at)
      magnitude = magnitude * 10 + static_cast<std::uint64_t>(*at - '0');
    const std::ptrdiff_t digits = at - first;
    if (digits == 0 || digits > 18 || (digits > 1 && *first == '0') || at == end_ ||
        (*at != ',' && *at != ']')) {
      return false;
    }
    token_ = at_;
    at_ = at;
    value = static_cast<std::int64_t>(negative ? -magnitude : magnitude);
    return true;
  }
  // True if an item follows. False if the array ended. `first`: none was read yet.
  [[nodiscard]] bool more(bool first) {
    if (!first && at_ != end_ && *at_ == ',') {
      token_ = at_++;
      return true;
    }
    return more(first, ']');
  }
  // Reads the name of a member if one follows. False if the object ended.
  [[nodiscard]] bool name(bool first, Value& name);
  // Call after the outermost value: true if nothing but white space follows.
  [[nodiscard]] bool finish();

  // Of the value or name that was read last, or of the byte that is read next.
  [[nodiscard]] std::size_t offset() const { return static_cast<std::size_t>(token_ - begin_); }

  bool refuse(std::size_t offset, std::string text);
  [[nodiscard]] bool failed() const { return failed_; }
  [[nodiscard]] const Fault& fault() const { return fault_; }

 private:
  void skip_space() {
    while (at_ != end_ && (*at_ == ' ' || *at_ == '\n' || *at_ == '\r' || *at_ == '\t')) ++at_;
  }
  [[nodiscard]] bool more(bool first, char closing);
  [[nodiscard]] bool open(Kind kind, Value& value);
  [[nodiscard]] bool literal(std::string_view word, Kind kind, Value& value);
  [[nodiscard]] bool number(Value& value);
  [[nodiscard]] bool real(const char* begin, Value& value);
  [[nodiscard]] bool string(Value& value);
  [[nodiscard]] bool unescape(const char* begin, Value& value);
  [[nodiscard]] bool escape(bool& ascii);
  [[nodiscard]] bool escaped_unit(std::uint32_t& unit);
  bool expected(const char* what);

  const char* begin_;
  const char* at_;
  const char* end_;
  const char* token_ = nullptr;
  std::size_t nesting_ = 0;
  bool failed_ = false;
  std::string unescaped_;  // the last string that had escapes
  Fault fault_;
};

// The offset of the first byte that is not part of valid UTF-8 (RFC 3629), or the size.
[[nodiscard]] std::size_t find_invalid_utf8(std::string_view text);

}  // namespace tuber::json
