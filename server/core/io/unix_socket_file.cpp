#include "io/unix_socket_file.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <system_error>
#include <thread>
#include <utility>

namespace tuber::io {
namespace {

using std::chrono::milliseconds;

// The wait for another server that starts in the same directory, which takes microseconds.
constexpr milliseconds kLockTimeout{2'000};
constexpr milliseconds kLockRetryDelay{5};

[[noreturn]] void fail(int error, const std::string& path, const std::string& detail = {}) {
  throw std::system_error(
      error, std::generic_category(),
      "cannot listen on unix:" + path + (detail.empty() ? "" : " (" + detail + ")"));
}

sockaddr_un address_of(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  constexpr std::size_t kMost = sizeof address.sun_path - 1;
  if (path.empty() || path.find('\0') != std::string::npos)
    fail(EINVAL, path, "not a path of a file");
  if (path.size() > kMost) {
    fail(ENAMETOOLONG, path,
         "the path has " + std::to_string(path.size()) + " bytes, the system allows " +
             std::to_string(kMost));
  }
  std::copy(path.begin(), path.end(), address.sun_path);
  return address;
}

// Between bind and listen, a file looks like that of a dead server. The lock prevents servers that
// start at the same time from removing each other's files. Locking the directory needs no extra
// file.
base::Descriptor lock_directory_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  std::string directory = ".";
  if (slash != std::string::npos) directory = slash == 0 ? "/" : path.substr(0, slash);
  base::Descriptor lock(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!lock.open()) {
    if (errno == EACCES) return lock;  // a directory may be writable, but not readable
    fail(errno, path, "cannot open its directory");
  }
  const auto deadline = std::chrono::steady_clock::now() + kLockTimeout;
  while (::flock(lock.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK && errno != EINTR) break;  // a file system without locks
    if (std::chrono::steady_clock::now() > deadline) {
      fail(EWOULDBLOCK, path, "another program holds a lock on its directory");
    }
    std::this_thread::sleep_for(kLockRetryDelay);
  }
  return lock;
}

// Removes the file of a dead server; throws if there is anything else.
void remove_stale_file(const std::string& path, const sockaddr_un& address) {
  struct stat found{};
  if (::lstat(path.c_str(), &found) != 0) {
    if (errno == ENOENT) return;
    fail(errno, path);
  }
  if (!S_ISSOCK(found.st_mode)) fail(EEXIST, path, "there is a file that is not a socket");
  const base::Descriptor probe(::socket(AF_UNIX, SOCK_STREAM, 0));
  if (!probe.open()) fail(errno, path);
  ::fcntl(probe.get(), F_SETFD, FD_CLOEXEC);
  ::fcntl(probe.get(), F_SETFL, O_NONBLOCK);  // a full backlog must not block
  if (::connect(probe.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 ||
      errno == EAGAIN || errno == EINPROGRESS) {
    fail(EADDRINUSE, path, "a server is listening there");
  }
  if (errno == ENOENT) return;
  if (errno != ECONNREFUSED)
    fail(errno, path, "cannot find out whether a server is listening there");
  if (::unlink(path.c_str()) != 0 && errno != ENOENT)
    fail(errno, path, "cannot remove the file of a server that has ended");
}

}  // namespace

UnixSocketFile UnixSocketFile::listen(const base::Descriptor& socket, const UnixAddress& where,
                                      int backlog) {
  const std::string& path = where.path;
  const sockaddr_un address = address_of(path);
  const base::Descriptor lock = lock_directory_of(path);
  remove_stale_file(path, address);
  if (::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    fail(errno, path);
  }
  UnixSocketFile file;
  file.path_ = path;
  // No client can connect before listen(), so the mode set by bind() does no harm.
  struct stat made{};
  if (::chmod(path.c_str(), where.mode) != 0 || ::lstat(path.c_str(), &made) != 0) {
    const int error = errno;
    ::unlink(path.c_str());
    file.forget();
    fail(error, path, "cannot set its mode");
  }
  file.device_ = made.st_dev;
  file.inode_ = made.st_ino;
  if (::listen(socket.get(), backlog) != 0) fail(errno, path);
  return file;
}

UnixSocketFile::UnixSocketFile(UnixSocketFile&& other) noexcept
    : path_(std::exchange(other.path_, {})), device_(other.device_), inode_(other.inode_) {}

UnixSocketFile& UnixSocketFile::operator=(UnixSocketFile&& other) noexcept {
  std::swap(path_, other.path_);
  std::swap(device_, other.device_);
  std::swap(inode_, other.inode_);
  return *this;
}

void UnixSocketFile::remove() noexcept {
  if (path_.empty()) return;
  struct stat found{};
  if (::lstat(path_.c_str(), &found) == 0 && found.st_dev == device_ && found.st_ino == inode_) {
    ::unlink(path_.c_str());
  }
  path_.clear();
}

}  // namespace tuber::io
