// Decodes the chunked transfer coding (RFC 9112 section 7.1) incrementally. Must never allocate
// memory for a size that was only announced. The outcome must not depend on how the bytes were
// split into pieces.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "http/limits.hpp"
#include "http/request.hpp"

namespace tuber::http {

// Decodes the chunked bodies of one connection, one after the other. Each call gets only new bytes
// and consumes all of them, unless the body ends within them or they are malformed. The caller
// therefore need not keep input between calls. Not thread-safe.
class ChunkedDecoder {
 public:
  explicit ChunkedDecoder(const Limits& limits) : limits_(limits) {}

  // Appends the content of the next bytes to `body`, which the caller empties before the first
  // call. Complete: the last chunk and the trailers were read, and the next request begins at
  // consumed(). A body (413) or trailers (431) above their limits are faults, like malformed bytes.
  // REQUIRES: no complete and no fault since the last reset().
  [[nodiscard]] Outcome decode(std::string_view input, std::string& body);

  // The number of bytes of the last input that belong to this body.
  [[nodiscard]] std::size_t consumed() const { return consumed_; }

  // The offset of the fault counts from the first byte after the head.
  // REQUIRES: the last decode() was a fault.
  [[nodiscard]] const Fault& fault() const { return fault_; }

  // Prepares for the next body.
  void reset();

 private:
  enum class Expected { size_line, content, content_end, trailer_line };

  // Both consume the beginning of the input and return the rest.
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
  std::string line_;              // the line so far, including its CRLF
  std::uint64_t offset_ = 0;      // bytes of the coded body read so far, including those in line_
  std::uint64_t remaining_ = 0;   // bytes of the current chunk's content still to come
  std::uint64_t total_size_ = 0;  // sum of the chunk sizes so far
  std::size_t trailer_bytes_ = 0;
  std::size_t trailer_count_ = 0;
  std::size_t consumed_ = 0;
  Fault fault_;
};

}  // namespace tuber::http
