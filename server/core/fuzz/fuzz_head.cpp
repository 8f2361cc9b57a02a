// Law: any bytes are a valid head, a beginning of one, or a fault, and it makes no difference in
// which pieces they come. What is called valid is checked once more, by rules written differently.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <iterator>
#include <string>
#include <string_view>

#include "http/browser_policy.hpp"
#include "http/characters.hpp"
#include "http/head_parser.hpp"
#include "tests/http_feeding.hpp"

namespace {

using tuber::http::Framing;
using tuber::http::HeadParser;
using tuber::http::Limits;
using tuber::http::Outcome;
using tuber::http::testing::every_offset;
using tuber::http::testing::feed_head;
using tuber::http::testing::SeenHead;

void must(bool law) {
  if (!law) std::abort();
}

// Small enough for the fuzzer to reach every limit.
Limits small_limits() {
  Limits limits;
  limits.request_line = 60;
  limits.head = 400;
  limits.fields = 8;
  limits.body = 100'000;
  return limits;
}

void check_fault(const SeenHead& seen, std::size_t size) {
  constexpr int statuses[] = {400, 413, 414, 417, 431, 505};
  must(std::find(std::begin(statuses), std::end(statuses), seen.fault.status) !=
       std::end(statuses));
  must(seen.fault.offset <= size);
  must(!seen.fault.reason.empty());
}

void check_head(const SeenHead& seen, std::string_view bytes, const Limits& limits) {
  must(seen.consumed <= bytes.size() && seen.consumed <= limits.head);
  const std::string_view head = bytes.substr(0, seen.consumed);
  must(head.ends_with("\r\n\r\n"));
  must(head.find("\r\n\r\n") == head.size() - 4);
  must(static_cast<std::size_t>(std::count(head.begin(), head.end(), '\n')) ==
       seen.fields.size() + 2 + (head.starts_with("\r\n") ? 1 : 0));
  must(std::count(head.begin(), head.end(), '\r') == std::count(head.begin(), head.end(), '\n'));
  must(head.find('\0') == std::string_view::npos);
  must(seen.path.starts_with('/') || (seen.path == "*" && seen.method == "OPTIONS"));
  must(!seen.method.empty() && seen.target.find_first_of(" #\t") == std::string::npos);
  must(seen.minor_version == 0 || (seen.minor_version == 1 && !seen.host.empty()));
  must(seen.content_length <= limits.body);
  must(seen.framing == Framing::length || seen.content_length == 0);
  must(seen.framing != Framing::chunked || seen.minor_version == 1);
  must(seen.fields.size() <= limits.fields);
}

void check_path(std::string_view path) {
  const auto decoded = tuber::http::percent_decode(path);
  const auto escapes = static_cast<std::size_t>(std::count(path.begin(), path.end(), '%'));
  must(decoded || escapes > 0);
  must(!decoded || decoded->size() + 2 * escapes == path.size());
  must(!decoded || decoded->find('\0') == std::string::npos);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const Limits limits = small_limits();
  HeadParser parser(limits);
  const SeenHead whole = feed_head(parser, bytes, {});

  if (whole.outcome == Outcome::fault) check_fault(whole, size);
  if (whole.outcome == Outcome::complete) {
    check_head(whole, bytes, limits);
    must(feed_head(parser, bytes.substr(0, whole.consumed), {}) == whole);
  }
  if (whole.outcome == Outcome::need_more) must(size <= limits.head);

  must(feed_head(parser, bytes, every_offset(size)) == whole);
  if (size > 1) must(feed_head(parser, bytes, {1 + data[size - 1] % (size - 1)}) == whole);

  // The policy and the decoding of paths read whatever the parser lets through.
  parser.reset();
  if (parser.parse(bytes) == Outcome::complete) {
    const auto refused =
        tuber::http::refuse_browser_call(parser.head(), tuber::http::BrowserPolicy{});
    must(!refused || parser.head().field("origin") || parser.head().field("sec-fetch-site"));
    check_path(parser.head().path);
  }
  return 0;
}
