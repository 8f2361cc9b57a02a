#include "http_heads.hpp"

#include <doctest/doctest.h>

namespace tuber::http::testing {

SeenHead parse_every_way(const std::string& message, const Limits& limits) {
  HeadParser parser(limits);
  const SeenHead whole = feed_head(parser, message, {});
  CHECK(feed_head(parser, message, every_offset(message.size())) == whole);
  for (std::size_t cut = 1; cut < message.size(); ++cut) {
    INFO("cut at ", cut);
    CHECK(feed_head(parser, message, {cut}) == whole);
  }
  return whole;
}

void check_valid(const std::vector<ValidHead>& table) {
  for (const ValidHead& valid : table) {
    INFO(valid.name);
    SeenHead expected = valid.expected;
    expected.outcome = Outcome::complete;
    expected.consumed = valid.message.size();
    CHECK(parse_every_way(valid.message) == expected);
    CHECK(parse_every_way(valid.message + "GET /next HTTP/1.1\r\n") == expected);
  }
}

void check_malformed(const std::vector<MalformedHead>& table) {
  for (const MalformedHead& malformed : table) {
    INFO(malformed.name);
    const SeenHead seen = parse_every_way(malformed.message);
    CHECK(seen.outcome == Outcome::fault);
    CHECK(seen.fault.status == malformed.status);
    CHECK(seen.fault.offset == malformed.offset);
    CHECK_FALSE(seen.fault.reason.empty());
  }
}

std::string with_request_line(const std::string& line) {
  return line + "\r\nHost: board\r\n\r\n";
}

std::string with_host(const std::string& host) {
  return "GET / HTTP/1.1\r\nHost: " + host + "\r\n\r\n";
}

std::string with_fields(const std::string& lines) {
  return std::string(kPostStart) + lines + "\r\n";
}

MalformedHead bad_fields(const char* name, const std::string& lines, std::size_t offset,
                         int status) {
  return {name, with_fields(lines), status, kFieldsOffset + offset};
}

SeenHead head(std::string method, std::string target, Fields fields, std::string path,
              std::string host) {
  SeenHead seen;
  seen.method = std::move(method);
  seen.path = path.empty() ? target : std::move(path);
  seen.target = std::move(target);
  seen.host = std::move(host);
  seen.minor_version = 1;
  seen.fields = std::move(fields);
  seen.keep_alive = true;
  return seen;
}

SeenHead post(Fields more_fields) {
  Fields fields = {{"Host", "board"}};
  fields.insert(fields.end(), more_fields.begin(), more_fields.end());
  return head("POST", "/tuber", std::move(fields));
}

SeenHead with_length(SeenHead seen, std::uint64_t length) {
  seen.framing = Framing::length;
  seen.content_length = length;
  return seen;
}

SeenHead chunked(SeenHead seen) {
  seen.framing = Framing::chunked;
  return seen;
}

SeenHead closed(SeenHead seen) {
  seen.keep_alive = false;
  return seen;
}

SeenHead kept_alive(SeenHead seen) {
  seen.keep_alive = true;
  return seen;
}

SeenHead expecting_continue(SeenHead seen) {
  seen.expects_continue = true;
  return seen;
}

SeenHead http10(SeenHead seen) {
  seen.minor_version = 0;
  seen.keep_alive = false;
  return seen;
}

}  // namespace tuber::http::testing
