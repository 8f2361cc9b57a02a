// Serving files: what is found, what is refused, and with which fields.
#include <doctest/doctest.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <chrono>
#include <string>
#include <string_view>

#include "files/static_files.hpp"
#include "request_by_hand.hpp"
#include "temporary_tree.hpp"

namespace tuber::files {

using namespace serve;
namespace {

// A small site, with a secret next to it.
struct SiteTree {
  SiteTree() {
    tree.write("secret.txt", "secret");
    tree.write("site/index.html", "<p>home</p>");
    tree.write("site/sub dir/index.html", "<p>sub</p>");
    tree.write("site/digits.txt", "0123456789");
    tree.write("site/both.js", "plain");
    tree.write("site/both.js.gz", "gzipped");
    tree.write("site/both.js.br", "brotli");
    tree.write("site/packed.css.gz", "gzipped css");
    tree.write("site/empty/.keep", "");
    tree.write("site/.hidden", "hidden");
    tree.write("site/.git/config", "hidden");
    tree.write("site/a\\b.txt", "backslash");
    std::filesystem::create_symlink("../secret.txt", root() / "leak.txt");
    std::filesystem::create_directory_symlink("..", root() / "up");
    std::filesystem::create_symlink("digits.txt", root() / "link.txt");
    REQUIRE(::mkfifo((root() / "fifo").c_str(), 0600) == 0);
  }

  [[nodiscard]] std::filesystem::path root() const { return tree.path() / "site"; }

  [[nodiscard]] serve::Reply serve(const http::RequestHead& head) const {
    const StaticFiles files(root(), std::chrono::seconds(60),
                            {{".html", "text/html"}, {".txt", "text/plain"}});
    serve::Reply reply;
    files.serve(head, reply);
    // The type lives in `files`, which ends here.
    reply.content_type = reply.content_type.starts_with("text/html") ? "html"
                         : reply.content_type.empty()                ? ""
                                                                     : "other";
    return reply;
  }
  [[nodiscard]] serve::Reply get(std::string_view target,
                                 std::vector<http::Field> fields = {}) const {
    return serve(head_of("GET", target, std::move(fields)));
  }

