// Decodes the chunked transfer coding (RFC 9112 section 7.1) incrementally. Must never take memory
// for a size that was only promised, nor come to another outcome because the same bytes arrived in
// other pieces.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "http/limits.hpp"
#include "http/outcome.hpp"

namespace tuber::http {

// One decoder serves the chunked bodies of one connection, one after the other. Every call takes
// only bytes that were not yet consumed, and consumes all of them unless the body ends among them
// or they are at fault; so nothing has to be kept between calls. Not thread-safe.
class ChunkedDecoder {
 public:
  explicit ChunkedDecoder(const Limits& limits) : limits_(limits) {}

  // Appends the content among the next bytes to `body`, which the caller empties before the first
  // call. Complete: the last chunk and the trailers were read, the next request begins at
  // consumed(). The limits of the body (413) and the trailers (431) are faults like malformed
  // bytes.
  // REQUIRES: neither complete nor a fault since the last reset().
  [[nodiscard]] Outcome decode(std::string_view input, std::string& body);

  // How many bytes of the last input belong to this body.
  [[nodiscard]] std::size_t consumed() const { return consumed_; }

  // REQUIRES: the last decode() was a fault. Its offset counts from the first byte after the head.
  [[nodiscard]] const Fault& fault() const { return fault_; }

  // Makes ready for the next body.
  void reset();

 private:
  enum class Expected { size_line, content, content_end, trailer_line };

  // Both take what they can from the input's begin and return the rest.
  [[nodiscard]] std::string_view take_content(std::string_view input, std::string& body);
  [[nodiscard]] std::string_view gather_line(std::string_view input);

  [[nodiscard]] std::size_t line_limit() const;
  [[nodiscard]] Outcome take_gathered_line();
  [[nodiscard]] Outcome take_size_line(std::string_view line);
  [[nodiscard]] Outcome take_trailer_line(std::string_view line);
  [[nodiscard]] Outcome refuse_long_line();
  [[nodiscard]] Outcome refuse(int status, std::string_view reason);

  Limits limits_;
  Expected expected_ = Expected::size_line;
  std::string line_;             // the line so far, its CRLF included
  std::uint64_t taken_ = 0;      // bytes of the coded body so far, those in line_ included
  std::uint64_t remaining_ = 0;  // bytes of the chunk's content still to come
  std::uint64_t promised_ = 0;   // bytes of all chunks' content, as their size lines say
  std::size_t trailer_bytes_ = 0;
  std::size_t trailer_count_ = 0;
  std::size_t consumed_ = 0;
  Fault fault_;
};

}  // namespace tuber::http
