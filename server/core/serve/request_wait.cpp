#include "serve/request_wait.hpp"

#include <sys/socket.h>

#include <cerrno>
#include <chrono>

#include "serve/engine.hpp"

namespace tuber::serve {
namespace {

// A client that calls again within this time after a reply calls in series.
constexpr std::chrono::milliseconds kSeriesGap{10};

// After so many repeats, no other client seems to be as busy.
constexpr unsigned kRepeats = 2;

// A request that takes longer than waking a thread is worth another worker.
constexpr std::chrono::microseconds kShort{100};

}  // namespace

void RequestWait::begin(Connection& connection, WorkerPool::Task& task) {
  ConnectionHistory& history = connection.history();
  task_ = &task;
  began_ = Clock::now();
  has_waited_ = false;
  repeats_ = connection.token() == served_ ? repeats_ + 1 : 0;
  served_ = connection.token();
  if (history.is_slow) task.release_leadership();
  if (connection.awaits() == Connection::Awaits::request) {
    history.is_series = began_ - history.parked_at <= kSeriesGap;
  }
}

bool RequestWait::is_allowed(Connection& connection) {
  const bool in_series = connection.history().is_series && (has_waited_ || repeats_ >= kRepeats);
  if (!in_series && connection.reader().empty()) return false;
  if (engine_.options.request_wait.count() == 0 || engine_.stopping()) return false;
  if (task_->may_pause()) return true;
  if (repeats_ == kRepeats) task_->wake_follower();  // so that it may wait the next time
  return false;
}

ssize_t RequestWait::receive(Connection& connection, std::span<char> space) {
  bool& is_slow = connection.history().is_slow;
  has_waited_ = true;
  is_slow = Clock::now() - began_ > kShort;
  task_->pause();
  const ssize_t count = ::recv(connection.socket().get(), space.data(), space.size(), 0);
  const int error = errno;
  began_ = Clock::now();
  task_->resume(is_slow);
  errno = error;
  return count;
}

Clock::time_point RequestWait::end(Connection& connection) {
  const Clock::time_point now = Clock::now();
  connection.history().parked_at = now;
  connection.history().is_slow = now - began_ > kShort;
  return now;
}

}  // namespace tuber::serve
