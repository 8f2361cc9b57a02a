// The request line: the forms of its target, its version, and all that is none.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "http_heads.hpp"

using namespace std::string_literals;
using namespace tuber::http::testing;

namespace {

std::vector<ValidHead> valid_targets() {
  const Fields board = {{"Host", "board"}};
  return {
      {"path", requesting("GET / HTTP/1.1"), head("GET", "/", board)},
      {"query", requesting("GET /a?b=c?d HTTP/1.1"), head("GET", "/a?b=c?d", board, "/a")},
      {"empty query", requesting("GET /? HTTP/1.1"), head("GET", "/?", board, "/")},
      {"escapes", requesting("GET /%41%zz HTTP/1.1"), head("GET", "/%41%zz", board)},
      {"double slash", requesting("GET //x HTTP/1.1"), head("GET", "//x", board)},
      {"marks", requesting("GET /-._~:@!$&'()*+,;=[]%/?/? HTTP/1.1"),
       head("GET", "/-._~:@!$&'()*+,;=[]%/?/?", board, "/-._~:@!$&'()*+,;=[]%/")},
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

std::vector<MalformedHead> malformed_request_lines() {
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
      {"version with letter for major", requesting("GET / HTTP/x.1"), 400, 6},
      {"version with letter for minor", requesting("GET / HTTP/1.x"), 400, 6},
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

}  // namespace

TEST_CASE("every form of the target that a server must take is taken") {
  check_valid(valid_targets());
}

TEST_CASE("a malformed request line is refused") {
  check_malformed(malformed_request_lines());
}

TEST_CASE("characters that are in no URI are refused in the target") {
  for (const char c : "\"<>\\^`{|}"s) {
    const std::string target{'/', 'a', c};
    check_malformed({{"path " + target, requesting("GET " + target + " HTTP/1.1"), 400, 6},
                     {"query of " + target, requesting("GET /?b" + target + " HTTP/1.1"), 400, 9}});
  }
}
