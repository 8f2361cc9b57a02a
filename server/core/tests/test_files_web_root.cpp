// What can be opened below a web root: the same table for both resolvers.
#include <doctest/doctest.h>
#include <sys/stat.h>

#include <cerrno>
#include <initializer_list>
#include <string_view>
#include <system_error>

#include "files/web_root.hpp"
#include "temporary_tree.hpp"

namespace tuber::files {

using namespace serve;
namespace {

struct Tree {
  Tree() {
    tree.write("secret.txt", "secret");
    tree.write("root/page.txt", "page");
    tree.write("root/deep/er/page.txt", "deep page");
    const std::filesystem::path root = tree.path() / "root";
    std::filesystem::create_symlink("page.txt", root / "inside");
    std::filesystem::create_symlink("../../page.txt", root / "deep/er/up-inside");
    std::filesystem::create_directory_symlink("deep", root / "linked");
    std::filesystem::create_symlink("../secret.txt", root / "outside");
    std::filesystem::create_symlink("../root/page.txt", root / "out-and-in");
    std::filesystem::create_directory_symlink("..", root / "parent");
    std::filesystem::create_symlink(tree.path() / "secret.txt", root / "absolute");
    std::filesystem::create_symlink(root / "page.txt", root / "absolute-inside");
    std::filesystem::create_symlink("loop", root / "loop");
    std::filesystem::create_symlink("nothing", root / "dangling");
    std::filesystem::create_symlink("/proc/self/exe", root / "magic");
    REQUIRE(::mkfifo((root / "fifo").c_str(), 0600) == 0);
  }
  TemporaryTree tree;
};

TEST_CASE("a web root opens only what is in it") {
  const Tree tree;
  for (const Resolver resolver : {Resolver::kernel, Resolver::steps}) {
    CAPTURE(static_cast<int>(resolver));
    const WebRoot root(tree.tree.path() / "root", resolver);
    for (const std::string_view name :
         {"", "page.txt", "deep", "deep/er/page.txt", "inside", "deep/er/up-inside", "linked",
          "linked/er/page.txt", "linked/er/up-inside", "fifo"}) {
      CAPTURE(name);
      const Opened opened = root.open(name);
      CHECK(opened.file.open());
      CHECK(opened.error == 0);
    }
    for (const std::string_view name :
         {"absent", "page.txt/x", "..", "../secret.txt", "deep/../../secret.txt", "outside",
          "out-and-in", "parent", "parent/secret.txt", "parent/root/page.txt", "absolute",
          "absolute-inside", "loop", "dangling", "magic"}) {
      CAPTURE(name);
      const Opened opened = root.open(name);
      CHECK_FALSE(opened.file.open());
      CHECK(opened.error != 0);
    }
  }
}

TEST_CASE("an error names a web root that is not a directory") {
  const TemporaryTree tree;
  tree.write("file", "");
  for (const char* name : {"file", "absent"}) {
    try {
      const WebRoot root(tree.path() / name);
      FAIL("accepted");
    } catch (const std::system_error& error) {
      CHECK(std::string_view(error.what()).find(name) != std::string_view::npos);
    }
  }
}

TEST_CASE("a web root that was replaced is served without a restart") {
  const TemporaryTree tree;
  tree.write("root/old", "");
  const WebRoot root(tree.path() / "root");
  std::filesystem::remove_all(tree.path() / "root");
  CHECK_FALSE(root.open("old").file.open());
  tree.write("root/new", "");
  CHECK(root.open("new").file.open());
}

}  // namespace
TEST_CASE("a file is not a directory, for both resolvers") {
  const TemporaryTree tree;
  tree.write("a/b.txt", "b");
  for (const Resolver resolver : {Resolver::kernel, Resolver::steps}) {
    const WebRoot root(tree.path(), resolver);
    CHECK(root.open("a/b.txt").file.open());
    CHECK(root.open("a/").file.open());
    CHECK(root.open("a/./b.txt").file.open());
    for (const char* name : {"a/b.txt/", "a/b.txt/.", "a/b.txt/../b.txt"}) {
      CAPTURE(name);
      CHECK(root.open(name).error == ENOTDIR);
    }
  }
}

}  // namespace tuber::files
