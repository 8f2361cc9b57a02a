// The file by which clients find a listening unix socket (unix(7)): made in the place of a dead
// server's, never of a live one's, and removed by the process that made it.
#pragma once

#include <sys/types.h>

#include <string>

#include "base/descriptor.hpp"

namespace tuber::io {

// Where to listen, and who may connect.
struct UnixAddress {
  std::string path;
  mode_t mode = 0600;  // of the file; who may not write to it can't connect
};

// Owns the file, or none; removes it when it goes, if it is still the one it made. Not thread-safe.
class UnixSocketFile {
 public:
  UnixSocketFile() = default;
  UnixSocketFile(UnixSocketFile&& other) noexcept;
  UnixSocketFile& operator=(UnixSocketFile&& other) noexcept;
  ~UnixSocketFile() { remove(); }

  // Binds the socket to that address and listens. Throws std::system_error with the path in its
  // message, EADDRINUSE when a server is listening there.
  [[nodiscard]] static UnixSocketFile listen(const base::Descriptor& socket,
                                             const UnixAddress& where, int backlog);

  // REQUIRES: the socket is still open, for the file of a closed one may be a successor's next.
  void remove() noexcept;

  // Leaves the file to others; for a forked child.
  void forget() noexcept { path_.clear(); }

 private:
  std::string path_;
  dev_t device_ = 0;
  ino_t inode_ = 0;
};

}  // namespace tuber::io
