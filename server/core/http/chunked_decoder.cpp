#include "http/chunked_decoder.hpp"

#include <algorithm>
#include <limits>
#include <optional>

#include "http/characters.hpp"
#include "http/fields.hpp"

namespace tuber::http {
namespace {

// Removes 1*HEXDIG from the start of `text`. Returns the largest number if the value does not fit,
// which then exceeds every limit; nothing if there is no digit.
std::optional<std::uint64_t> take_hexadecimal(std::string_view& text) {
  constexpr std::uint64_t largest = std::numeric_limits<std::uint64_t>::max();
  std::uint64_t value = 0;
  std::size_t digits = 0;
  for (; digits < text.size() && hex_value(text[digits]) >= 0; ++digits) {
    const auto digit = static_cast<std::uint64_t>(hex_value(text[digits]));
    value = value > largest / 16 ? largest : value * 16 + digit;
  }
  if (digits == 0) return std::nullopt;
  text.remove_prefix(digits);
  return value;
}

// [ BWS ";" ... ], RFC 9112 section 7.1.1. Extensions are ignored and their grammar is not checked,
// but control characters and bytes outside ASCII are refused.
bool are_valid_extensions(std::string_view text) {
  if (!text.empty() && !trim(text).starts_with(';')) return false;
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return c == '\t' || (c >= ' ' && c <= '~'); });
}

}  // namespace

// As in the head parser, each rule is applied at the first byte that can break a limit or at the
// end of its line, so the outcome does not depend on how the bytes were split.
Outcome ChunkedDecoder::decode(std::string_view input, std::string& body) {
  std::string_view rest = input;
  Outcome outcome = Outcome::need_more;
  while (outcome == Outcome::need_more && !rest.empty()) {
    if (expected_ == Expected::content) {
      rest = take_content(rest, body);
    } else {
      rest = gather_line(rest);
      outcome = take_gathered_line();
    }
  }
  consumed_ = input.size() - rest.size();
  return outcome;
}

void ChunkedDecoder::reset() {
  expected_ = Expected::size_line;
  line_.clear();
  offset_ = remaining_ = total_size_ = 0;
  trailer_bytes_ = trailer_count_ = consumed_ = 0;
  fault_ = {};
}

std::string_view ChunkedDecoder::take_content(std::string_view input, std::string& body) {
  const std::uint64_t size = std::min<std::uint64_t>(input.size(), remaining_);
  const std::string_view content = input.substr(0, static_cast<std::size_t>(size));
  body.append(content);
  offset_ += content.size();
  remaining_ -= content.size();
  if (remaining_ == 0) expected_ = Expected::content_end;
  return input.substr(content.size());
}

// Reads up to the LF, but at most the longest valid line, so line_ stays small.
std::string_view ChunkedDecoder::gather_line(std::string_view input) {
  const std::size_t limit = line_limit();
  const std::string_view room = input.substr(0, limit < input.size() ? limit + 2 : input.size());
  const std::size_t line_feed = room.find('\n');
  const std::string_view piece =
      line_feed == std::string_view::npos ? room : room.substr(0, line_feed + 1);
  line_.append(piece);
  offset_ += piece.size();
  return input.substr(piece.size());
}

// The limit of bytes before the CRLF.
std::size_t ChunkedDecoder::line_limit() const {
  switch (expected_) {
    case Expected::size_line:
      return limits_.chunk_line;
    case Expected::trailer_line:
      return limits_.head > trailer_bytes_ ? limits_.head - trailer_bytes_ : 0;
    default:
      return 0;  // only CRLF may follow the content of a chunk
  }
}

Outcome ChunkedDecoder::take_gathered_line() {
  std::string_view line = line_;
  const bool ended = line.ends_with('\n');
  if (ended) line.remove_suffix(1);
  const bool has_cr = line.ends_with('\r');
  if (has_cr) line.remove_suffix(1);

  if (line.size() > line_limit()) return refuse_long_line();
  if (!ended) return Outcome::need_more;
  if (!has_cr) return refuse(400, "bare LF in a chunked body");

  Outcome outcome = Outcome::need_more;
  if (expected_ == Expected::size_line) {
    outcome = take_size_line(line);
  } else if (expected_ == Expected::trailer_line) {
    outcome = take_trailer_line(line);
  } else {
    expected_ = Expected::size_line;
  }
  if (outcome != Outcome::fault) line_.clear();
  return outcome;
}

Outcome ChunkedDecoder::take_size_line(std::string_view line) {
  const auto size = take_hexadecimal(line);
  if (!size) return refuse(400, "chunk size is not a hexadecimal number");
  if (!are_valid_extensions(line)) return refuse(400, "malformed chunk extension");
  if (*size > limits_.body - total_size_) return refuse(413, "chunked body exceeds the body limit");
  total_size_ += *size;
  remaining_ = *size;
  expected_ = *size > 0 ? Expected::content : Expected::trailer_line;
  return Outcome::need_more;
}

// Trailers are read and dropped: RFC 9110 section 6.5.1 forbids merging them into the head unless
// the field's definition permits it.
Outcome ChunkedDecoder::take_trailer_line(std::string_view line) {
  if (line.empty()) return Outcome::complete;
  if (++trailer_count_ > limits_.fields) return refuse(431, "too many trailer fields");
  if (find_control(line, 0) < line.size()) return refuse(400, "control character in a trailer");
  Field ignored;
  if (const auto fault = parse_field_line(line, ignored)) {
    return refuse(fault->status, fault->reason);
  }
  trailer_bytes_ += line.size() + 2;
  return Outcome::need_more;
}

Outcome ChunkedDecoder::refuse_long_line() {
  switch (expected_) {
    case Expected::size_line:
      return refuse(400, "chunk size line is too long");
    case Expected::trailer_line:
      return refuse(431, "trailer fields exceed the head limit");
    default:
      return refuse(400, "content of a chunk is not followed by CRLF");
  }
}

Outcome ChunkedDecoder::refuse(int status, std::string_view reason) {
  fault_ = {status, static_cast<std::size_t>(offset_ - line_.size()), reason};
  return Outcome::fault;
}

}  // namespace tuber::http
