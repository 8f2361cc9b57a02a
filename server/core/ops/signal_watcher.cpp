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
#include <vector>

#include "base/descriptor.hpp"
#include "base/process.hpp"
#include "base/thread.hpp"

namespace tuber::ops {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr milliseconds kLongestWait{24 * 3600 * 1000};  // poll() takes an int
// The thread needs little, but its stack also holds the thread-local variables of libraries.
constexpr std::size_t kStackSize = 1024 * 1024;

[[noreturn]] void fail(const char* what) {
  throw std::system_error(errno == 0 ? EAGAIN : errno, std::generic_category(), what);
}

// Lives in its own thread until the process ends.
class SignalWatcher {
 public:
  SignalWatcher(base::Descriptor signals, base::Descriptor writer, std::vector<int> numbers,
                std::function<void()> stop, milliseconds grace)
      : signals_(std::move(signals)),
        writer_(std::move(writer)),
        numbers_(std::move(numbers)),
        stop_(std::move(stop)),
        grace_(grace) {
    // A child's signals must not stop the parent.
    base::hide_from_children(signals_.get());
    base::hide_from_children(writer_.get());
  }

  [[nodiscard]] int writer() const { return writer_.get(); }

  [[noreturn]] void run() {
    while (true) {
      if (end_ && Clock::now() >= *end_) ::_exit(0);
      pollfd readable{signals_.get(), POLLIN, 0};
      const int count = ::poll(&readable, 1, time_left());
      if (count > 0) read_signals();
    }
  }

 private:
  [[nodiscard]] int time_left() const {
    if (!end_) return -1;
    const auto left = std::chrono::ceil<milliseconds>(*end_ - Clock::now());
    return static_cast<int>(std::clamp(left, milliseconds(0), kLongestWait).count());
  }

  void read_signals() {
    std::array<unsigned char, 64> numbers;
    const ssize_t size = ::read(signals_.get(), numbers.data(), numbers.size());
    for (ssize_t i = 0; i < size; ++i) {
      const int number = numbers[static_cast<std::size_t>(i)];
      if (std::find(numbers_.begin(), numbers_.end(), number) == numbers_.end()) continue;
      if (number == SIGHUP && end_) continue;  // a terminal that closes may send several
      end_ = Clock::now() + (end_ ? milliseconds(0) : grace_) + kOrderlyExit;
      stop_();
    }
  }

  base::Descriptor signals_;
  base::Descriptor writer_;
  std::vector<int> numbers_;
  std::function<void()> stop_;
  milliseconds grace_;
  std::optional<Clock::time_point> end_;  // set at the first signal
};

}  // namespace

int watch_signals(std::vector<int> numbers, std::function<void()> stop, milliseconds grace) {
  std::array<int, 2> ends{-1, -1};
  if (::pipe(ends.data()) != 0) fail("cannot make a pipe");
  base::Descriptor reader(ends[0]);
  base::Descriptor writer(ends[1]);
  for (const int end : ends) ::fcntl(end, F_SETFD, FD_CLOEXEC);
  ::fcntl(writer.get(), F_SETFL, O_NONBLOCK);
  auto watcher = std::make_shared<SignalWatcher>(std::move(reader), std::move(writer),
                                                 std::move(numbers), std::move(stop), grace);
  if (!base::start_detached_thread(kStackSize, [watcher] { watcher->run(); }))
    fail("cannot start a thread");
  return watcher->writer();
}

}  // namespace tuber::ops
