// Which requests from browsers may call, by Host, Origin, Sec-Fetch-Site, method and content type.
#include <doctest/doctest.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "http/browser_policy.hpp"
#include "http/head_parser.hpp"

using tuber::http::HeadParser;
using tuber::http::Limits;
using tuber::http::Outcome;
using tuber::http::refuse_browser_call;
using tuber::http::RequestHead;

namespace {

const tuber::http::BrowserPolicy kPolicy{{"crate7.example.org", "Proxy.Example.Org"},
                                         {"https://lab.example", "http://lab.example:8080"}};

std::optional<std::string> refusal_of(const std::string& request_line, const std::string& lines) {
  const std::string message = request_line + "\r\n" + lines + "\r\n";
  HeadParser parser{Limits{}};
  REQUIRE(parser.parse(message) == Outcome::complete);
  return refuse_browser_call(parser.head(), kPolicy);
}

std::optional<std::string> refusal_of_post(const std::string& lines) {
  return refusal_of("POST /tuber HTTP/1.1", lines);
}

// A field line, or "" without a value.
std::string line(std::string_view name, const char* value) {
  return value ? std::string(name) + ": " + value + "\r\n" : "";
}

struct Row {
  const char* method;
  const char* host;
  const char* origin;
  const char* site;
  const char* content_type;
  const char* named;  // a part of the refusal; nullptr: may call
};

constexpr const char* kNone = nullptr;
constexpr const char* kJson = "application/json";

const std::vector<Row> kTable = {
    // Not from a browser: not restricted.
    {"POST", "board", kNone, kNone, kJson, kNone},
    {"POST", "board", kNone, kNone, kNone, kNone},
    {"POST", "evil.example", kNone, kNone, "text/plain", kNone},

    // A same-origin GET looks the same from a browser and from a program.
    {"GET", "evil.example", kNone, kNone, kNone, "Host is 'evil.example'"},
    {"HEAD", "evil.example", kNone, kNone, kNone, "Host is 'evil.example'"},
    {"GET", "evil.example:80", kNone, kNone, kJson, "Host"},
    {"GET", "board", kNone, kNone, kNone, kNone},
    {"GET", "localhost:8080", kNone, kNone, kNone, kNone},
    {"GET", "127.0.0.1", kNone, kNone, kNone, kNone},
    {"GET", "[::1]:8080", kNone, kNone, kNone, kNone},
    {"GET", "crate7.local", kNone, kNone, kNone, kNone},
    {"GET", "crate7.example.org", kNone, kNone, kNone, kNone},

    // Allowed origins are compared exactly; the other rules still apply.
    {"POST", "board", "https://lab.example", "cross-site", kJson, kNone},
    {"POST", "board", "http://lab.example:8080", "cross-site", kJson, kNone},
    {"POST", "board", "http://lab.example", "cross-site", kJson, "Sec-Fetch-Site"},
    {"POST", "board", "https://lab.example:443", kNone, kJson, "Origin"},
    {"POST", "board", "https://Lab.example", kNone, kJson, "Origin"},
    {"POST", "board", "https://lab.example.evil", kNone, kJson, "Origin"},
    {"POST", "board", "https://lab.example", "cross-site", "text/plain", "Content-Type"},
    {"POST", "evil.example", "https://lab.example", "cross-site", kJson, "Host"},

    // Origin.
    {"POST", "board", "http://board", kNone, kJson, kNone},
    {"POST", "board", "https://board", kNone, kJson, kNone},
    {"POST", "BOARD", "http://board", kNone, kJson, kNone},
    {"POST", "board:8080", "http://board:8080", kNone, kJson, kNone},
    {"POST", "board", "http://board", "same-origin", kJson, kNone},
    {"POST", "board", "null", kNone, kJson, "Origin is 'null'"},
    {"POST", "board", "null", "same-origin", kJson, "Origin is 'null'"},
    {"POST", "board", "", kNone, kJson, "Origin is ''"},
    {"POST", "board", "http://evil.example", kNone, kJson, "Origin is 'http://evil.example'"},
    {"POST", "board", "http://evil.example", "same-origin", kJson, "Origin"},
    {"POST", "board:8080", "http://board", kNone, kJson, "Origin"},
    {"POST", "board", "http://board:8080", kNone, kJson, "Origin"},
    {"POST", "board", "http://board:80", kNone, kJson, "Origin"},
    {"POST", "board", "http://xboard", kNone, kJson, "Origin"},
    {"POST", "board", "http://boardx", kNone, kJson, "Origin"},
    {"POST", "board", "http://board/", kNone, kJson, "Origin"},
    {"POST", "board", "http://board@evil.example", kNone, kJson, "Origin"},
    {"POST", "board", "http://board http://evil.example", kNone, kJson, "Origin"},
    {"POST", "board", "board", kNone, kJson, "Origin"},
    {"POST", "board", "ftp://board", kNone, kJson, "Origin"},
    {"POST", "board", "file://", kNone, kJson, "Origin"},
    {"POST", "board", "HTTP://board", kNone, kJson, "Origin"},
    {"POST", "board", "chrome-extension://board", kNone, kJson, "Origin"},

    // Sec-Fetch-Site.
    {"POST", "board", kNone, "same-origin", kJson, kNone},
    {"POST", "board", kNone, "none", kJson, kNone},
    {"POST", "board", kNone, "cross-site", kJson, "Sec-Fetch-Site is 'cross-site'"},
    {"POST", "board", kNone, "same-site", kJson, "Sec-Fetch-Site is 'same-site'"},
    {"POST", "board", kNone, "", kJson, "Sec-Fetch-Site"},
    {"POST", "board", kNone, "Same-Origin", kJson, "Sec-Fetch-Site"},
    {"POST", "board", kNone, "none, same-origin", kJson, "Sec-Fetch-Site"},
    {"POST", "board", "http://board", "cross-site", kJson, "Sec-Fetch-Site"},
    {"GET", "board", kNone, "cross-site", kNone, "Sec-Fetch-Site"},

    // Host, for a page that is same-origin by DNS rebinding.
    {"POST", "localhost", "http://localhost", kNone, kJson, kNone},
    {"POST", "192.168.1.7:80", "http://192.168.1.7:80", kNone, kJson, kNone},
    {"POST", "[fe80::7]:8080", "http://[fe80::7]:8080", kNone, kJson, kNone},
    {"POST", "crate7.local", "http://crate7.local", kNone, kJson, kNone},
    {"POST", "crate7.LOCAL:80", "http://crate7.local:80", kNone, kJson, kNone},
    {"POST", "a.b.lan", "http://a.b.lan", kNone, kJson, kNone},
    {"POST", "x.internal", "http://x.internal", kNone, kJson, kNone},
    {"POST", "x.home.arpa", "http://x.home.arpa", kNone, kJson, kNone},
    {"POST", "crate7.example.org", "http://crate7.example.org", kNone, kJson, kNone},
    {"POST", "Crate7.Example.Org:81", "http://crate7.example.org:81", kNone, kJson, kNone},
    {"POST", "proxy.example.org", "https://proxy.example.org", kNone, kJson, kNone},
    {"POST", "evil.example", "http://evil.example", kNone, kJson, "Host is 'evil.example'"},
    {"POST", "evil.example", kNone, "same-origin", kJson, "Host is 'evil.example'"},
    {"GET", "evil.example", kNone, "none", kNone, "Host"},
    {"POST", "evil%2eexample", "http://evil%2eexample", kNone, kJson, "Host"},
    {"POST", "x.crate7.example.org", "http://x.crate7.example.org", kNone, kJson, "Host"},
    {"POST", "xcrate7.example.org", "http://xcrate7.example.org", kNone, kJson, "Host"},
    {"POST", "crate7.example.org.evil.example", "http://crate7.example.org.evil.example", kNone,
     kJson, "Host"},
    {"POST", "x.local.evil.example", "http://x.local.evil.example", kNone, kJson, "Host"},
    {"POST", "xlocal.example", "http://xlocal.example", kNone, kJson, "Host"},
    {"POST", ".local", "http://.local", kNone, kJson, "Host"},
    {"POST", "evil.example.", "http://evil.example.", kNone, kJson, "Host"},
    {"POST", "localhost.", "http://localhost.", kNone, kJson, "Host"},
    {"POST", "home.arpa", "http://home.arpa", kNone, kJson, "Host"},
    {"POST", "1.2.3.256", "http://1.2.3.256", kNone, kJson, "Host"},
    {"POST", "127.0.0.1.evil.example", "http://127.0.0.1.evil.example", kNone, kJson, "Host"},

    // Content-Type, which only a POST needs.
    {"POST", "board", "http://board", kNone, "application/cbor", kNone},
    {"POST", "board", "http://board", kNone, "Application/JSON; charset=utf-8", kNone},
    {"POST", "board", "http://board", kNone, "application/json ;x", kNone},
    {"GET", "board", "http://board", kNone, kNone, kNone},
    {"GET", "board", kNone, "same-origin", kNone, kNone},
    {"GET", "board", kNone, "none", "text/plain", kNone},
    {"POST", "board", "http://board", kNone, kNone, "Content-Type is missing"},
    {"POST", "board", kNone, "same-origin", kNone, "Content-Type is missing"},
    {"POST", "board", "http://board", kNone, "", "Content-Type is ''"},
    {"POST", "board", "http://board", kNone, "text/plain", "Content-Type is 'text/plain'"},
    {"POST", "board", "http://board", kNone, "text/plain; application/json", "Content-Type"},
    {"POST", "board", "http://board", kNone, "application/x-www-form-urlencoded", "Content-Type"},
    {"POST", "board", "http://board", kNone, "multipart/form-data", "Content-Type"},
    {"POST", "board", "http://board", kNone, "application/jsonx", "Content-Type"},
    {"POST", "board", "http://board", kNone, "text/plain, application/json", "Content-Type"},
};

}  // namespace

