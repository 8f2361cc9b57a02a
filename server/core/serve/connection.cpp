#include "serve/connection.hpp"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>

namespace tuber::serve {
namespace {

constexpr std::chrono::milliseconds kLingeringClose{2'000};

// Bytes accepted during a lingering close: the default limit of a body, for a client that reads
// only after it has sent everything. More than that is a flood.
constexpr std::size_t kMaxDiscarded = 64 * 1024 * 1024;

// Adds the number of discarded bytes to `discarded`. False if the client has closed its end.
bool discard_received(const base::Descriptor& socket, std::size_t& discarded) {
  constexpr int kReadsAtOnce = 64;  // then other connections get their turn
  std::array<char, 16 * 1024> buffer;
  for (int i = 0; i < kReadsAtOnce; ++i) {
    const ssize_t count = ::recv(socket.get(), buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (count == 0) return false;
    if (count < 0 && errno != EINTR) return errno == EAGAIN || errno == EWOULDBLOCK;
    if (count > 0) discarded += static_cast<std::size_t>(count);
  }
  return true;
}

}  // namespace

bool Connection::await_rest(std::size_t received, const http::Limits& limits) {
  if (reader_->empty()) {
    awaits_ = Awaits::request;
    return true;
  }
  const Clock::time_point now = Clock::now();
  if (reader_->in_body()) {
    awaits_ = Awaits::body;
    deadline_ = now + limits.stall_timeout;
    if (!upload_pace_) upload_pace_.emplace(limits.upload_rate_window, limits.min_upload_rate);
    return upload_pace_->keeps_up(received);
  }
  if (awaits_ == Awaits::head) return now < deadline_;
  awaits_ = Awaits::head;
  deadline_ = now + limits.head_timeout;
  return true;
}

void Connection::begin_lingering_close() {
  reader_.reset();
  awaits_ = Awaits::end;
  deadline_ = Clock::now() + kLingeringClose;
  ::shutdown(socket_.get(), SHUT_WR);
}

// The deadline is checked here too: a sweep never finds the connection of a client that keeps on
// sending among the parked ones.
bool Connection::continue_lingering_close() {
  return discard_received(socket_, discarded_) && discarded_ < kMaxDiscarded &&
         Clock::now() < deadline_;
}

void Connection::finish_lingering_close() {
  while (continue_lingering_close()) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline_ - Clock::now());
    pollfd readable{socket_.get(), POLLIN, 0};
    ::poll(&readable, 1, static_cast<int>(std::max<std::int64_t>(left.count(), 0)));
  }
}

}  // namespace tuber::serve
