#include "base/descriptor.hpp"

#include <unistd.h>

namespace tuber::base {

void Descriptor::close() noexcept {
  // Not repeated after EINTR: Linux has closed it then, too, and another thread may use its number.
  if (fd_ >= 0) ::close(std::exchange(fd_, -1));
}

}  // namespace tuber::base
