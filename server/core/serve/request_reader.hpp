// Turns the bytes received on a connection into requests, one at a time. Bytes only: must never
// touch a socket or a clock.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/growing_buffer.hpp"
#include "http/chunked_decoder.hpp"
#include "http/head_parser.hpp"
#include "http/limits.hpp"
#include "http/request.hpp"
#include "serve/handler.hpp"

namespace tuber::serve {

// Heads and small bodies are received into one buffer and stay there. A body too large for it is
// received directly into its own memory. Bytes after a request are kept for the next one.
//
//   for (outcome = examine(); outcome == need_more; outcome = received(n)) n = recv(space());
//   complete: request(), then next() and again;   fault: answer fault() and close
//
// Belongs to a connection from the first byte of a request to its reply, otherwise to a worker. Not
// thread-safe.
class RequestReader {
 public:
  explicit RequestReader(const http::Limits& limits);

  // Looks for a request in the bytes received so far.
  [[nodiscard]] http::Outcome examine();

  // The place for the next bytes; empty if there is no memory for the announced body.
  // REQUIRES: the last outcome was need_more, or nothing was received since next().
  [[nodiscard]] std::span<char> space();

  // Processes the first `count` bytes that were written to space().
  [[nodiscard]] http::Outcome received(std::size_t count);

  // REQUIRES: the last outcome was complete. Borrowed until next().
  [[nodiscard]] Request request() {
    return {parser_.head(), body(), has_own_memory_ ? &body_buffer_ : nullptr};
  }

  // REQUIRES: the last outcome was a fault.
  [[nodiscard]] const http::Fault& fault() const { return fault_; }

  // Drops the complete request.
  void next();

  // True if no part of a request is here: at most the CRLF that old clients send after a body (RFC
  // 9112 section 2.2), and no request need follow it.
  [[nodiscard]] bool empty() const {
    return stage_ == Stage::head && (begin_ == end_ || received_bytes() == "\r\n");
  }

  // Drops that CRLF, so that another connection can use the reader. REQUIRES: empty().
  void clear();

  // True if the head is complete and the body is not.
  [[nodiscard]] bool in_body() const { return stage_ != Stage::head && stage_ != Stage::complete; }

  // True once for a request whose client waits for `100 Continue` before it sends the body, unless
  // a part of the body has arrived (RFC 9110 section 10.1.1).
  [[nodiscard]] bool take_continue_due();

 private:
  enum class Stage { head, body_after_head, body_in_own_memory, body_chunked, complete };

  [[nodiscard]] std::string_view received_bytes() const {
    return {buffer_.get() + begin_, end_ - begin_};
  }
  [[nodiscard]] std::size_t head_size() const { return parser_.consumed(); }
  [[nodiscard]] std::string_view body() const;
  http::Outcome examine_head();
  http::Outcome begin_body();
  http::Outcome begin_length_body();
  http::Outcome decode_chunks();
  http::Outcome refuse_body();
  http::Outcome complete(std::size_t size);
  void move_to_front();

  http::HeadParser parser_;
  http::ChunkedDecoder decoder_;
  http::Fault fault_;
  std::size_t capacity_;
  std::unique_ptr<char[]> buffer_;
  std::size_t begin_ = 0;  // of the request in the buffer
  std::size_t end_ = 0;    // of what was received into the buffer
  std::size_t size_ = 0;   // of the complete request, its part in the buffer
  Stage stage_ = Stage::head;
  http::Framing framing_ = http::Framing::none;
  bool continue_due_ = false;
  bool has_own_memory_ = false;
  base::GrowingBuffer body_buffer_;
  std::string body_decoded_;
};

}  // namespace tuber::serve
