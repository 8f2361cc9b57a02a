// A file descriptor that closes itself. Must never be copied.
#pragma once

#include <utility>

#include "base/process.hpp"

namespace tuber::base {

// Owns at most one POSIX descriptor. Move-only. Not thread-safe.
class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~Descriptor() { close(); }

  [[nodiscard]] int get() const { return fd_; }
  [[nodiscard]] bool open() const { return fd_ >= 0; }
  // Releases the descriptor; the caller must close it.
  [[nodiscard]] int release() { return std::exchange(fd_, -1); }
  void close() noexcept {
    if (fd_ >= 0) close_descriptor(std::exchange(fd_, -1));
  }

 private:
  int fd_ = -1;
};

}  // namespace tuber::base
