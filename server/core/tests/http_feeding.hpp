// Feeds a message to the parsers of http/ in pieces and records the result, so that tests and fuzz
// targets can check that the result does not depend on the pieces. Every piece has its own
// allocation of exactly its size, so that a sanitizer detects views that outlive their buffer.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "http/chunked_decoder.hpp"
#include "http/head_parser.hpp"

namespace tuber::http::testing {

// A fault without views.
struct SeenFault {
  int status = 0;
  std::size_t offset = 0;
  std::string reason;

  SeenFault() = default;
  explicit SeenFault(const Fault& fault)
      : status(fault.status), offset(fault.offset), reason(fault.reason) {}
  bool operator==(const SeenFault&) const = default;
};

// The result of parsing a head, without views.
struct SeenHead {
  Outcome outcome = Outcome::need_more;
  SeenFault fault;
  std::size_t consumed = 0;
  std::string method, target, path, host;
  int minor_version = -1;
  std::vector<std::pair<std::string, std::string>> fields;
  Framing framing = Framing::none;
  std::uint64_t content_length = 0;
  bool keep_alive = false;
  bool expects_continue = false;

  bool operator==(const SeenHead&) const = default;
};

inline SeenHead see(const HeadParser& parser, Outcome outcome) {
  SeenHead seen;
  seen.outcome = outcome;
  if (outcome == Outcome::fault) seen.fault = SeenFault(parser.fault());
  if (outcome != Outcome::complete) return seen;
  const RequestHead& head = parser.head();
  seen.consumed = parser.consumed();
  seen.method = head.method;
  seen.target = head.target;
  seen.path = head.path;
  seen.host = head.host;
  seen.minor_version = head.minor_version;
  for (const Field& field : head.fields) seen.fields.emplace_back(field.name, field.value);
  seen.framing = head.framing;
  seen.content_length = head.content_length;
  seen.keep_alive = head.keep_alive;
  seen.expects_continue = head.expects_continue;
  return seen;
}

// Parses prefixes of `message` of each of the sizes and then the whole, until it is complete or at
// fault.
inline SeenHead feed_head(HeadParser& parser, std::string_view message,
                          const std::vector<std::size_t>& sizes) {
  parser.reset();
  for (const std::size_t size : sizes) {
    const std::vector<char> buffer(message.begin(), message.begin() + size);
    const Outcome outcome = parser.parse({buffer.data(), buffer.size()});
    if (outcome != Outcome::need_more) return see(parser, outcome);
  }
  const std::vector<char> buffer(message.begin(), message.end());
  const Outcome outcome = parser.parse({buffer.data(), buffer.size()});
  return see(parser, outcome);
}

// The result of decoding a body.
struct SeenBody {
  Outcome outcome = Outcome::need_more;
  SeenFault fault;
  std::size_t consumed = 0;  // of the message, over all pieces; 0 after a fault
  std::string body;          // empty after a fault

  bool operator==(const SeenBody&) const = default;
};

// Decodes `message`, split at each of the ascending offsets.
inline SeenBody feed_body(ChunkedDecoder& decoder, std::string_view message,
                          std::vector<std::size_t> cuts) {
  decoder.reset();
  cuts.push_back(message.size());
  SeenBody seen;
  std::size_t begin = 0;
  for (const std::size_t end : cuts) {
    const std::vector<char> piece(message.begin() + begin, message.begin() + end);
    seen.outcome = decoder.decode({piece.data(), piece.size()}, seen.body);
    seen.consumed += decoder.consumed();
    begin = end;
    if (seen.outcome != Outcome::need_more) break;
  }
  if (seen.outcome != Outcome::fault) return seen;
  return SeenBody{Outcome::fault, SeenFault(decoder.fault()), 0, {}};
}

// 1, 2, 3 ... size - 1, which feeds a message byte by byte.
inline std::vector<std::size_t> every_offset(std::size_t size) {
  std::vector<std::size_t> offsets;
  for (std::size_t offset = 1; offset < size; ++offset) offsets.push_back(offset);
  return offsets;
}

}  // namespace tuber::http::testing
