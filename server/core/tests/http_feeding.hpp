// Feeds a message to the parsers of http/ in pieces and keeps what came of it, so that tests and
// fuzz targets can state the law "the pieces make no difference". Every piece lies in memory of its
// own, as large as the piece, so that a sanitizer sees a view that outlived its buffer.
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

// All that a caller can see of a fault.
struct SeenFault {
  int status = 0;
  std::size_t offset = 0;
  std::string reason;

  SeenFault() = default;
  explicit SeenFault(const Fault& fault)
      : status(fault.status), offset(fault.offset), reason(fault.reason) {}
  bool operator==(const SeenFault&) const = default;
};

// All that a caller can see of a parsed head, without views.
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

// Parses ever longer beginnings of `message`, up to each of the sizes and then the whole, until
// something comes of it.
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

// All that a caller can see of a decoded body.
struct SeenBody {
  Outcome outcome = Outcome::need_more;
  SeenFault fault;
  std::size_t consumed = 0;  // of the message, over all pieces; 0 after a fault
  std::string body;          // empty after a fault

  bool operator==(const SeenBody&) const = default;
};

// Decodes `message` cut at each of the ascending places.
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

// 1, 2, 3 ... size - 1: byte by byte.
inline std::vector<std::size_t> every_place(std::size_t size) {
  std::vector<std::size_t> places;
  for (std::size_t place = 1; place < size; ++place) places.push_back(place);
  return places;
}

}  // namespace tuber::http::testing
