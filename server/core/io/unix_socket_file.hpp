// The file of a listening unix socket (unix(7)). Replaces the file of a dead server, must never
// replace that of a live one, and is removed by the process that created it.
#pragma once

#include <sys/types.h>

#include <string>

#include "base/descriptor.hpp"

namespace tuber::io {

// The address and the access to it.
struct UnixAddress {
  std::string path;
  mode_t mode = 0600;  // of the file; connecting needs write permission
};

// Owns at most one file. Its destructor removes the file unless another one has replaced it.
// Move-only. Not thread-safe.
class UnixSocketFile {
 public:
  UnixSocketFile() = default;
  UnixSocketFile(UnixSocketFile&& other) noexcept;
  UnixSocketFile& operator=(UnixSocketFile&& other) noexcept;
  ~UnixSocketFile() { remove(); }

  // Binds the socket and listens. Throws std::system_error with the path in its message; EADDRINUSE
  // if a server is listening there.
  [[nodiscard]] static UnixSocketFile listen(const base::Descriptor& socket,
                                             const UnixAddress& where, int backlog);

  // REQUIRES: the socket is open; otherwise the next server may own the file.
  void remove() noexcept;

  // Releases the file without removing it; for a forked child.
  void forget() noexcept { path_.clear(); }

 private:
  std::string path_;
  dev_t device_ = 0;
  ino_t inode_ = 0;
};

}  // namespace tuber::io
