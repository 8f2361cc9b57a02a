// Request heads: what is read, what is refused with which status, and that the pieces in which the
// bytes come make no difference.
#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "http/head_parser.hpp"
#include "http_feeding.hpp"

using namespace std::string_literals;
using tuber::http::Framing;
using tuber::http::HeadParser;
using tuber::http::Limits;
using tuber::http::Outcome;
using tuber::http::testing::every_place;
using tuber::http::testing::feed_head;
using tuber::http::testing::SeenHead;

namespace {

// Feeds the message whole, byte by byte, and cut in two at every place; the outcome of all of them.
SeenHead parse_every_way(const std::string& message, const Limits& limits = {}) {
  HeadParser parser(limits);
  const SeenHead whole = feed_head(parser, message, {});
  CHECK(feed_head(parser, message, every_place(message.size())) == whole);
  for (std::size_t cut = 1; cut < message.size(); ++cut) {
    INFO("cut at ", cut);
    CHECK(feed_head(parser, message, {cut}) == whole);
  }
  return whole;
}

struct Valid {
  const char* name;
  std::string message;
  SeenHead expected;  // outcome and consumed are filled in by the test
};

using Fields = std::vector<std::pair<std::string, std::string>>;

SeenHead head(std::string method, std::string target, Fields fields, std::string path = "",
              std::string host = "board") {
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

SeenHead closing(SeenHead seen) {
  seen.keep_alive = false;
  return seen;
}

SeenHead continuing(SeenHead seen) {
  seen.expects_continue = true;
  return seen;
}

SeenHead http10(SeenHead seen) {
  seen.minor_version = 0;
  seen.keep_alive = false;
  return seen;
}

SeenHead kept(SeenHead seen) {
  seen.keep_alive = true;
  return seen;
}

// A POST with these field lines after Host.
std::string posting(const std::string& lines) {
  return "POST /tuber HTTP/1.1\r\nHost: board\r\n" + lines + "\r\n";
}

// A GET with this request line.
std::string requesting(const std::string& line) {
  return line + "\r\nHost: board\r\n\r\n";
}

std::string asking(const std::string& host) {
  return "GET / HTTP/1.1\r\nHost: " + host + "\r\n\r\n";
}

std::vector<Valid> valid_targets() {
  const Fields board = {{"Host", "board"}};
  return {
      {"path", requesting("GET / HTTP/1.1"), head("GET", "/", board)},
      {"query", requesting("GET /a?b=c?d HTTP/1.1"), head("GET", "/a?b=c?d", board, "/a")},
      {"empty query", requesting("GET /? HTTP/1.1"), head("GET", "/?", board, "/")},
      {"escapes", requesting("GET /%41%zz HTTP/1.1"), head("GET", "/%41%zz", board)},
      {"double slash", requesting("GET //x HTTP/1.1"), head("GET", "//x", board)},
      {"marks", requesting("GET /{|}^\"<>` HTTP/1.1"), head("GET", "/{|}^\"<>`", board)},
      {"unknown method", requesting("BREW / HTTP/1.1"), head("BREW", "/", board)},
      {"method of marks", requesting("!#$%&'*+-.^_`|~ / HTTP/1.1"),
       head("!#$%&'*+-.^_`|~", "/", board)},
      {"lower-case method is another one", requesting("get / HTTP/1.1"), head("get", "/", board)},
      {"asterisk", requesting("OPTIONS * HTTP/1.1"), head("OPTIONS", "*", board)},
      {"absolute", requesting("GET http://other:80/x?y HTTP/1.1"),
       head("GET", "http://other:80/x?y", board, "/x", "other:80")},
      {"absolute without path", requesting("GET HTTP://other HTTP/1.1"),
       head("GET", "HTTP://other", board, "/", "other")},
      {"absolute with query only", requesting("GET http://other?y HTTP/1.1"),
       head("GET", "http://other?y", board, "/", "other")},
      {"absolute, IPv6", requesting("GET http://[::1]:8080/ HTTP/1.1"),
       head("GET", "http://[::1]:8080/", board, "/", "[::1]:8080")},
      {"minor version above ours", requesting("GET / HTTP/1.9"), head("GET", "/", board)},
      {"one empty line before", "\r\n" + requesting("GET / HTTP/1.1"), head("GET", "/", board)},
  };
}

std::vector<Valid> valid_fields() {
  return {
      {"length", posting("Content-Length: 17\r\n"),
       with_length(post({{"Content-Length", "17"}}), 17)},
      {"length 0", posting("content-length:0\r\n"),
       with_length(post({{"content-length", "0"}}), 0)},
      {"length with zeros", posting("Content-Length: 0017\r\n"),
       with_length(post({{"Content-Length", "0017"}}), 17)},
      {"length repeated", posting("Content-Length: 5\r\nContent-Length: 5\r\n"),
       with_length(post({{"Content-Length", "5"}, {"Content-Length", "5"}}), 5)},
      {"length list", posting("Content-Length: 5, 05 ,5\r\n"),
       with_length(post({{"Content-Length", "5, 05 ,5"}}), 5)},
      {"chunked", posting("Transfer-Encoding: chunked\r\n"),
       chunked(post({{"Transfer-Encoding", "chunked"}}))},
      {"chunked in other case", posting("TRANSFER-ENCODING:\t cHUNKED \t\r\n"),
       chunked(post({{"TRANSFER-ENCODING", "cHUNKED"}}))},
      {"close", posting("Connection: close\r\n"), closing(post({{"Connection", "close"}}))},
      {"close in a list", posting("Connection: TE,\t Close \r\n"),
       closing(post({{"Connection", "TE,\t Close"}}))},
      {"close in the second field", posting("Connection: keep-alive\r\nConnection: close\r\n"),
       closing(post({{"Connection", "keep-alive"}, {"Connection", "close"}}))},
      {"close as a part of an option", posting("Connection: closed, no-close\r\n"),
       post({{"Connection", "closed, no-close"}})},
      {"empty list members", posting("Connection: ,, close,\r\n"),
       closing(post({{"Connection", ",, close,"}}))},
      {"expectation", posting("Expect: 100-Continue\r\nContent-Length: 1\r\n"),
       continuing(with_length(post({{"Expect", "100-Continue"}, {"Content-Length", "1"}}), 1))},
      {"expectation, chunked", posting("Expect: 100-continue\r\nTransfer-Encoding: chunked\r\n"),
       continuing(chunked(post({{"Expect", "100-continue"}, {"Transfer-Encoding", "chunked"}})))},
      {"expectation without content", posting("Expect: 100-continue\r\n"),
       post({{"Expect", "100-continue"}})},
      {"empty value", posting("X-Empty:\r\n"), post({{"X-Empty", ""}})},
      {"blank value", posting("X-Blank: \t \r\n"), post({{"X-Blank", ""}})},
      {"white space within a value", posting("X: \t a \t b \t\r\n"), post({{"X", "a \t b"}})},
      {"colons in a value", posting("X: :a:b\r\n"), post({{"X", ":a:b"}})},
      {"opaque bytes in a value", posting("X: \x80\xff\xc3\xa4\r\n"),
       post({{"X", "\x80\xff\xc3\xa4"}})},
      {"name of marks", posting("!#$%&'*+-.^_`|~: 1\r\n"), post({{"!#$%&'*+-.^_`|~", "1"}})},
      {"framing's names as a part of others",
       posting("X-Content-Length: x\r\nContent-Lengths: y\r\nTransfer_Encoding: z\r\n"),
       post({{"X-Content-Length", "x"}, {"Content-Lengths", "y"}, {"Transfer_Encoding", "z"}})},
  };
}

std::vector<Valid> valid_hosts() {
  const auto asked = [](const std::string& host) {
    return head("GET", "/", {{"Host", host}}, "", host);
  };
  std::vector<Valid> table;
  for (const char* host :
       {"board", "Board.Example", "board:8080", "board:", "a_b-c~d", "x%41", "192.168.1.10",
        "10.0.0.1:80", "[::1]", "[::]:1", "[fe80::1:2]:65535", "[1:2:3:4:5:6:7:8]",
        "[::ffff:10.0.0.1]", "[1:2:3:4:5:6:10.0.0.1]", "[1::8]", "256.1.1.1", "board."}) {
    table.push_back({host, asking(host), asked(host)});
  }
  return table;
}

std::vector<Valid> valid_in_http10() {
  return {
      {"1.0", "GET / HTTP/1.0\r\n\r\n", http10(head("GET", "/", {}, "", ""))},
      {"1.0 with Host", "GET / HTTP/1.0\r\nHost: board\r\n\r\n",
       http10(head("GET", "/", {{"Host", "board"}}))},
      {"1.0 kept", "GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n",
       kept(http10(head("GET", "/", {{"Connection", "Keep-Alive"}}, "", "")))},
      {"1.0 kept and closed", "GET / HTTP/1.0\r\nConnection: keep-alive, close\r\n\r\n",
       http10(head("GET", "/", {{"Connection", "keep-alive, close"}}, "", ""))},
      {"1.0 with length", "POST / HTTP/1.0\r\nContent-Length: 2\r\n\r\n",
       with_length(http10(head("POST", "/", {{"Content-Length", "2"}}, "", "")), 2)},
      {"1.0 can't expect", "POST / HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n",
       with_length(
           http10(head("POST", "/", {{"Expect", "100-continue"}, {"Content-Length", "2"}}, "", "")),
           2)},
  };
}

struct Malformed {
  const char* name;
  std::string message;
  int status;
  std::size_t offset;
};

// Offsets in posting() count from its first byte; its own lines come first.
const std::size_t kAfterHost = posting("").size() - 2;

Malformed bad_lines(const char* name, const std::string& lines, std::size_t offset = 0,
                    int status = 400) {
  return {name, posting(lines), status, kAfterHost + offset};
}

Malformed bad_host(const char* name, const std::string& host) {
  return {name, asking(host), 400, "GET / HTTP/1.1\r\n"s.size()};
}

std::vector<Malformed> malformed_request_lines() {
  return {
      {"two empty lines before", "\r\n\r\n" + requesting("GET / HTTP/1.1"), 400, 2},
      {"bare LF before", "\n" + requesting("GET / HTTP/1.1"), 400, 0},
      {"space before the method", requesting(" GET / HTTP/1.1"), 400, 0},
      {"tab after the method", requesting("GET\t/ HTTP/1.1"), 400, 3},
      {"two spaces after the method", requesting("GET  / HTTP/1.1"), 400, 4},
      {"two spaces after the target", requesting("GET /  HTTP/1.1"), 400, 6},
      {"space in the target", requesting("GET /a b HTTP/1.1"), 400, 7},
      {"space after the version", requesting("GET / HTTP/1.1 "), 400, 6},
      {"colon in the method", requesting("GET: / HTTP/1.1"), 400, 3},
      {"method not ASCII", requesting("G\xc3\x84T / HTTP/1.1"), 400, 1},
      {"no target", requesting("GET HTTP/1.1"), 400, 12},
      {"method only", requesting("GET"), 400, 3},
      {"HTTP/0.9", requesting("GET /"), 400, 5},
      {"no version", requesting("GET / "), 400, 6},
      {"lower-case version", requesting("GET / http/1.1"), 400, 6},
      {"another protocol", requesting("GET / ICAP/1.1"), 400, 6},
      {"version without minor", requesting("GET / HTTP/1"), 400, 6},
      {"version without minor, 2", requesting("GET / HTTP/2"), 400, 6},
      {"version with two digits", requesting("GET / HTTP/1.10"), 400, 6},
      {"version with leading zero", requesting("GET / HTTP/01.1"), 400, 6},
      {"version with comma", requesting("GET / HTTP/1,1"), 400, 6},
      {"version with letter", requesting("GET / HTTP/1.x"), 400, 6},
      {"version 0.9", requesting("GET / HTTP/0.9"), 505, 6},
      {"version 2.0", requesting("PRI * HTTP/2.0"), 505, 6},
      {"version 3.0", requesting("GET / HTTP/3.0"), 505, 6},
      {"fragment", requesting("GET /a#b HTTP/1.1"), 400, 6},
      {"target not ASCII", requesting("GET /\xc3\xa4 HTTP/1.1"), 400, 5},
      {"NUL in the target", requesting("GET /a\0b HTTP/1.1"s), 400, 6},
      {"DEL in the target", requesting("GET /a\x7f HTTP/1.1"), 400, 6},
      {"tab in the target", requesting("GET /a\tb HTTP/1.1"), 400, 6},
      {"escape character", requesting("GET /\x1b[2J HTTP/1.1"), 400, 5},
      {"relative target", requesting("GET a HTTP/1.1"), 400, 4},
      {"query alone", requesting("GET ?a HTTP/1.1"), 400, 4},
      {"asterisk for GET", requesting("GET * HTTP/1.1"), 400, 4},
      {"asterisk and more", requesting("OPTIONS */ HTTP/1.1"), 400, 8},
      {"CONNECT", requesting("CONNECT board:80 HTTP/1.1"), 400, 0},
      {"CONNECT with path", requesting("CONNECT / HTTP/1.1"), 400, 0},
      {"authority for GET", requesting("GET board:80 HTTP/1.1"), 400, 4},
      {"https target", requesting("GET https://board/ HTTP/1.1"), 400, 4},
      {"ftp target", requesting("GET ftp://board/ HTTP/1.1"), 400, 4},
      {"absolute without authority", requesting("GET http:///a HTTP/1.1"), 400, 11},
      {"absolute with user", requesting("GET http://me:pw@board/ HTTP/1.1"), 400, 11},
      {"absolute with bad port", requesting("GET http://board:x/ HTTP/1.1"), 400, 11},
      {"absolute without slashes", requesting("GET http:board HTTP/1.1"), 400, 4},
      {"bare LF after the request line", "GET / HTTP/1.1\nHost: board\r\n\r\n", 400, 14},
      {"bare CR in the request line", "GET /\r HTTP/1.1\r\nHost: board\r\n\r\n", 400, 5},
      {"CR CR LF", "GET / HTTP/1.1\r\r\nHost: board\r\n\r\n", 400, 14},
      {"TLS handshake", "\x16\x03\x01\x02\0\x01"s, 400, 0},
      {"SSH", "SSH-2.0-OpenSSH_9.2p1\r\n", 400, 21},
  };
}

std::vector<Malformed> malformed_field_lines() {
  return {
      bad_lines("space before the colon", "X : 1\r\n", 1),
      bad_lines("tab before the colon", "X\t: 1\r\n", 1),
      bad_lines("space in a name", "X Y: 1\r\n", 1),
      bad_lines("empty name", ": 1\r\n"),
      bad_lines("no colon", "X\r\n", 1),
      bad_lines("folded with a space", "X: 1\r\n 2\r\n", 6),
      bad_lines("folded with a tab", "X: 1\r\n\t2\r\n", 6),
      bad_lines("white space only", " \r\n"),
      {"white space before the first field", "GET / HTTP/1.1\r\n Host: board\r\n\r\n", 400, 16},
      bad_lines("name not ASCII", "X\xc3\xa4: 1\r\n", 1),
      bad_lines("name with slash", "X/Y: 1\r\n", 1),
      bad_lines("name with bracket", "(X): 1\r\n"),
      bad_lines("NUL in a name", "X\0: 1\r\n"s, 1),
      bad_lines("NUL in a value", "X: a\0b\r\n"s, 4),
      bad_lines("bell in a value", "X: a\x07\r\n", 4),
      bad_lines("DEL in a value", "X: a\x7f\r\n", 4),
      bad_lines("vertical tab in a value", "X: a\vb\r\n", 4),
      bad_lines("bare CR in a value", "X: a\rb\r\n", 4),
      bad_lines("bare LF in a value", "X: a\nY: b\r\n", 4),
      bad_lines("CR CR LF", "X: a\r\r\n", 4),
      {"bare LF at the end", "GET / HTTP/1.1\r\nHost: board\r\n\n", 400, 29},
      {"LF CR at the end", "GET / HTTP/1.1\r\nHost: board\r\n\n\r", 400, 29},
      {"CR without LF at the end", "GET / HTTP/1.1\r\nHost: board\r\n\rX", 400, 29},
      bad_lines("chunked and length", "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", 28),
      bad_lines("length and chunked", "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", 19),
      bad_lines("length 0 and chunked", "Content-Length: 0\r\nTransfer-Encoding: chunked\r\n", 19),
      bad_lines("lengths that differ", "Content-Length: 5\r\nContent-Length: 6\r\n", 19),
      bad_lines("list of lengths that differ", "Content-Length: 5, 6\r\n"),
      bad_lines("list with an empty length", "Content-Length: 5,,5\r\n"),
      bad_lines("list that ends empty", "Content-Length: 5,\r\n"),
      bad_lines("empty length", "Content-Length:\r\n"),
      bad_lines("negative length", "Content-Length: -1\r\n"),
      bad_lines("length with plus", "Content-Length: +5\r\n"),
      bad_lines("hexadecimal length", "Content-Length: 0x5\r\n"),
      bad_lines("length with a space", "Content-Length: 1 0\r\n"),
      bad_lines("length with a fraction", "Content-Length: 5.0\r\n"),
      bad_lines("length with an underscore", "Content-Length: 1_0\r\n"),
      bad_lines("quoted length", "Content-Length: \"5\"\r\n"),
      bad_lines("length beyond the limit", "Content-Length: 67108865\r\n", 0, 413),
      bad_lines("length of 2^64 - 1", "Content-Length: 18446744073709551615\r\n", 0, 413),
      bad_lines("length of 2^64 + 5", "Content-Length: 18446744073709551621\r\n", 0, 413),
      bad_lines("length of 40 digits", "Content-Length: " + std::string(40, '9') + "\r\n", 0, 413),
      bad_lines("coding gzip", "Transfer-Encoding: gzip\r\n"),
      bad_lines("coding identity", "Transfer-Encoding: identity\r\n"),
      bad_lines("coding gzip, chunked", "Transfer-Encoding: gzip, chunked\r\n"),
      bad_lines("coding chunked, chunked", "Transfer-Encoding: chunked, chunked\r\n"),
      bad_lines("coding chunked, identity", "Transfer-Encoding: chunked, identity\r\n"),
      bad_lines("coding with parameter", "Transfer-Encoding: chunked;q=1\r\n"),
      bad_lines("quoted coding", "Transfer-Encoding: \"chunked\"\r\n"),
      bad_lines("misspelled coding", "Transfer-Encoding: xchunked\r\n"),
      bad_lines("empty coding", "Transfer-Encoding:\r\n"),
      bad_lines("coding with opaque byte", "Transfer-Encoding: chunked\xa0\r\n"),
      bad_lines("two codings", "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", 28),
      {"coding in 1.0", "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", 400, 17},
      bad_lines("other expectation", "Expect: 200-ok\r\n", 0, 417),
      bad_lines("two expectations", "Expect: 100-continue, x\r\n", 0, 417),
      bad_lines("empty expectation", "Expect:\r\n", 0, 417),
  };
}

std::vector<Malformed> malformed_hosts() {
  return {
      {"no Host", "GET / HTTP/1.1\r\n\r\n", 400, 16},
      {"no Host, absolute target", "GET http://board/ HTTP/1.1\r\n\r\n", 400, 28},
      {"two Hosts", posting("Host: board\r\n"), 400, kAfterHost},
      {"two Hosts in 1.0", "GET / HTTP/1.0\r\nHost: a\r\nHost: a\r\n\r\n", 400, 25},
      bad_host("empty Host", ""),
      bad_host("Host with space", "a b"),
      bad_host("Host with path", "board/x"),
      bad_host("Host with user", "me@board"),
      bad_host("Host with comma and space", "a, b"),
      bad_host("Host with scheme", "http://board"),
      bad_host("Host with query", "board?x"),
      bad_host("Host not ASCII", "b\xc3\xa4r"),
      bad_host("Host with bad escape", "a%4"),
      bad_host("Host with bad escape digits", "a%zz"),
      bad_host("Host with backslash", "a\\b"),
      bad_host("port only", ":80"),
      bad_host("port with letters", "board:8a"),
      bad_host("port with sign", "board:-1"),
      bad_host("port too large", "board:65536"),
      bad_host("two ports", "board:80:80"),
      bad_host("IPv6 without brackets", "::1"),
      bad_host("IPv6 without end", "[::1"),
      bad_host("IPv6 with more", "[::1]x"),
      bad_host("IPv6 empty", "[]"),
      bad_host("IPv6 of seven groups", "[1:2:3:4:5:6:7]"),
      bad_host("IPv6 of nine groups", "[1:2:3:4:5:6:7:8:9]"),
      bad_host("IPv6 of eight groups and a gap", "[1:2:3:4::5:6:7:8]"),
      bad_host("IPv6 with two gaps", "[1::2::3]"),
      bad_host("IPv6 with three colons", "[:::1]"),
      bad_host("IPv6 with long group", "[::12345]"),
      bad_host("IPv6 with letters", "[::g]"),
      bad_host("IPv6 with IPv4 in the middle", "[::1.2.3.4:1]"),
      bad_host("IPv6 with bad IPv4", "[::1.2.3.256]"),
      bad_host("IPv6 with zone", "[fe80::1%25eth0]"),
      bad_host("IPv4 in brackets", "[10.0.0.1]"),
  };
}

// A head of exactly this many bytes.
std::string head_of_size(std::size_t size) {
  const std::string begin = "GET / HTTP/1.1\r\nHost: board\r\nX: ";
  return begin + std::string(size - begin.size() - 4, 'a') + "\r\n\r\n";
}

}  // namespace

TEST_CASE("a well-formed head is read, in whatever pieces it comes") {
  for (const auto& table : {valid_targets(), valid_fields(), valid_hosts(), valid_in_http10()}) {
    for (const Valid& valid : table) {
      INFO(valid.name);
      SeenHead expected = valid.expected;
      expected.outcome = Outcome::complete;
      expected.consumed = valid.message.size();
      CHECK(parse_every_way(valid.message) == expected);
      CHECK(parse_every_way(valid.message + "GET /next HTTP/1.1\r\n") == expected);
    }
  }
}

TEST_CASE("a malformed head is refused with its status and offset, in whatever pieces it comes") {
  for (const auto& table :
       {malformed_request_lines(), malformed_field_lines(), malformed_hosts()}) {
    for (const Malformed& malformed : table) {
      INFO(malformed.name);
      const SeenHead seen = parse_every_way(malformed.message);
      CHECK(seen.outcome == Outcome::fault);
      CHECK(seen.fault.status == malformed.status);
      CHECK(seen.fault.offset == malformed.offset);
      CHECK_FALSE(seen.fault.reason.empty());
    }
  }
}

TEST_CASE("every beginning of a head needs more, and nothing is complete before its last byte") {
  const std::string message = "\r\n" + posting("Content-Length: 3\r\nX: y\r\n");
  for (std::size_t size = 0; size < message.size(); ++size) {
    CHECK(parse_every_way(message.substr(0, size)).outcome == Outcome::need_more);
  }
}

TEST_CASE("every control character but HTAB is refused, in names, values and targets") {
  for (int byte = 0; byte < 256; ++byte) {
    const bool control = (byte < 0x20 && byte != '\t') || byte == 0x7f;
    const std::string c(1, static_cast<char>(byte));
    CAPTURE(byte);
    const SeenHead in_value = parse_every_way(posting("X-Long-Enough: a" + c + "bcdefghijkl\r\n"));
    CHECK((in_value.outcome == Outcome::fault) == control);
    const bool in_token = !control && byte < 0x7f && byte > 0x20 &&
                          "\"(),/:;<=>?@[\\]{}"s.find(c) == std::string::npos;
    const SeenHead in_name = parse_every_way(posting("a" + c + "b: 1\r\n"));
    CHECK((in_name.outcome == Outcome::complete) == (in_token || c == ":"));
    const SeenHead in_method = parse_every_way(requesting("a" + c + " / HTTP/1.1"));
    CHECK((in_method.outcome == Outcome::complete) == in_token);
    const SeenHead in_target = parse_every_way(requesting("GET /" + c + " HTTP/1.1"));
    CHECK((in_target.outcome == Outcome::complete) == (byte > 0x20 && byte < 0x7f && c != "#"));
  }
}

TEST_CASE("the request line may be as long as its limit and no longer") {
  Limits limits;
  limits.request_line = 20;
  for (const std::string before : {"", "\r\n"}) {
    const auto line_of = [&](std::size_t size) {
      return before + requesting("GET /" + std::string(size - 14, 'a') + " HTTP/1.1");
    };
    CHECK(parse_every_way(line_of(19), limits).outcome == Outcome::complete);
    CHECK(parse_every_way(line_of(20), limits).outcome == Outcome::complete);
    const SeenHead above = parse_every_way(line_of(21), limits);
    CHECK(above.fault.status == 414);
    CHECK(above.fault.offset == before.size() + 20);
    // Not a byte of the target's end is needed to know.
    CHECK(parse_every_way(line_of(21).substr(0, before.size() + 21), limits) == above);
  }
}

TEST_CASE("the head may have as many bytes as its limit and no more") {
  Limits limits;
  limits.head = 100;
  CHECK(parse_every_way(head_of_size(99), limits).outcome == Outcome::complete);
  CHECK(parse_every_way(head_of_size(100), limits).outcome == Outcome::complete);
  CHECK(parse_every_way(head_of_size(100) + "body", limits).outcome == Outcome::complete);
  for (std::size_t size = 101; size < 110; ++size) {
    const SeenHead above = parse_every_way(head_of_size(size), limits);
    CHECK(above.fault.status == 431);
    CHECK(above.fault.offset == 100);
  }
  SUBCASE("also when the limit falls into the request line") {
    limits.head = 10;
    CHECK(parse_every_way(head_of_size(99), limits).fault.status == 431);
  }
  SUBCASE("also when malformed bytes follow behind the limit") {
    CHECK(parse_every_way(head_of_size(104).substr(0, 100) + "\n", limits).fault.status == 431);
  }
}

TEST_CASE("there may be as many fields as the limit and no more") {
  Limits limits;
  limits.fields = 3;
  CHECK(parse_every_way(posting("A: 1\r\n"), limits).outcome == Outcome::complete);
  CHECK(parse_every_way(posting("A: 1\r\nB: 2\r\n"), limits).outcome == Outcome::complete);
  const SeenHead above = parse_every_way(posting("A: 1\r\nB: 2\r\nC: 3\r\n"), limits);
  CHECK(above.fault.status == 431);
  CHECK(above.fault.offset == kAfterHost + 12);
}

TEST_CASE("a body may be announced as large as its limit and no larger") {
  Limits limits;
  limits.body = 1000;
  CHECK(parse_every_way(posting("Content-Length: 999\r\n"), limits).content_length == 999);
  CHECK(parse_every_way(posting("Content-Length: 1000\r\n"), limits).content_length == 1000);
  CHECK(parse_every_way(posting("Content-Length: 1001\r\n"), limits).fault.status == 413);
}

TEST_CASE("one parser reads the requests of a pipeline one after the other") {
  const std::string first = posting("Content-Length: 3\r\nConnection: close\r\n");
  const std::string second = "GET /second HTTP/1.0\r\n\r\n";
  const std::string buffer = first + "abc" + second + "GET";
  HeadParser parser{Limits{}};
  REQUIRE(parser.parse(buffer) == Outcome::complete);
  CHECK(parser.consumed() == first.size());

  std::string_view rest = std::string_view(buffer).substr(first.size() + 3);
  parser.reset();
  REQUIRE(parser.parse(rest) == Outcome::complete);
  CHECK(parser.head().target == "/second");
  CHECK(parser.head().fields.empty());
  CHECK(parser.head().host.empty());
  CHECK(parser.head().framing == Framing::none);
  CHECK(parser.head().content_length == 0);

  rest.remove_prefix(parser.consumed());
  parser.reset();
  CHECK(rest == "GET");
  CHECK(parser.parse(rest) == Outcome::need_more);
}

TEST_CASE("a fault stays until the reset") {
  HeadParser parser{Limits{}};
  REQUIRE(parser.parse("GET /\n") == Outcome::fault);
  CHECK(parser.parse("GET /\nHost: x\r\n\r\n") == Outcome::fault);
  CHECK(parser.fault().offset == 5);
  parser.reset();
  CHECK(parser.parse(requesting("GET / HTTP/1.1")) == Outcome::complete);
}

TEST_CASE("rebase points a head to its bytes' new place") {
  HeadParser parser{Limits{}};
  std::string first = requesting("GET http://other?q HTTP/1.1");
  REQUIRE(parser.parse(first) == Outcome::complete);
  const std::string moved = first + "body";
  parser.rebase(moved);
  first.assign(first.size(), '-');
  const auto& head = parser.head();
  CHECK(head.method == "GET");
  CHECK(head.target == "http://other?q");
  CHECK(head.path == "/");
  CHECK(head.host == "other");
  REQUIRE(head.fields.size() == 1);
  CHECK(head.fields[0].name == "Host");
  CHECK(head.fields[0].value == "board");
}

TEST_CASE("a field is found by its name in any case, the first of several") {
  HeadParser parser{Limits{}};
  const std::string message = posting("Accept: a\r\naccept: b\r\nX:\r\n");
  REQUIRE(parser.parse(message) == Outcome::complete);
  CHECK(parser.head().field("ACCEPT") == "a");
  CHECK(parser.head().field("x") == "");
  CHECK_FALSE(parser.head().field("Accep").has_value());
  CHECK_FALSE(parser.head().field("").has_value());
}
