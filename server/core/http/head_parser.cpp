#include "http/head_parser.hpp"

#include <atomic>
#include <cstdint>

#include "http/characters.hpp"
#include "http/fields.hpp"
#include "http/host.hpp"

namespace tuber::http {
namespace {

// Larger heads are parsed every time: a copy of them would cost too much memory per connection.
constexpr std::size_t kMaxRepeatedHead = 1024;

// Unique for all parsers of the process.
std::uint64_t next_serial() {
  static std::atomic<std::uint64_t> last = 0;
  return last.fetch_add(1, std::memory_order_relaxed) + 1;
}

// All views point into the line.
struct RequestLine {
  std::string_view method;
  std::string_view target;
  std::string_view path;       // without the query; empty means "/" (RFC 9110 section 4.2.3)
  std::string_view authority;  // of an absolute-form target; otherwise empty
  int minor_version = 1;       // 0 or 1: HTTP/1.2 and later is read as 1.1 (RFC 9110 section 2.5)
};

// HTTP-version = "HTTP/" DIGIT "." DIGIT, case-sensitive (RFC 9112 section 2.3).
std::optional<Fault> parse_version(std::string_view version, std::size_t offset, int& minor) {
  const bool well_formed = version.size() == 8 && version.starts_with("HTTP/") &&
                           is_digit(version[5]) && version[6] == '.' && is_digit(version[7]);
  if (!well_formed) return Fault{400, offset, "malformed HTTP version"};
  if (version[5] != '1') return Fault{505, offset, "only HTTP/1.0 and HTTP/1.1 are served"};
  minor = version[7] == '0' ? 0 : 1;
  return std::nullopt;
}

std::string_view without_query(std::string_view path) {
  return path.substr(0, path.find('?'));
}

// absolute-form, RFC 9112 section 3.2.2: clients send it to proxies, and servers must accept it.
std::optional<Fault> parse_absolute_form(std::size_t offset, RequestLine& parsed) {
  constexpr std::string_view scheme = "http://";
  if (!equals_ignoring_case(parsed.target.substr(0, scheme.size()), scheme)) {
    return Fault{400, offset, "request target is neither a path nor an http URI"};
  }
  const std::string_view rest = parsed.target.substr(scheme.size());
  parsed.authority = rest.substr(0, rest.find_first_of("/?"));
  // This also refuses user information (RFC 9110 section 4.2.4): no host contains "@".
  if (!parse_host(parsed.authority)) {
    return Fault{400, offset + scheme.size(), "invalid authority in the request target"};
  }
  parsed.path = without_query(rest.substr(parsed.authority.size()));
  return std::nullopt;
}

// Three of the four forms of RFC 9112 section 3.2; the authority-form is only for CONNECT.
std::optional<Fault> parse_target(std::size_t offset, RequestLine& parsed) {
  parsed.authority = {};
  if (parsed.method == "CONNECT") return Fault{400, 0, "CONNECT is not supported"};
  if (parsed.target.front() == '/') {
    parsed.path = without_query(parsed.target);
    return std::nullopt;
  }
  if (parsed.target == "*") {
    parsed.path = parsed.target;
    if (parsed.method == "OPTIONS") return std::nullopt;
    return Fault{400, offset, "request target * is for OPTIONS only"};
  }
  return parse_absolute_form(offset, parsed);
}

// Splits `line`, given without its CRLF (RFC 9112 section 3). The offset of a fault counts from the
// start of the line.
std::optional<Fault> parse_request_line(std::string_view line, RequestLine& parsed) {
  const std::size_t method_size = span_of_class(line, kTokenCharacter);
  if (method_size == 0 || method_size == line.size() || line[method_size] != ' ') {
    return Fault{400, method_size, "malformed method"};
  }
  parsed.method = line.substr(0, method_size);

  const std::size_t target_offset = method_size + 1;
  const std::string_view rest = line.substr(target_offset);
  const std::size_t target_size = span_of_class(rest, kTargetCharacter);
  if (target_size == 0 || target_size == rest.size() || rest[target_size] != ' ') {
    return Fault{400, target_offset + target_size,
                 target_size == rest.size() ? "request line has no HTTP version"
                                            : "invalid character in the request target"};
  }
  parsed.target = rest.substr(0, target_size);

  const std::size_t version_offset = target_offset + target_size + 1;
  auto fault = parse_version(line.substr(version_offset), version_offset, parsed.minor_version);
  return fault ? fault : parse_target(target_offset, parsed);
}

}  // namespace

// Control characters and limits are checked at the first byte that violates the rule, all other
// rules at the end of their line, never later. Therefore the outcome does not depend on how the
// bytes were split into pieces.
Outcome HeadParser::parse(std::string_view received) {
  if (fault_.status != 0) return Outcome::fault;
  if (!started_) {
    if (repeats_last_head(received)) {
      consumed_ = last_head_.size();
      rebase(received);
      return Outcome::complete;
    }
    start();
  }
  const Outcome outcome = parse_lines(received.substr(0, limits_.head));
  if (outcome == Outcome::need_more && received.size() > limits_.head) {
    return refuse({431, 0, "request head is too long"}, limits_.head);
  }
  return outcome;
}

void HeadParser::reset() {
  started_ = false;
  consumed_ = 0;
  fault_ = {};
}

bool HeadParser::repeats_last_head(std::string_view received) const {
  return !last_head_.empty() && received.starts_with(last_head_);
}

void HeadParser::start() {
  started_ = true;
  last_head_.clear();
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

// CRLF is the only line end. RFC 9112 section 2.2 allows servers to accept a bare LF, but then they
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
    expected_ = Expected::request_line;  // RFC 9112 section 2.2: old clients send one
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
  if (size <= kMaxRepeatedHead) last_head_ = text.substr(0, size);
  rebase(text);
  return Outcome::complete;
}

Outcome HeadParser::refuse(const Fault& fault, std::size_t offset) {
  fault_ = {fault.status, offset + fault.offset, fault.reason};
  return Outcome::fault;
}

}  // namespace tuber::http
