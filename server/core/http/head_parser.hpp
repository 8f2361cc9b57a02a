// Parses request heads (RFC 9112 sections 2 to 6) incrementally from a receive buffer, and refuses
// everything that two implementations could read differently. Must never do I/O or repair malformed
// bytes. The outcome must not depend on how the bytes were split into pieces.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "http/connection_fields.hpp"
#include "http/limits.hpp"
#include "http/request.hpp"

namespace tuber::http {

// Parses the requests of one connection, one after the other:
//
//   switch (parser.parse(buffer)) {
//     case Outcome::need_more: append more bytes to `buffer`; parse all of it again
//     case Outcome::complete:  parser.head() is set; the body starts at parser.consumed()
//     case Outcome::fault:     send parser.fault() and close
//   }
//   ... remove the request from the buffer ...
//   parser.reset();
//
// A client usually repeats the same head for each call, so the parser first compares the input with
// the last complete head.
//
// The views of head() point into the buffer of the last parse() or rebase(). Not thread-safe.
class HeadParser {
 public:
  explicit HeadParser(const Limits& limits) : limits_(limits) {}

  // `received` is everything since the request began. The bytes may have moved since the last call.
  // They are not scanned again, so the work is linear in the size of the head. After a fault,
  // returns the same fault again.
  // REQUIRES: the bytes of the last call are unchanged; not complete since the last reset().
  [[nodiscard]] Outcome parse(std::string_view received);

  // REQUIRES: the last parse() was complete.
  [[nodiscard]] const RequestHead& head() const { return head_; }

  // Size of the head in bytes, including the empty line. REQUIRES: the last parse() was complete.
  [[nodiscard]] std::size_t consumed() const { return consumed_; }

  // REQUIRES: the last parse() was a fault.
  [[nodiscard]] const Fault& fault() const { return fault_; }

  // Points the views of head() into the same bytes at another address, after the buffer moved.
  // REQUIRES: the last parse() was complete.
  void rebase(std::string_view received);

  // Prepares for the next request. Invalidates the views of head().
  void reset();

 private:
  // A part of the buffer; stays valid when the buffer moves.
  struct Span {
    std::size_t begin = 0;
    std::size_t size = 0;

    [[nodiscard]] std::string_view in(std::string_view text) const {
      return text.substr(begin, size);
    }
  };

  struct FieldSpans {
    Span name;
    Span value;
  };

  enum class Expected { empty_line_or_request_line, request_line, field_line };

  [[nodiscard]] bool repeats_last_head(std::string_view received) const;
  void start();
  [[nodiscard]] Outcome parse_lines(std::string_view text);
  [[nodiscard]] Outcome take_line(std::string_view text, Span line);
  [[nodiscard]] Outcome take_request_line(std::string_view text, Span line);
  [[nodiscard]] Outcome take_field_line(std::string_view text, Span line);
  [[nodiscard]] Outcome finish(std::string_view text, std::size_t size);
  [[nodiscard]] Outcome refuse(const Fault& fault, std::size_t offset);

  Limits limits_;
  std::string last_head_;  // the bytes that head_ and the spans describe; empty: none
  bool started_ = false;
  Expected expected_ = Expected::empty_line_or_request_line;
  std::size_t line_begin_ = 0;  // of the current, incomplete line
  std::size_t scanned_ = 0;     // up to here, the line has no control character
  std::size_t consumed_ = 0;
  Span method_;
  Span target_;
  Span path_;  // empty: "/", missing in an absolute-form target
  Span host_;
  std::vector<FieldSpans> fields_;
  ConnectionFields connection_fields_;
  RequestHead head_;
  Fault fault_;
};

}  // namespace tuber::http
