#include "files/web_root.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <deque>
#include <string>
#include <system_error>
#include <vector>

#if __has_include(<linux/openat2.h>)
#include <linux/openat2.h>
#include <sys/syscall.h>
#endif

namespace tuber::files {
namespace {

// O_NONBLOCK: opening a FIFO without a writer would block forever. O_NOCTTY: a terminal in the
// tree must not become the controlling terminal.
constexpr int kOpenFlags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;

// The number of links that Linux follows before it fails with ELOOP (path_resolution(7)).
constexpr int kMaxLinks = 40;

// openat2 fails with EAGAIN if a rename elsewhere raced with a ".." in a link.
constexpr int kMaxTries = 16;

base::Descriptor open_by_kernel([[maybe_unused]] int root,
                                [[maybe_unused]] const std::string& name) {
#ifdef SYS_openat2
  struct open_how how{};
  how.flags = kOpenFlags;
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS;
  long descriptor = -1;
  for (int tries = 0; tries < kMaxTries; ++tries) {
    descriptor = ::syscall(SYS_openat2, root, name.c_str(), &how, sizeof how);
    if (descriptor >= 0 || (errno != EAGAIN && errno != EINTR)) break;
  }
  return base::Descriptor(static_cast<int>(descriptor));
#else
  errno = ENOSYS;
  return base::Descriptor();
#endif
}

void prepend(std::deque<std::string>& components, std::string_view path) {
  std::vector<std::string> parts;
  while (!path.empty()) {
    const std::size_t end = std::min(path.find('/'), path.size());
    if (end > 0) parts.emplace_back(path.substr(0, end));
    // A slash at the end means a directory, as "." does (POSIX path resolution).
    if (end + 1 == path.size()) parts.emplace_back(".");
    path.remove_prefix(std::min(end + 1, path.size()));
  }
  components.insert(components.begin(), parts.begin(), parts.end());
}

bool is_directory(const base::Descriptor& file) {
  struct stat status{};
  if (::fstat(file.get(), &status) == 0 && S_ISDIR(status.st_mode)) return true;
  errno = ENOTDIR;
  return false;
}

// Returns the text of the symbolic link `name`; empty, with errno set, if it may not be followed.
std::string read_relative_link(int directory, const std::string& name) {
  std::array<char, PATH_MAX> text;
  const ssize_t length = ::readlinkat(directory, name.c_str(), text.data(), text.size());
  if (length < 0) return {};
  errno = EXDEV;
  if (text[0] == '/' || static_cast<std::size_t>(length) == text.size()) return {};
  return {text.data(), static_cast<std::size_t>(length)};
}

// Keeps each directory on the path open. So ".." in a link means the previous directory, even if it
// is moved at the same time, and never the parent of the root.
base::Descriptor open_by_steps(int root, const std::string& name) {
  std::deque<std::string> ahead;
  prepend(ahead, name);
  std::vector<base::Descriptor> entered;
  int links = 0;
  while (!ahead.empty()) {
    const std::string component = std::move(ahead.front());
    ahead.pop_front();
    if (component == "." || component == "..") {
      if (!entered.empty() && !is_directory(entered.back())) return {};
      if (component == ".") continue;
      errno = EXDEV;
      if (entered.empty()) return {};
      entered.pop_back();
      continue;
    }
    const int here = entered.empty() ? root : entered.back().get();
    base::Descriptor next(::openat(here, component.c_str(), kOpenFlags | O_NOFOLLOW));
    if (next.open()) {
      entered.push_back(std::move(next));
      continue;
    }
    // A link is ELOOP by POSIX and EMLINK on FreeBSD.
    if ((errno != ELOOP && errno != EMLINK) || ++links > kMaxLinks) return {};
    const std::string target = read_relative_link(here, component);
    if (target.empty()) return {};
    prepend(ahead, target);
  }
  if (entered.empty()) return base::Descriptor(::openat(root, ".", kOpenFlags));
  return std::move(entered.back());
}

}  // namespace

WebRoot::WebRoot(const std::filesystem::path& directory, Resolver resolver)
    : directory_(std::filesystem::absolute(directory)), resolver_(resolver) {
  std::error_code error;
  if (!std::filesystem::is_directory(directory_, error)) {
    if (!error) error = std::make_error_code(std::errc::not_a_directory);
    throw std::system_error(error, "web root " + directory_.string());
  }
}

Opened WebRoot::open(std::string_view name) const {
  Opened opened;
  const base::Descriptor root(::open(directory_.c_str(), O_RDONLY | O_CLOEXEC | O_DIRECTORY));
  if (root.open()) {
    const std::string path(name.empty() ? "." : name);
    errno = ENOSYS;
    if (resolver_ == Resolver::kernel) opened.file = open_by_kernel(root.get(), path);
    // EPERM: from older seccomp filters of container engines, which do not know openat2.
    if (!opened.file.open() && (errno == ENOSYS || errno == EPERM)) {
      opened.file = open_by_steps(root.get(), path);
    }
  }
  if (!opened.file.open() || ::fstat(opened.file.get(), &opened.status) < 0) {
    opened.error = errno;
    opened.file = base::Descriptor();
  }
  return opened;
}

}  // namespace tuber::files
