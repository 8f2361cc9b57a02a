#include "base/pipe_signal.hpp"

#include <poll.h>
#include <unistd.h>

#include <ctime>

namespace tuber::base {
namespace {

bool is_pending() {
  sigset_t pending;
  return ::sigpending(&pending) == 0 && ::sigismember(&pending, SIGPIPE) == 1;
}

sigset_t pipe_signal() {
  sigset_t set;
  ::sigemptyset(&set);
  ::sigaddset(&set, SIGPIPE);
  return set;
}

}  // namespace

PipeSignalBlocked::PipeSignalBlocked() : was_pending_(is_pending()) {
  const sigset_t set = pipe_signal();
  ::pthread_sigmask(SIG_BLOCK, &set, &before_);
}

PipeSignalBlocked::~PipeSignalBlocked() {
  if (!was_pending_ && is_pending()) {
    const sigset_t set = pipe_signal();
#ifdef __APPLE__
    int number = 0;
    ::sigwait(&set, &number);
#else
    const timespec at_once{};
    ::sigtimedwait(&set, nullptr, &at_once);
#endif
  }
  ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
}

bool write_if_ready(int descriptor, std::string_view line) {
  pollfd ready{descriptor, POLLOUT, 0};
  if (::poll(&ready, 1, 0) != 1 || (ready.revents & POLLOUT) == 0) return false;
  const PipeSignalBlocked blocked;
  return ::write(descriptor, line.data(), line.size()) == static_cast<ssize_t>(line.size());
}

}  // namespace tuber::base