TEST_CASE("a request from a browser may call only from an allowed page, host and media type") {
  for (const Row& row : kTable) {
    const std::string lines = line("Host", row.host) + line("oRIGIN", row.origin) +
                              line("sec-fetch-site", row.site) +
                              line("content-type", row.content_type);
    INFO(std::string(row.method), "\n", lines);
    const auto refused = refusal_of(std::string(row.method) + " /tuber HTTP/1.1", lines);
    CHECK(refused.has_value() == (row.named != nullptr));
    if (refused && row.named) {
      INFO(*refused);
      CHECK(refused->find(row.named) != std::string::npos);
      CHECK(refused->find(", expected ") != std::string::npos);
    }
  }
}

TEST_CASE("a repeated field is refused") {
  const std::string rest = "Host: board\r\nContent-Type: application/json\r\n";
  const std::string origin = "Origin: http://board\r\n";
  const std::string site = "Sec-Fetch-Site: same-origin\r\n";
  CHECK_FALSE(refusal_of_post(rest + origin + site));
  CHECK(refusal_of_post(rest + origin + origin)->find("Origin was sent more than once") !=
        std::string::npos);
  CHECK(refusal_of_post(rest + site + site)->find("Sec-Fetch-Site was sent more than once") !=
        std::string::npos);
  // The parser already refuses this one, but the policy must not depend on it.
  RequestHead head;
  head.method = "POST";
  head.host = "board";
  head.fields = {{"Origin", "http://board"},
                 {"Content-Type", "application/json"},
                 {"Content-Type", "application/json"}};
  CHECK(refuse_browser_call(head, kPolicy)->find("Content-Type was sent more than once") !=
        std::string::npos);
}

