// Decodes the chunked transfer coding (RFC 9112 section 7.1) incrementally. Must never take memory
// for a size that was only announced. The outcome must never depend on how the bytes were split.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "http/limits.hpp"
#include "http/outcome.hpp"

namespace tuber::http {

// Serves the chunked bodies of one connection, one after the other. Each call takes bytes that were
// not consumed yet, and consumes all of them unless the body ends among them or they are at fault.
// So the caller keeps nothing between calls. Not thread-safe.
class ChunkedDecoder {
 public:
  explicit ChunkedDecoder(const Limits& limits) : limits_(limits) {}

  // Appends the content of the next bytes to `body`, which the caller clears before the first call.
  // Complete: the trailers were read, and the next request begins at consumed(). Exceeding the
  // limit of the body (413) or of the trailers (431) is a fault like malformed bytes. REQUIRES:
  // neither complete nor a fault since the last reset().
  [[nodiscard]] Outcome decode(std::string_view input, std::string& body);

  // The number of bytes of the last input that belong to this body.
  [[nodiscard]] std::size_t consumed() const { return consumed_; }

  // REQUIRES: the last decode() was a fault. Its offset counts from the first byte after the head.
  [[nodiscard]] const Fault& fault() const { return fault_; }

  // Prepares for the next body.
  void reset();

 private:
  enum class Expected { size_line, content, content_end, trailer_line };

  // Both take what they can and return the rest of the input.
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
  std::string line_;             // the line so far, with its CRLF
  std::uint64_t taken_ = 0;      // bytes of the coded body so far, with those in line_
  std::uint64_t remaining_ = 0;  // bytes of the chunk's content still to come
  std::uint64_t promised_ = 0;   // bytes of all chunks' content by their size lines
  std::size_t trailer_bytes_ = 0;
  std::size_t trailer_count_ = 0;
  std::size_t consumed_ = 0;
  Fault fault_;
};

}  // namespace tuber::http
