#include "http/connection_fields.hpp"

#include <limits>

#include "http/characters.hpp"
#include "http/host.hpp"

namespace tuber::http {
namespace {

constexpr std::uint64_t kLargest = std::numeric_limits<std::uint64_t>::max();

Fault bad_request(std::string_view reason) {
  return {400, 0, reason};
}

// 1*DIGIT. Returns the largest number if the value does not fit, which then exceeds every limit
// (RFC 9110 section 8.6 requires to anticipate such values).
std::optional<std::uint64_t> parse_decimal(std::string_view text) {
  if (text.empty()) return std::nullopt;
  std::uint64_t value = 0;
  for (const char c : text) {
    if (!is_digit(c)) return std::nullopt;
    const auto digit = static_cast<std::uint64_t>(c - '0');
    value = value > (kLargest - digit) / 10 ? kLargest : value * 10 + digit;
  }
  return value;
}

}  // namespace

void ConnectionFields::begin(int minor_version, std::uint64_t body_limit) {
  *this = ConnectionFields{};
  minor_version_ = minor_version;
  body_limit_ = body_limit;
}

std::optional<Fault> ConnectionFields::take(const Field& field) {
  const auto named = [&](std::string_view name) { return equals_ignoring_case(field.name, name); };
  switch (field.name.size()) {  // most fields are rejected by size alone
    case 4:
      return named("host") ? take_host(field.value) : std::nullopt;
    case 6:
      return named("expect") ? take_expect(field.value) : std::nullopt;
    case 10:
      if (named("connection")) take_connection(field.value);
      return std::nullopt;
    case 12:
      return named("content-type") ? take_content_type() : std::nullopt;
    case 14:
      return named("content-length") ? take_content_length(field.value) : std::nullopt;
    case 17:
      return named("transfer-encoding") ? take_transfer_encoding(field.value) : std::nullopt;
    default:
      return std::nullopt;
  }
}

std::optional<Fault> ConnectionFields::finish(RequestHead& head) const {
  // RFC 9112 section 3.2. HTTP/1.0, which ApacheBench sends, has no Host.
  if (!host_ && minor_version_ > 0) return bad_request("HTTP/1.1 request without Host");
  head.framing = chunked_ ? Framing::chunked : content_length_ ? Framing::length : Framing::none;
  head.content_length = content_length_.value_or(0);
  head.keep_alive = !close_ && (minor_version_ > 0 || keep_alive_);
  head.expects_continue = continue_ && (chunked_ || head.content_length > 0);
  return std::nullopt;
}

std::optional<Fault> ConnectionFields::take_host(std::string_view value) {
  if (host_) return bad_request("more than one Host");
  if (!parse_host(value)) return bad_request("invalid Host");
  host_ = true;
  return std::nullopt;
}

// RFC 9110 section 5.3: only list fields may be repeated. With two types, another server or the
// browser policy could use the other one.
std::optional<Fault> ConnectionFields::take_content_type() {
  if (content_type_) return bad_request("more than one Content-Type");
  content_type_ = true;
  return std::nullopt;
}

// RFC 9110 section 8.6: repetitions of one value, in a list or in several fields, are harmless, and
// some middleboxes produce them. Differing values are refused.
std::optional<Fault> ConnectionFields::take_content_length(std::string_view value) {
  if (chunked_) return bad_request("both Transfer-Encoding and Content-Length");
  for (bool more = true; more;) {
    const auto length = parse_decimal(take_list_member(value, more));
    if (!length) return bad_request("malformed Content-Length");
    if (content_length_ && *content_length_ != *length) {
      return bad_request("differing values of Content-Length");
    }
    content_length_ = length;
  }
  if (*content_length_ > body_limit_ || *content_length_ == kLargest) {
    return Fault{413, 0, "Content-Length exceeds the body limit"};
  }
  return std::nullopt;
}

// RFC 9112 section 6.1 suggests 501 for unknown codings. They get 400 here, like a misspelled
// "chunked", which is a known smuggling attempt.
std::optional<Fault> ConnectionFields::take_transfer_encoding(std::string_view value) {
  if (minor_version_ == 0) return bad_request("Transfer-Encoding in HTTP/1.0");
  if (content_length_) return bad_request("both Transfer-Encoding and Content-Length");
  if (chunked_) return bad_request("more than one Transfer-Encoding");
  if (!equals_ignoring_case(value, "chunked")) {
    return bad_request("Transfer-Encoding other than chunked");
  }
  chunked_ = true;
  return std::nullopt;
}

// RFC 9112 section 9.3. Unknown options are ignored.
void ConnectionFields::take_connection(std::string_view value) {
  for (bool more = true; more;) {
    const std::string_view option = take_list_member(value, more);
    close_ |= equals_ignoring_case(option, "close");
    keep_alive_ |= equals_ignoring_case(option, "keep-alive");
  }
}

// RFC 9110 section 10.1.1. The expectation of an HTTP/1.0 client is ignored.
std::optional<Fault> ConnectionFields::take_expect(std::string_view value) {
  if (!equals_ignoring_case(value, "100-continue")) {
    return Fault{417, 0, "expectation other than 100-continue"};
  }
  continue_ = minor_version_ > 0;
  return std::nullopt;
}

}  // namespace tuber::http
