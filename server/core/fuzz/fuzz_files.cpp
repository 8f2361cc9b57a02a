// Property: no reply contains a file from outside the root, and both resolvers open the same file.
// The input is a request head.
#include <sys/stat.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "files/static_files.hpp"
#include "files/web_root.hpp"
#include "http/characters.hpp"
#include "http/head_parser.hpp"
#include "must.hpp"
#include "tests/temporary_tree.hpp"

namespace {

using tuber::files::Opened;
using tuber::files::Resolver;
using tuber::files::StaticFiles;
using tuber::files::WebRoot;
using tuber::http::HeadParser;
using tuber::http::Limits;
using tuber::http::Outcome;
using tuber::serve::Reply;
using tuber::serve::TemporaryTree;

// A root with files, folders and symbolic links, and a secret file outside the root.
class Fixture {
 public:
  Fixture() {
    tree_.write("root/index.html", "<html>");
    tree_.write("root/a/b.txt", "b");
    tree_.write("root/a/b.txt.gz", "not really compressed");
    tree_.write("root/a/ä.txt", "umlaut");
    tree_.write("secret", "must not be served");
    std::filesystem::create_symlink("../secret", tree_.path() / "root/out");
    std::filesystem::create_symlink(tree_.path() / "secret", tree_.path() / "root/absolute");
    std::filesystem::create_symlink("..", tree_.path() / "root/up");
    std::filesystem::create_symlink("a/b.txt", tree_.path() / "root/in");
    must(::stat((tree_.path() / "secret").c_str(), &secret_) == 0);
  }

  [[nodiscard]] std::filesystem::path root() const { return tree_.path() / "root"; }
  [[nodiscard]] bool is_secret(const struct stat& status) const {
    return status.st_ino == secret_.st_ino && status.st_dev == secret_.st_dev;
  }

 private:
  TemporaryTree tree_;
  struct stat secret_{};
};

bool same(const Opened& one, const Opened& other) {
  if (one.file.open() != other.file.open()) return false;
  return !one.file.open() || one.status.st_ino == other.status.st_ino;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Fixture fixture;
  static const StaticFiles files(fixture.root(), std::chrono::seconds(60),
                                 {{".html", "text/html"}});
  static const WebRoot by_kernel(fixture.root(), Resolver::kernel);
  static const WebRoot by_steps(fixture.root(), Resolver::steps);
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);

  HeadParser parser{Limits{}};
  if (parser.parse(bytes) != Outcome::complete) return 0;
  const tuber::http::RequestHead& head = parser.head();
  Reply reply;
  files.serve(head, reply);
  must(reply.status >= 200 && reply.status < 600);
  if (reply.file.present()) {
    struct stat status{};
    must(::fstat(reply.file.file.get(), &status) == 0);
    must(S_ISREG(status.st_mode) && !fixture.is_secret(status));
    must(reply.file.offset + reply.file.length <= static_cast<std::uint64_t>(status.st_size));
  }

  const auto name = tuber::http::percent_decode(head.path.substr(1));
  if (!name || name->starts_with('/')) return 0;  // WebRoot::open() requires a relative name
  const Opened one = by_kernel.open(*name);
  const Opened other = by_steps.open(*name);
  must(!one.file.open() || !fixture.is_secret(one.status));
  must(!other.file.open() || !fixture.is_secret(other.status));
  must(same(one, other));
  return 0;
}
