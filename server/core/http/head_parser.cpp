#include "http/head_parser.hpp"

#include <atomic>
#include <cstdint>

#include "http/characters.hpp"
#include "http/field_line.hpp"
#include "http/request_line.hpp"

namespace tuber::http {
namespace {

// Larger heads are parsed every time, to save memory.
constexpr std::size_t kLargestRemembered = 1024;

// Numbers heads, for all parsers of the process. Relaxed: numbers must only be different.
std::uint64_t next_serial() {
  static std::atomic<std::uint64_t> last = 0;
  return last.fetch_add(1, std::memory_order_relaxed) + 1;
}

}  // namespace

// Each rule is applied at the first byte that can break it (control characters and limits) or at
// the end of its line (all others). So the outcome does not depend on how the bytes were split.
Outcome HeadParser::parse(std::string_view received) {
  if (fault_.status != 0) return Outcome::fault;
  if (!begun_) {
    if (repeats_last(received)) {
      consumed_ = last_.size();
      rebase(received);
      return Outcome::complete;
    }
    begin();
  }
  const Outcome outcome = parse_lines(received.substr(0, limits_.head));
  if (outcome == Outcome::need_more && received.size() > limits_.head) {
    return refuse({431, 0, "request head exceeds its limit of bytes"}, limits_.head);
  }
  return outcome;
}

void HeadParser::reset() {
  begun_ = false;
  consumed_ = 0;
  fault_ = {};
}

bool HeadParser::repeats_last(std::string_view received) const {
  return !last_.empty() && received.starts_with(last_);
}

void HeadParser::begin() {
  begun_ = true;
  last_.clear();
  expected_ = Expected::empty_line_or_request_line;
  line_begin_ = scanned_ = 0;
  fields_.clear();
}

void HeadParser::rebase(std::string_view received) {
  head_.method = method_.in(received);
  head_.target = target_.in(received);
  head_.path = path_.size > 0 ? path_.in(received) : std::string_view("/");
  head_.host = host_.in(received);
  head_.fields.resize(fields_.size());
  for (std::size_t i = 0; i < fields_.size(); ++i) {
    head_.fields[i] = {fields_[i].name.in(received), fields_[i].value.in(received)};
  }
}

// CRLF is the only line end: RFC 9112 section 2.2 allows servers to accept a bare LF, but then they
// disagree with servers that do not. A CR elsewhere must be refused.
Outcome HeadParser::parse_lines(std::string_view text) {
  while (true) {
    scanned_ = find_control(text, scanned_);
    if (expected_ != Expected::field_line && scanned_ - line_begin_ > limits_.request_line) {
      return refuse({414, limits_.request_line, "request line is too long"}, line_begin_);
    }
    if (scanned_ == text.size()) return Outcome::need_more;
    if (text[scanned_] == '\n') return refuse({400, 0, "bare LF"}, scanned_);
    if (text[scanned_] != '\r') return refuse({400, 0, "control character"}, scanned_);
    if (scanned_ + 1 == text.size()) return Outcome::need_more;
    if (text[scanned_ + 1] != '\n') return refuse({400, 0, "bare CR"}, scanned_);

    const Span line{line_begin_, scanned_ - line_begin_};
    scanned_ += 2;
    line_begin_ = scanned_;
    const Outcome outcome = take_line(text, line);
    if (outcome != Outcome::need_more) return outcome;
  }
}

Outcome HeadParser::take_line(std::string_view text, Span line) {
  if (expected_ == Expected::field_line) {
    return line.size > 0 ? take_field_line(text, line) : finish(text, line_begin_);
  }
  if (line.size == 0 && expected_ == Expected::empty_line_or_request_line) {
    expected_ = Expected::request_line;  // RFC 9112 section 2.2: one, from old clients
    return Outcome::need_more;
  }
  return take_request_line(text, line);
}

Outcome HeadParser::take_request_line(std::string_view text, Span line) {
  RequestLine parsed;
  if (const auto fault = parse_request_line(line.in(text), parsed)) {
    return refuse(*fault, line.begin);
  }
  const auto span_of = [&](std::string_view part) {
    return Span{static_cast<std::size_t>(part.data() - text.data()), part.size()};
  };
  method_ = span_of(parsed.method);
  target_ = span_of(parsed.target);
  path_ = parsed.path.empty() ? Span{} : span_of(parsed.path);
  host_ = parsed.authority.empty() ? Span{} : span_of(parsed.authority);
  head_.minor_version = parsed.minor_version;
  connection_fields_.begin(parsed.minor_version, limits_.body);
  expected_ = Expected::field_line;
  return Outcome::need_more;
}

Outcome HeadParser::take_field_line(std::string_view text, Span line) {
  if (fields_.size() == limits_.fields) {
    return refuse({431, 0, "too many header fields"}, line.begin);
  }
  Field field;
  if (const auto fault = parse_field_line(line.in(text), field)) return refuse(*fault, line.begin);
  if (const auto fault = connection_fields_.take(field)) return refuse(*fault, line.begin);

  const std::size_t value_begin = static_cast<std::size_t>(field.value.data() - text.data());
  fields_.push_back({{line.begin, field.name.size()}, {value_begin, field.value.size()}});
  // RFC 9112 section 3.2.2: the authority of an absolute-form target overrides Host.
  const bool is_host = host_.size == 0 && equals_ignoring_case(field.name, "host");
  if (is_host) host_ = fields_.back().value;
  return Outcome::need_more;
}

Outcome HeadParser::finish(std::string_view text, std::size_t size) {
  if (const auto fault = connection_fields_.finish(head_)) return refuse(*fault, size - 2);
  consumed_ = size;
  head_.serial = next_serial();
  if (size <= kLargestRemembered) last_ = text.substr(0, size);
  rebase(text);
  return Outcome::complete;
}

Outcome HeadParser::refuse(const Fault& fault, std::size_t offset) {
  fault_ = {fault.status, offset + fault.offset, fault.reason};
  return Outcome::fault;
}

}  // namespace tuber::http
