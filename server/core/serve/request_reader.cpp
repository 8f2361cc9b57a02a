#include "serve/request_reader.hpp"

#include <algorithm>
#include <cstring>
#include <new>
#include <utility>

namespace tuber::serve {

using http::Framing;
using http::Outcome;

namespace {

// Room after the largest head, for small bodies and for pieces of chunked ones. The system provides
// memory when it is written to, so unused room costs nothing.
constexpr std::size_t kRoomAfterHead = 32 * 1024;

// More memory of a decoded body than this is released after its request.
constexpr std::size_t kKeptBody = 64 * 1024;

}  // namespace

RequestReader::RequestReader(const http::Limits& limits)
    : parser_(limits),
      decoder_(limits),
      capacity_(limits.head + kRoomAfterHead),
      buffer_(std::make_unique_for_overwrite<char[]>(capacity_)) {}

Outcome RequestReader::examine() {
  // The bytes of a body were all examined when they arrived.
  return stage_ != Stage::head || begin_ == end_ ? Outcome::need_more : examine_head();
}

std::span<char> RequestReader::space() {
  if (stage_ == Stage::body_in_own_memory) return body_buffer_.space();
  return {buffer_.get() + end_, capacity_ - end_};
}

Outcome RequestReader::received(std::size_t count) {
  if (stage_ == Stage::body_in_own_memory) {
    body_buffer_.received(count);
    return body_buffer_.complete() ? complete(end_ - begin_) : Outcome::need_more;
  }
  end_ += count;
  switch (stage_) {
    case Stage::body_after_head: {
      const std::size_t size = head_size() + parser_.head().content_length;
      return end_ - begin_ >= size ? complete(size) : Outcome::need_more;
    }
    case Stage::body_chunked:
      return decode_chunks();
    default:
      return examine_head();
  }
}

void RequestReader::next() {
  begin_ += size_;
  if (begin_ == end_) begin_ = end_ = 0;
  size_ = 0;
  stage_ = Stage::head;
  if (framing_ == Framing::chunked) {
    decoder_.reset();
    body_decoded_.clear();
    if (body_decoded_.capacity() > kKeptBody) body_decoded_ = std::string();
  }
  if (has_own_memory_) body_buffer_.release();
  has_own_memory_ = false;
  framing_ = Framing::none;
  continue_due_ = false;
  parser_.reset();
}

void RequestReader::clear() {
  begin_ = end_ = 0;
  parser_.reset();
}

bool RequestReader::take_continue_due() {
  return std::exchange(continue_due_, false);
}

std::string_view RequestReader::body() const {
  if (framing_ == Framing::chunked) return body_decoded_;
  if (has_own_memory_) return body_buffer_.view();
  return received_bytes().substr(head_size(), parser_.head().content_length);
}

Outcome RequestReader::examine_head() {
  switch (parser_.parse(received_bytes())) {
    case Outcome::complete:
      return begin_body();
    case Outcome::fault:
      fault_ = parser_.fault();
      return Outcome::fault;
    case Outcome::need_more:
      break;
  }
  move_to_front();
  return Outcome::need_more;
}

Outcome RequestReader::begin_body() {
  const http::RequestHead& head = parser_.head();
  framing_ = head.framing;
  continue_due_ = head.expects_continue && end_ - begin_ == head_size();
  switch (framing_) {
    case Framing::none:
      return complete(head_size());
    case Framing::length:
      return begin_length_body();
    case Framing::chunked:
      break;
  }
  move_to_front();
  stage_ = Stage::body_chunked;
  return decode_chunks();
}

Outcome RequestReader::begin_length_body() {
  const auto length = static_cast<std::size_t>(parser_.head().content_length);
  // Lengths are compared, never added: without a limit an announced one may be the largest number.
  if (end_ - begin_ - head_size() >= length) return complete(head_size() + length);
  move_to_front();
  if (length <= capacity_ - head_size()) {
    stage_ = Stage::body_after_head;
    return Outcome::need_more;
  }
  body_buffer_.begin(length);
  has_own_memory_ = true;
  stage_ = Stage::body_in_own_memory;
  std::string_view arrived = received_bytes().substr(head_size());
  end_ = begin_ + head_size();
  while (!arrived.empty()) {  // more than one space if the limit of heads is large
    const std::span<char> place = body_buffer_.space();
    if (place.empty()) return refuse_body();
    const std::size_t count = std::min(place.size(), arrived.size());
    std::memcpy(place.data(), arrived.data(), count);
    body_buffer_.received(count);
    arrived.remove_prefix(count);
  }
  return Outcome::need_more;
}

Outcome RequestReader::refuse_body() {
  fault_ = {503, 0, "out of memory for the request body"};
  return Outcome::fault;
}

Outcome RequestReader::decode_chunks() {
  const std::string_view input = received_bytes().substr(head_size());
  Outcome outcome;
  try {
    outcome = decoder_.decode(input, body_decoded_);
  } catch (const std::bad_alloc&) {
    body_decoded_ = std::string();  // other requests may need its memory
    return refuse_body();
  }
  switch (outcome) {
    case Outcome::complete:
      return complete(head_size() + decoder_.consumed());
    case Outcome::fault:
      fault_ = decoder_.fault();
      return Outcome::fault;
    case Outcome::need_more:
      break;
  }
  end_ = begin_ + head_size();  // the decoder has taken everything
  return Outcome::need_more;
}

Outcome RequestReader::complete(std::size_t size) {
  size_ = size;
  stage_ = Stage::complete;
  return Outcome::complete;
}

// Makes room for the rest of a request that came after others. Done once per request, so bytes are
// moved at most once.
void RequestReader::move_to_front() {
  if (begin_ == 0) return;
  std::memmove(buffer_.get(), buffer_.get() + begin_, end_ - begin_);
  end_ -= begin_;
  begin_ = 0;
  if (framing_ != Framing::none) parser_.rebase(received_bytes());
}

}  // namespace tuber::serve
