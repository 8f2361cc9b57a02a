// Reads the heads and strings of a CBOR body (RFC 8949), one after the other, and checks that they
// are well-formed. Must know nothing about the values of a programming language.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tuber::cbor {

// Why a body is refused.
struct Fault {
  std::size_t offset = 0;  // of the initial byte of the innermost malformed item
  std::string text;        // what was expected and what was received, without the place
};

enum class Major : std::uint8_t {
  unsigned_integer,
  negative_integer,  // -1 - argument
  byte_string,
  text_string,
  array,
  map,
  tag,
  simple,  // and floating-point numbers
};

// The additional information of an initial byte, if it is not the argument itself.
namespace info {
inline constexpr std::uint8_t kOneByte = 24;  // the argument, or a simple value, follows
inline constexpr std::uint8_t kTwoBytes = 25;
inline constexpr std::uint8_t kFourBytes = 26;
inline constexpr std::uint8_t kEightBytes = 27;
inline constexpr std::uint8_t kIndefinite = 31;  // of major type `simple`: the break
}  // namespace info

// Simple values (RFC 8949 section 3.3).
namespace simple {
inline constexpr std::uint64_t kFalse = 20;
inline constexpr std::uint64_t kTrue = 21;
inline constexpr std::uint64_t kNull = 22;
inline constexpr std::uint64_t kUndefined = 23;
}  // namespace simple

// The head of a data item (RFC 8949 section 3): its initial byte and its argument.
struct Head {
  std::size_t offset = 0;  // of the initial byte
  Major major = Major::unsigned_integer;
  std::uint8_t info = 0;
  std::uint64_t argument = 0;  // of a float: its bits

  [[nodiscard]] bool is(Major wanted) const { return major == wanted; }
  [[nodiscard]] bool indefinite() const { return info == info::kIndefinite; }
  [[nodiscard]] bool is_break() const { return is(Major::simple) && indefinite(); }
  [[nodiscard]] bool is_integer() const {
    return is(Major::unsigned_integer) || is(Major::negative_integer);
  }
  [[nodiscard]] bool is_float() const {
    return is(Major::simple) && info >= info::kTwoBytes && info <= info::kEightBytes;
  }
  [[nodiscard]] bool is_array_of(std::uint64_t count) const {
    return is(Major::array) && !indefinite() && argument == count;
  }
};

// Reads one body, which must outlive the reader. A function that returns false has set the fault,
// and nothing may be read after that. Not thread-safe.
class Reader {
 public:
  explicit Reader(std::string_view body, std::size_t offset = 0) : body_(body), offset_(offset) {}

  // Of the next byte.
  [[nodiscard]] std::size_t offset() const { return offset_; }
  // In bytes.
  [[nodiscard]] std::size_t remaining() const { return body_.size() - offset_; }
  // The major type of the next item; nothing at the end.
  [[nodiscard]] std::optional<Major> next_major() const;
  // True if the next byte is a break.
  [[nodiscard]] bool at_break() const { return offset_ < body_.size() && body_[offset_] == '\xff'; }

  // Reads a head. Refuses a string, array or map that cannot fit into the remaining bytes, so that
  // callers may allocate memory for its size.
  [[nodiscard]] bool head(Head& head) {
    if (remaining() == 0 || !is_short_integer(body_[offset_])) return long_head(head);
    begin_head(head);
    return true;
  }
  // The same, but refuses a break.
  [[nodiscard]] bool head_of_item(Head& head);

  // Reads the content of the string whose head was read last. `content` points into the body, or
  // into `joined` if the string has chunks. Refuses text that is not UTF-8.
  [[nodiscard]] bool string(const Head& head, std::string_view& content, std::string& joined);
  // Skips the content of such a string, with the same checks.
  [[nodiscard]] bool skip_string(const Head& head);

  // Reads the next bytes. REQUIRES: count <= remaining().
  [[nodiscard]] std::string_view take(std::size_t count);

  bool refuse(std::size_t offset, std::string text);
  [[nodiscard]] const Fault& fault() const { return fault_; }
  // The number of heads read: a measure of the work, which must be linear in the size of the body.
  [[nodiscard]] std::size_t heads_read() const { return heads_read_; }

 private:
  // The fast path: most items of most bodies are integers of one byte.
  static bool is_short_integer(char initial) {
    const auto byte = static_cast<std::uint8_t>(initial);
    return byte < 0x40 && (byte & 0x1f) < info::kOneByte;
  }
  void begin_head(Head& head) {
    const auto initial = static_cast<std::uint8_t>(body_[offset_]);
    head.offset = offset_++;
    head.major = static_cast<Major>(initial >> 5);
    head.info = initial & 0x1f;
    head.argument = head.info;
    ++heads_read_;
  }
  [[nodiscard]] bool long_head(Head& head);
  [[nodiscard]] bool argument(Head& head);
  [[nodiscard]] bool check_size(const Head& head);
  [[nodiscard]] bool check_simple(const Head& head);
  template <class Visit>
  [[nodiscard]] bool for_each_chunk(const Head& head, Visit&& visit);
  [[nodiscard]] bool definite_string(const Head& head, std::string_view& content);
  bool refuse_count(const Head& head, const char* container, const char* entries);
  bool refuse_size(std::size_t offset, std::uint64_t expected, std::size_t got);

  std::string_view body_;
  std::size_t offset_;
  std::size_t heads_read_ = 0;
  Fault fault_;
};

// The value of a 16, 32 or 64-bit float. REQUIRES: head.is_float().
[[nodiscard]] double float_of(const Head& head);

}  // namespace tuber::cbor
