// Tables of request heads and the expected results, for the tests of the head parser and its parts.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "http/limits.hpp"
#include "http_feeding.hpp"

namespace tuber::http::testing {

// Parses the message as a whole, byte by byte, and split at every offset. Checks that the result is
// always the same and returns it.
SeenHead parse_every_way(const std::string& message, const Limits& limits = {});

struct ValidHead {
  std::string name;
  std::string message;
  SeenHead expected;  // without outcome and size, which check_valid() sets
};

// Checks each message, alone and followed by more bytes.
void check_valid(const std::vector<ValidHead>& table);

struct MalformedHead {
  std::string name;
  std::string message;
  int status;
  std::size_t offset;
};

void check_malformed(const std::vector<MalformedHead>& table);

// Messages: a request line followed by a Host field, a GET with this Host, and a POST with these
// field lines after Host.
std::string with_request_line(const std::string& line);
std::string with_host(const std::string& host);
std::string with_fields(const std::string& lines);

// The start of a with_fields() message, and the offset of its `lines`.
inline constexpr std::string_view kPostStart = "POST /tuber HTTP/1.1\r\nHost: board\r\n";
inline constexpr std::size_t kFieldsOffset = kPostStart.size();

// A malformed with_fields() message; `offset` counts from the start of `lines`.
MalformedHead bad_fields(const char* name, const std::string& lines, std::size_t offset = 0,
                         int status = 400);

// The expected result for an HTTP/1.1 head with a persistent connection and no body.
using Fields = std::vector<std::pair<std::string, std::string>>;
SeenHead head(std::string method, std::string target, Fields fields, std::string path = "",
              std::string host = "board");

// The expected result for a with_fields() message with these fields.
SeenHead post(Fields more_fields);

// Each changes one property.
SeenHead with_length(SeenHead seen, std::uint64_t length);
SeenHead chunked(SeenHead seen);
SeenHead closed(SeenHead seen);
SeenHead kept_alive(SeenHead seen);
SeenHead expecting_continue(SeenHead seen);
SeenHead http10(SeenHead seen);

}  // namespace tuber::http::testing