  TemporaryTree tree;
};

TEST_CASE("a file is served with its validators and its rules for caches") {
  const SiteTree site;
  const serve::Reply reply = site.get("/index.html");
  CHECK(reply.status == 200);
  CHECK(content_of(reply) == "<p>home</p>");
  CHECK(reply.content_type == "html");
  CHECK(reply_field(reply, "Cache-Control") == "max-age=60");
  CHECK(reply_field(reply, "Accept-Ranges") == "bytes");
  CHECK(reply_field(reply, "ETag").has_value());
  CHECK(reply_field(reply, "Last-Modified").value().ends_with(" GMT"));
  CHECK_FALSE(reply_field(reply, "Vary").has_value());
  CHECK_FALSE(reply_field(reply, "Content-Encoding").has_value());
}

TEST_CASE("HEAD is answered like GET; the connection omits the body") {
  const SiteTree site;
  const serve::Reply reply = site.serve(head_of("HEAD", "/digits.txt", {{"Range", "bytes=0-1"}}));
  CHECK(reply.status == 200);
  CHECK(reply.file.length == 10);
}

TEST_CASE("other methods are refused with the list of allowed ones") {
  const SiteTree site;
  for (const char* method : {"POST", "PUT", "DELETE", "OPTIONS", "get"}) {
    CAPTURE(method);
    const serve::Reply reply = site.serve(head_of(method, "/index.html"));
    CHECK(reply.status == 405);
    CHECK(reply_field(reply, "Allow") == "GET, HEAD");
  }
}

TEST_CASE("a directory is its index.html") {
  const SiteTree site;
  CHECK(content_of(site.get("/")) == "<p>home</p>");
  CHECK(content_of(site.get("/?x=1")) == "<p>home</p>");
  CHECK(content_of(site.get("/sub%20dir/")) == "<p>sub</p>");
  CHECK(site.get("/sub%20dir/").content_type == "html");
  CHECK(site.get("/empty/").status == 404);
}

TEST_CASE("a directory without its slash is redirected, query kept") {
  const SiteTree site;
  const serve::Reply reply = site.get("/sub%20dir?a=/b");
  CHECK(reply.status == 301);
  CHECK(reply_field(reply, "Location") == "/sub%20dir/?a=/b");
}

TEST_CASE("only visible regular files of the root are served") {
  const SiteTree site;
  for (const std::string_view target : {"/absent",
                                        "/..",
                                        "/../secret.txt",
                                        "/sub%20dir/../../secret.txt",
                                        "/%2e%2e/secret.txt",
                                        "/.%2e/secret.txt",
                                        "/%2e./secret.txt",
                                        "/%2E%2E%2Fsecret.txt",
                                        "/..%2fsecret.txt",
                                        "/sub%20dir%2findex.html",
                                        "/%2fetc%2fpasswd",
                                        "//etc/passwd",
                                        "/%2f/etc/passwd",
                                        "//sub%20dir",
                                        "/sub%20dir//index.html",
                                        "/sub%20dir//",
                                        "/..\\secret.txt",
                                        "/..%5csecret.txt",
                                        "/a%5cb.txt",
                                        "/a\\b.txt",
                                        "/index.html%00",
                                        "/index.html%00.png",
                                        "/%00",
                                        "/.",
                                        "/./index.html",
                                        "/%2e/index.html",
                                        "/.hidden",
                                        "/%2ehidden",
                                        "/.git/config",
                                        "/.git/",
                                        "/.git",
                                        "/empty/.keep",
                                        "/index.html/",
                                        "/index.html/x",
                                        "/index.html%",
                                        "/%zz",
                                        "/%2",
                                        "/leak.txt",
                                        "/up/secret.txt",
                                        "/up/",
                                        "/up",
                                        "/fifo",
                                        "/up/site/index.html",
                                        "/%252e%252e/secret.txt",
                                        "/\xc0\xae\xc0\xae/secret.txt",
                                        "/%c0%ae%c0%ae/secret.txt",
                                        "/..;/secret.txt",
                                        "/~root",
                                        "/index.html::$DATA",
                                        "/dev/null"}) {
    CAPTURE(target);
    const serve::Reply reply = site.get(target);
    CHECK(reply.status == 404);
    CHECK_FALSE(reply.file.present());
    CHECK(reply.body.text().find("secret") == std::string::npos);
    CHECK(reply.fields.empty());
  }
  const std::string long_name = "/" + std::string(5000, 'a');
  CHECK(site.get(long_name).status == 404);
}

TEST_CASE("a symbolic link within the root is followed") {
  const SiteTree site;
  CHECK(content_of(site.get("/link.txt")) == "0123456789");
}

TEST_CASE("a client that has the current file gets 304") {
  const SiteTree site;
  const serve::Reply first = site.get("/digits.txt");
  const std::string etag = reply_field(first, "ETag").value();
  const std::string modified = reply_field(first, "Last-Modified").value();
  for (const http::Field& field :
       {http::Field{"If-None-Match", etag}, http::Field{"If-Modified-Since", modified}}) {
    CAPTURE(field.name);
    const serve::Reply reply = site.get("/digits.txt", {field, {"Range", "bytes=99-"}});
    CHECK(reply.status == 304);
    CHECK_FALSE(reply.file.present());
    CHECK(reply.body.empty());
    CHECK(reply.content_type.empty());
    CHECK(reply_field(reply, "ETag") == etag);
    CHECK(reply_field(reply, "Last-Modified") == modified);
    CHECK(reply_field(reply, "Cache-Control") == "max-age=60");
  }
  CHECK(site.get("/digits.txt", {{"If-Match", "\"other\""}}).status == 412);
}

TEST_CASE("a changed file has another tag") {
  const SiteTree site;
  const auto before = reply_field(site.get("/digits.txt"), "ETag");
  const auto file = site.root() / "digits.txt";
  std::filesystem::last_write_time(
      file, std::filesystem::last_write_time(file) + std::chrono::nanoseconds(1000));
  CHECK(reply_field(site.get("/digits.txt"), "ETag") != before);
}

TEST_CASE("a part of a file is served on request") {
  const SiteTree site;
  const serve::Reply part = site.get("/digits.txt", {{"Range", "bytes=2-4"}});
  CHECK(part.status == 206);
  CHECK(content_of(part) == "234");
  CHECK(reply_field(part, "Content-Range") == "bytes 2-4/10");
  CHECK(reply_field(part, "ETag").has_value());

  const serve::Reply beyond = site.get("/digits.txt", {{"Range", "bytes=10-"}});
  CHECK(beyond.status == 416);
  CHECK(reply_field(beyond, "Content-Range") == "bytes */10");
  CHECK_FALSE(beyond.file.present());

  CHECK(content_of(site.get("/digits.txt", {{"Range", "bytes=0-1,4-5"}})) == "0123456789");
  const serve::Reply changed =
      site.get("/digits.txt", {{"Range", "bytes=2-4"}, {"If-Range", "\"other\""}});
  CHECK(changed.status == 200);
  CHECK(content_of(changed) == "0123456789");
}

TEST_CASE("a compressed file is sent to clients that accept it, with Vary for caches") {
  const SiteTree site;
  const serve::Reply plain = site.get("/both.js");
  CHECK(content_of(plain) == "plain");
  CHECK(reply_field(plain, "Vary") == "Accept-Encoding");

  const serve::Reply gzip = site.get("/both.js", {{"Accept-Encoding", "gzip"}});
  CHECK(content_of(gzip) == "gzipped");
  CHECK(reply_field(gzip, "Content-Encoding") == "gzip");
  CHECK(reply_field(gzip, "Vary") == "Accept-Encoding");
  CHECK(reply_field(gzip, "ETag") != reply_field(plain, "ETag"));

  const serve::Reply brotli = site.get("/both.js", {{"Accept-Encoding", "gzip, br"}});
  CHECK(content_of(brotli) == "brotli");
  CHECK(reply_field(brotli, "Content-Encoding") == "br");

  const std::string etag = reply_field(gzip, "ETag").value();
  const serve::Reply cached =
      site.get("/both.js", {{"Accept-Encoding", "gzip"}, {"If-None-Match", etag}});
  CHECK(cached.status == 304);
  CHECK(reply_field(cached, "Vary") == "Accept-Encoding");
}

TEST_CASE("a file stored only compressed needs a client that accepts the coding") {
  const SiteTree site;
  CHECK(content_of(site.get("/packed.css", {{"Accept-Encoding", "gzip"}})) == "gzipped css");
  for (const http::Field& field :
       {http::Field{"Accept-Encoding", "br"}, http::Field{"X-Other", "gzip"}}) {
    const serve::Reply refused = site.get("/packed.css", {field});
    CHECK(refused.status == 406);
    CHECK(reply_field(refused, "Vary") == "Accept-Encoding");
    CHECK_FALSE(refused.file.present());
  }
}

TEST_CASE("a range applies to the coding that is sent, and an error is never encoded") {
  const SiteTree site;
  const std::vector<http::Field> first{{"Accept-Encoding", "gzip"}, {"Range", "bytes=0-1"}};
  CHECK(content_of(site.get("/both.js", first)) == "gz");
  const std::vector<http::Field> beyond{{"Accept-Encoding", "gzip"}, {"Range", "bytes=99-"}};
  const serve::Reply refused = site.get("/both.js", beyond);
  CHECK(refused.status == 416);
  CHECK_FALSE(reply_field(refused, "Content-Encoding").has_value());
  CHECK_FALSE(reply_field(refused, "ETag").has_value());
}

// Lowers the limit on descriptors to those in use now, for a scope.
class NoDescriptorsLeft {
 public:
  NoDescriptorsLeft() {
    ::getrlimit(RLIMIT_NOFILE, &before_);
    struct rlimit none = before_;
    none.rlim_cur = 0;
    ::setrlimit(RLIMIT_NOFILE, &none);
  }
  ~NoDescriptorsLeft() { ::setrlimit(RLIMIT_NOFILE, &before_); }
  NoDescriptorsLeft(const NoDescriptorsLeft&) = delete;
  NoDescriptorsLeft& operator=(const NoDescriptorsLeft&) = delete;

