// The poller of Linux.
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

#include "io/poller.hpp"

namespace tuber::io {
namespace {

bool control(const base::Descriptor& queue, int operation, int descriptor, std::uint32_t events,
             Poller::Token token) {
  epoll_event event{};
  event.events = events;
  event.data.u64 = token;
  return ::epoll_ctl(queue.get(), operation, descriptor, &event) == 0;
}

}  // namespace

Poller::Poller()
    : queue_(::epoll_create1(EPOLL_CLOEXEC)),
      wake_receiver_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
      notifier_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
      timer_(::timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK)) {
  // Level-triggered and never read, so it wakes all threads one after the other. The notifier
  // and the timer are edge-triggered and never read, so each event wakes one thread.
  if (!queue_.open() || !wake_receiver_.open() ||
      !control(queue_, EPOLL_CTL_ADD, wake_receiver_.get(), EPOLLIN, kWoken) ||
      !control(queue_, EPOLL_CTL_ADD, notifier_.get(), EPOLLIN | EPOLLET, kNotified) ||
      !control(queue_, EPOLL_CTL_ADD, timer_.get(), EPOLLIN | EPOLLET, kTimer)) {
    throw std::system_error(errno, std::generic_category(), "cannot make an epoll instance");
  }
}

bool Poller::add(int descriptor, Token token) {
  return control(queue_, EPOLL_CTL_ADD, descriptor, EPOLLIN | EPOLLONESHOT, token);
}

void Poller::arm(int descriptor, Token token) {
  control(queue_, EPOLL_CTL_MOD, descriptor, EPOLLIN | EPOLLONESHOT, token);
}

void Poller::arm_for_writing(int descriptor, Token token) {
  control(queue_, EPOLL_CTL_MOD, descriptor, EPOLLOUT | EPOLLONESHOT, token);
}

void Poller::arm_for_end(int descriptor, Token token, bool half_closed) {
  const std::uint32_t events =
      half_closed ? std::uint32_t{EPOLLRDHUP} : 0;  // resets are always reported
  control(queue_, EPOLL_CTL_MOD, descriptor, events | EPOLLONESHOT, token);
}

std::optional<Poller::Token> Poller::wait(std::chrono::milliseconds timeout) {
  epoll_event event{};
  const int count = ::epoll_wait(queue_.get(), &event, 1, static_cast<int>(timeout.count()));
  if (count <= 0) return std::nullopt;
  return Token{event.data.u64};  // a copy: the structure is packed
}

void Poller::notify() noexcept {
  const std::uint64_t one = 1;
  static_cast<void>(!::write(notifier_.get(), &one, sizeof one));
}

void Poller::set_timer(std::chrono::steady_clock::time_point time) noexcept {
  using std::chrono::nanoseconds;
  // A time of 0 would stop the timer.
  const auto since = std::max(nanoseconds(1), nanoseconds(time.time_since_epoch()));
  itimerspec setting{};
  setting.it_value.tv_sec = static_cast<time_t>(since.count() / 1'000'000'000);
  setting.it_value.tv_nsec = static_cast<long>(since.count() % 1'000'000'000);
  ::timerfd_settime(timer_.get(), TFD_TIMER_ABSTIME, &setting, nullptr);
}

void Poller::wake_all() noexcept {
  const std::uint64_t one = 1;
  static_cast<void>(!::write(wake_receiver_.get(), &one, sizeof one));
}

}  // namespace tuber::io
