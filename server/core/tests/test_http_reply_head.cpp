// Heads of replies, byte for byte, and dates.
#include <doctest/doctest.h>

#include <string>

#include "http/reply_head.hpp"

using tuber::http::append_reply_head;
using tuber::http::format_http_date;
using tuber::http::reason_phrase;
using tuber::http::ReplyHead;
using tuber::http::status_has_no_content;

namespace {

ReplyHead reply(int status) {
  ReplyHead head;
  head.status = status;
  head.date = "Sun, 06 Nov 1994 08:49:37 GMT";
  return head;
}

std::string written(const ReplyHead& head) {
  std::string out;
  append_reply_head(out, head);
  return out;
}

}  // namespace

TEST_CASE("a reply on a persistent connection has the fields that existing clients search for") {
  ReplyHead head = reply(200);
  head.content_type = "application/json";
  head.content_length = 17;
  head.fields = "X-One: 1\r\nX-Two: 2\r\n";
  CHECK(written(head) ==
        "HTTP/1.1 200 OK\r\n"
        "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
        "Content-Type: application/json\r\n"
        "Content-Length: 17\r\n"
        "Connection: keep-alive\r\n"
        "X-One: 1\r\n"
        "X-Two: 2\r\n"
        "\r\n");
}

TEST_CASE("a reply that closes has Connection: close; an empty content type is left out") {
  ReplyHead head = reply(400);
  head.keep_alive = false;
  CHECK(written(head) ==
        "HTTP/1.1 400 Bad Request\r\n"
        "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
        "Content-Length: 0\r\n"
        "Connection: close\r\n"
        "\r\n");
}

TEST_CASE("replies without content have no Content-Length") {
  for (const int status : {100, 101, 204, 304}) {
    CAPTURE(status);
    CHECK(status_has_no_content(status));
    CHECK(written(reply(status)).find("Content-Length") == std::string::npos);
  }
  for (const int status : {200, 206, 301, 400, 500}) {
    CAPTURE(status);
    CHECK_FALSE(status_has_no_content(status));
    CHECK(written(reply(status)).find("Content-Length: 0\r\n") != std::string::npos);
  }
}

TEST_CASE("a head is appended, with lengths up to the largest number") {
  ReplyHead head = reply(200);
  head.content_length = 18446744073709551615u;
  std::string out = "before";
  append_reply_head(out, head);
  CHECK(out == "before" + written(head));
  CHECK(out.find("Content-Length: 18446744073709551615\r\n") != std::string::npos);
}

TEST_CASE("reason phrases are those of RFC 9110 and RFC 6585") {
  CHECK(reason_phrase(200) == "OK");
  CHECK(reason_phrase(304) == "Not Modified");
  CHECK(reason_phrase(404) == "Not Found");
  CHECK(reason_phrase(413) == "Content Too Large");
  CHECK(reason_phrase(414) == "URI Too Long");
  CHECK(reason_phrase(417) == "Expectation Failed");
  CHECK(reason_phrase(431) == "Request Header Fields Too Large");
  CHECK(reason_phrase(505) == "HTTP Version Not Supported");
  CHECK(reason_phrase(599) == "Unknown");
}

TEST_CASE("dates are formatted as IMF-fixdate") {
  CHECK(format_http_date(784111777) == "Sun, 06 Nov 1994 08:49:37 GMT");
  CHECK(format_http_date(0) == "Thu, 01 Jan 1970 00:00:00 GMT");
  CHECK(format_http_date(951782400) == "Tue, 29 Feb 2000 00:00:00 GMT");
  CHECK(format_http_date(1735689599) == "Tue, 31 Dec 2024 23:59:59 GMT");
  CHECK(format_http_date(2147483648) == "Tue, 19 Jan 2038 03:14:08 GMT");
  CHECK(format_http_date(-1) == "Wed, 31 Dec 1969 23:59:59 GMT");
}
