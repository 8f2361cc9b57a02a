#include "ops/signal_watcher.hpp"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <memory>
#include <optional>
#include <system_error>
#include <utility>

#include "base/descriptor.hpp"
#include "base/fork.hpp"
#include "base/thread.hpp"

namespace tuber::ops {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

// What the process may take for its end after the last call: threads, exit handlers, the interpreter.
constexpr milliseconds kOrderlyEnd{1'000};
// poll() counts in an int; a day is as good as any.
constexpr milliseconds kLongestWait{24 * 3600 * 1000};
// Little is used of it, but libraries' thread-local variables are taken out of it.
constexpr std::size_t kStackSize = 1024 * 1024;

[[noreturn]] void fail(const char* what) {
  throw std::system_error(errno == 0 ? EAGAIN : errno, std::generic_category(), what);
}

class StopWatch {
 public:
  StopWatch(base::Descriptor signals, std::function<void()> stop, milliseconds grace)
      : signals_(std::move(signals)), stop_(std::move(stop)), grace_(grace) {}

  [[noreturn]] void run() {
    while (true) {
      if (end_ && Clock::now() >= *end_) ::_exit(0);
      pollfd readable{signals_.get(), POLLIN, 0};
      const int count = ::poll(&readable, 1, time_left());
      if (count > 0) hear();
    }
  }

 private:
  [[nodiscard]] int time_left() const {
    if (!end_) return -1;
    const auto left = std::chrono::ceil<milliseconds>(*end_ - Clock::now());
    return static_cast<int>(std::clamp(left, milliseconds(0), kLongestWait).count());
  }

  void hear() {
    std::array<unsigned char, 64> numbers;
    const ssize_t size = ::read(signals_.get(), numbers.data(), numbers.size());
    for (ssize_t i = 0; i < size; ++i) {
      const int number = numbers[static_cast<std::size_t>(i)];
      if (number != SIGINT && number != SIGTERM) continue;
      end_ = Clock::now() + (end_ ? milliseconds(0) : grace_) + kOrderlyEnd;
      stop_();
    }
  }

  base::Descriptor signals_;
  std::function<void()> stop_;
  milliseconds grace_;
  std::optional<Clock::time_point> end_;  // set once the process was told to stop
};

}  // namespace

int watch_for_stop(std::function<void()> stop, milliseconds grace) {
  std::array<int, 2> ends{-1, -1};
  if (::pipe(ends.data()) != 0) fail("cannot make a pipe");
  base::Descriptor reader(ends[0]);
  base::Descriptor writer(ends[1]);
  for (const int end : ends) ::fcntl(end, F_SETFD, FD_CLOEXEC);
  ::fcntl(writer.get(), F_SETFL, O_NONBLOCK);
  // What a child is told is not for its parent.
  base::close_in_children(writer.get());
  auto watch = std::make_shared<StopWatch>(std::move(reader), std::move(stop), grace);
  if (!base::start_detached_thread(kStackSize, [watch] { watch->run(); }))
    fail("cannot start a thread");
  return writer.release();
}

}  // namespace tuber::ops
