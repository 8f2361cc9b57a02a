// Tables of request heads and what must come of them, for the tests of everything that takes part
// in parsing one.
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

// Feeds the message whole, byte by byte, and cut in two at every place, and checks that the outcome
// is the same each time; returns it.
SeenHead parse_every_way(const std::string& message, const Limits& limits = {});

struct ValidHead {
  std::string name;
  std::string message;
  SeenHead expected;  // but for the outcome and the size, which are always the same
};

// Checks each message, alone and with more behind it.
void check_valid(const std::vector<ValidHead>& table);

struct MalformedHead {
  std::string name;
  std::string message;
  int status;
  std::size_t offset;
};

void check_malformed(const std::vector<MalformedHead>& table);

// Messages: a GET with this request line or this Host, and a POST with these lines after Host.
std::string requesting(const std::string& line);
std::string asking(const std::string& host);
std::string posting(const std::string& lines);

// What posting() puts before them, and where they begin.
inline constexpr std::string_view kPosted = "POST /tuber HTTP/1.1\r\nHost: board\r\n";
inline constexpr std::size_t kPostedLines = kPosted.size();

// A malformed posting(); `offset` counts from the lines' begin.
MalformedHead bad_lines(const char* name, const std::string& lines, std::size_t offset = 0,
                        int status = 400);

// What is seen of an HTTP/1.1 head to be kept alive, without body.
using Fields = std::vector<std::pair<std::string, std::string>>;
SeenHead head(std::string method, std::string target, Fields fields, std::string path = "",
              std::string host = "board");

// What is seen of a posting() with these fields.
SeenHead post(Fields more_fields);

// The same but for one thing.
SeenHead with_length(SeenHead seen, std::uint64_t length);
SeenHead chunked(SeenHead seen);
SeenHead closing(SeenHead seen);
SeenHead kept(SeenHead seen);
SeenHead continuing(SeenHead seen);
SeenHead http10(SeenHead seen);

}  // namespace tuber::http::testing
