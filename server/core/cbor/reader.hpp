// Reads a body's heads and strings, one after the other, and checks that they are well-formed. Must
// never know what a value becomes in any language.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "cbor/head.hpp"

namespace tuber::cbor {

// What is wrong with a body. A value.
struct Fault {
  std::size_t offset = 0;  // of the initial byte of the innermost item at fault
  std::string text;        // what was expected and what came; without the place
};

// Borrows the body. A function that returns false has set the fault; the reader must not be used
// any more then. Not thread-safe.
class Reader {
 public:
  explicit Reader(std::string_view body, std::size_t at = 0) : body_(body), at_(at) {}

  [[nodiscard]] std::size_t at() const { return at_; }
  [[nodiscard]] std::size_t left() const { return body_.size() - at_; }
  // The major type of the next item; nothing at the end.
  [[nodiscard]] std::optional<Major> next_major() const;
  // Returns whether the next byte is a break.
  [[nodiscard]] bool at_break() const { return at_ < body_.size() && body_[at_] == '\xff'; }

  // Reads a head. Refuses a string, array or map that is longer than the rest of the body, before
  // memory is taken for it.
  [[nodiscard]] bool head(Head& head) {
    return left() > 0 && is_short_integer(body_[at_]) ? short_integer(head) : any_head(head);
  }
  // The same, but refuses a break.
  [[nodiscard]] bool head_of_item(Head& head);

  // Reads the content of the string whose head was read last. `content` points into the body, or
  // into `joined` when the string came in chunks. Text is valid UTF-8 (RFC 3629).
  [[nodiscard]] bool string(const Head& head, std::string_view& content, std::string& joined);
  // Skips the content of such a string, with the same checks.
  [[nodiscard]] bool skip_string(const Head& head);

  // Takes the next bytes. REQUIRES: as many are left.
  [[nodiscard]] std::string_view take(std::size_t count);

  bool refuse(std::size_t offset, std::string text);
  [[nodiscard]] const Fault& fault() const { return fault_; }
  // Heads read so far: the work done, which must grow no faster than the body.
  [[nodiscard]] std::size_t heads_read() const { return heads_read_; }

 private:
  // A short path: most items of most bodies are integers in one byte.
  static bool is_short_integer(char initial) {
    const auto byte = static_cast<std::uint8_t>(initial);
    return byte < 0x40 && (byte & 0x1f) < info::kOneByte;
  }
  bool short_integer(Head& head) {
    const auto initial = static_cast<std::uint8_t>(body_[at_]);
    head.offset = at_++;
    head.major = static_cast<Major>(initial >> 5);
    head.info = initial & 0x1f;
    head.argument = head.info;
    ++heads_read_;
    return true;
  }
  [[nodiscard]] bool any_head(Head& head);
  [[nodiscard]] bool argument(Head& head);
  [[nodiscard]] bool check_promise(const Head& head);
  [[nodiscard]] bool check_simple(const Head& head);
  template <class Take>
  [[nodiscard]] bool for_each_chunk(const Head& head, Take&& take);
  [[nodiscard]] bool definite(const Head& head, std::string_view& content);
  bool refuse_length(std::size_t offset, std::uint64_t expected, std::size_t came);

  std::string_view body_;
  std::size_t at_;
  std::size_t heads_read_ = 0;
  Fault fault_;
};

// The number of a head that is a float: 16, 32 or 64 bits wide. REQUIRES: head.is_float().
[[nodiscard]] double float_of(const Head& head);

}  // namespace tuber::cbor
