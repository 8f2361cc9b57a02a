// Parses request heads (RFC 9112 sections 2 to 6) incrementally from a receive buffer, and refuses
// everything that two implementations could read differently. Must never guess at malformed bytes.
// The outcome must never depend on how the bytes were split.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "http/connection_fields.hpp"
#include "http/limits.hpp"
#include "http/outcome.hpp"
#include "http/request.hpp"

namespace tuber::http {

// Serves the requests of one connection, one after the other:
//
//   switch (parser.parse(buffer)) {
//     case Outcome::need_more: append more to `buffer`; parse the whole again
//     case Outcome::complete:  parser.head() is set; the body starts at parser.consumed()
//     case Outcome::fault:     answer parser.fault() and close
//   }
//   ... drop the request from the buffer ...
//   parser.reset();
//
// A client that calls in series sends the same head again and again, so the parser first compares
// with the last complete head.
//
// The views of head() point into the buffer of the last parse() or rebase(). Keeps the capacity of
// its vectors between requests. Not thread-safe.
class HeadParser {
 public:
  explicit HeadParser(const Limits& limits) : limits_(limits) {}

  // Parses everything received since the request began. The bytes may have moved since the last
  // call, but must be the same; they are not scanned again, so the work is linear in the head's
  // size. After a fault it returns the same fault. REQUIRES: not complete since the last reset().
  [[nodiscard]] Outcome parse(std::string_view received);

  // The request. REQUIRES: the last parse() was complete.
  [[nodiscard]] const RequestHead& head() const { return head_; }

  // Size of the head in bytes, with the empty line. REQUIRES: the last parse() was complete.
  [[nodiscard]] std::size_t consumed() const { return consumed_; }

  // REQUIRES: the last parse() was a fault.
  [[nodiscard]] const Fault& fault() const { return fault_; }

  // Points the views of head() into the same bytes at another place, for a buffer that was moved
  // while the body was received. REQUIRES: the last parse() was complete.
  void rebase(std::string_view received);

  // Prepares for the next request; views of head() become invalid.
  void reset();

 private:
  // A piece of the buffer, valid even if the buffer moves.
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

  [[nodiscard]] bool repeats_last(std::string_view received) const;
  void begin();
  [[nodiscard]] Outcome parse_lines(std::string_view text);
  [[nodiscard]] Outcome take_line(std::string_view text, Span line);
  [[nodiscard]] Outcome take_request_line(std::string_view text, Span line);
  [[nodiscard]] Outcome take_field_line(std::string_view text, Span line);
  [[nodiscard]] Outcome finish(std::string_view text, std::size_t size);
  [[nodiscard]] Outcome refuse(const Fault& fault, std::size_t offset);

  Limits limits_;
  std::string last_;  // the bytes of head_ and the spans; empty: they are invalid
  bool begun_ = false;
  Expected expected_ = Expected::empty_line_or_request_line;
  std::size_t line_begin_ = 0;  // of the line whose end was not seen yet
  std::size_t scanned_ = 0;     // there is no control character between line_begin_ and here
  std::size_t consumed_ = 0;
  Span method_;
  Span target_;
  Span path_;  // empty: the "/" that an absolute-form target omits
  Span host_;
  std::vector<FieldSpans> fields_;
  ConnectionFields connection_fields_;
  RequestHead head_;
  Fault fault_;
};

}  // namespace tuber::http