 private:
  struct rlimit before_{};
};

TEST_CASE("a server without descriptors does not claim that the file is absent") {
  const SiteTree site;
  const StaticFiles files(site.root(), std::chrono::seconds(60), {});
  serve::Reply reply;
  {
    const NoDescriptorsLeft starved;
    files.serve(head_of("GET", "/index.html"), reply);
  }
  CHECK(reply.status == 503);
}

TEST_CASE("texts name their charset, other types do not") {
  const MediaTypes types({{".html", "text/html"},
                          {".js", "text/javascript"},
                          {".json", "application/json"},
                          {".svg", "image/svg+xml"},
                          {".png", "image/png"}});
  CHECK(types.of("index.html") == "text/html; charset=utf-8");
  CHECK(types.of("a/b/INDEX.HTML") == "text/html; charset=utf-8");
  CHECK(types.of("app.min.js") == "text/javascript; charset=utf-8");
  CHECK(types.of("x.json") == "application/json; charset=utf-8");
  CHECK(types.of("x.svg") == "image/svg+xml; charset=utf-8");
  CHECK(types.of("x.png") == "image/png");
  CHECK(types.of("x.unknown") == "application/octet-stream");
  CHECK(types.of("README") == "application/octet-stream");
}

}  // namespace
}  // namespace tuber::files