TEST_CASE("a request from a browser without a host is refused") {
  const auto refused = refusal_of("POST /tuber HTTP/1.0",
                                  "Sec-Fetch-Site: none\r\nContent-Type: application/json\r\n");
  REQUIRE(refused);
  CHECK(refused->find("Host is ''") != std::string::npos);
  CHECK(refusal_of("POST /tuber HTTP/1.0", "Origin: http://\r\n"));
}

TEST_CASE("a health check of HTTP/1.0 needs no Host") {
  CHECK_FALSE(refusal_of("GET /tuber/health HTTP/1.0", ""));
  CHECK(refusal_of("GET http://evil.example/tuber/health HTTP/1.0", ""));
}

TEST_CASE("the host of an absolute target overrides Host") {
  const std::string lines =
      "Host: board\r\nOrigin: http://board\r\nContent-Type: application/json\r\n";
  CHECK_FALSE(refusal_of("POST http://board/tuber HTTP/1.1", lines));
  CHECK(refusal_of("POST http://evil.example/tuber HTTP/1.1", lines));
}

TEST_CASE("a refusal shortens long values and replaces non-ASCII bytes") {
  const std::string lines =
      "Host: board\r\nOrigin: \xff\xc3\xa4\t" + std::string(500, 'x') + "\r\n";
  const auto refused = refusal_of_post(lines);
  REQUIRE(refused);
  CHECK(refused->find("Origin is '????" + std::string(96, 'x') + "...'") != std::string::npos);
}
