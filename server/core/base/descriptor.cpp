#include "base/descriptor.hpp"

#include <unistd.h>

namespace tuber::base {

void Descriptor::close() noexcept {
  // Not repeated after EINTR: the descriptor is gone then too (Linux), and its number may already
  // belong to another thread.
  if (fd_ >= 0) ::close(std::exchange(fd_, -1));
}

}  // namespace tuber::base
