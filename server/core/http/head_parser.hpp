// Parses request heads (RFC 9112 sections 2 to 6) incrementally from a receive buffer, and refuses
// whatever two implementations could read in two ways. Must never do I/O, guess at malformed bytes,
// or come to another outcome because the same bytes arrived in other pieces.
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

// One parser serves the requests of one connection, one after the other:
//
//   switch (parser.parse(buffer)) {
//     case Outcome::need_more: receive more behind what `buffer` holds; parse the whole again
//     case Outcome::complete:  parser.head() is set; the body starts at parser.consumed()
//     case Outcome::fault:     answer parser.fault() and close
//   }
//   ... drop the request from the buffer ...
//   parser.reset();
//
// A client that calls in series sends the same head again and again. Equal bytes mean the same, so
// the parser compares with the last complete head before it looks at anything.
//
// The views of head() point into the buffer of the last parse() or rebase(). Keeps the capacity of
// its vectors between requests. Not thread-safe.
class HeadParser {
 public:
  explicit HeadParser(const Limits& limits) : limits_(limits) {}

  // Looks at all that was received since the request began. The bytes may have moved since the last
  // call, but those seen before must be the same; they are not scanned again, so the work is linear
  // in the size of the head.
  // REQUIRES: not complete since the last reset(). After a fault it answers the same fault again.
  [[nodiscard]] Outcome parse(std::string_view received);

  // The request. REQUIRES: the last parse() was complete.
  [[nodiscard]] const RequestHead& head() const { return head_; }

  // Size of the head in bytes, the empty line included. REQUIRES: the last parse() was complete.
  [[nodiscard]] std::size_t consumed() const { return consumed_; }

  // REQUIRES: the last parse() was a fault.
  [[nodiscard]] const Fault& fault() const { return fault_; }

  // Points the views of head() into the same bytes at another place, for a buffer that grew while
  // the body was being received. REQUIRES: the last parse() was complete.
  void rebase(std::string_view received);

  // Makes ready for the next request; views of head() are gone.
  void reset();

 private:
  // A piece of the buffer that survives the buffer's moving.
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
  std::string last_;  // the bytes that head_ and the spans were made of; empty: they are no more
  bool begun_ = false;
  Expected expected_ = Expected::empty_line_or_request_line;
  std::size_t line_begin_ = 0;  // where the line begins whose end was not seen yet
  std::size_t scanned_ = 0;     // no control character is between line_begin_ and here
  std::size_t consumed_ = 0;
  Span method_;
  Span target_;
  Span path_;  // empty: the "/" that an absolute-form target left out
  Span host_;
  std::vector<FieldSpans> fields_;
  ConnectionFields connection_fields_;
  RequestHead head_;
  Fault fault_;
};

}  // namespace tuber::http
