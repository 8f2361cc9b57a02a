// The poller of macOS and the BSDs.
#include <fcntl.h>
#include <sys/event.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>

#include "io/poller.hpp"

namespace tuber::io {
namespace {

static_assert(sizeof(void*) >= sizeof(Poller::Token), "a token must fit into an event");

bool control(const base::Descriptor& queue, int descriptor, unsigned flags, Poller::Token token,
             short filter = EVFILT_READ, unsigned details = 0) {
  struct kevent change;
  EV_SET(&change, descriptor, filter, flags, details, 0, reinterpret_cast<void*>(token));
  return ::kevent(queue.get(), &change, 1, nullptr, 0, nullptr) == 0;
}

timespec to_timespec(std::chrono::milliseconds time) {
  timespec value{};
  value.tv_sec = static_cast<decltype(value.tv_sec)>(time.count() / 1'000);
  value.tv_nsec = static_cast<decltype(value.tv_nsec)>(time.count() % 1'000 * 1'000'000);
  return value;
}

}  // namespace

Poller::Poller() : queue_(::kqueue()) {
  std::array<int, 2> pipe{-1, -1};
  const bool piped = ::pipe(pipe.data()) == 0;
  wake_receiver_ = base::Descriptor(pipe[0]);
  wake_sender_ = base::Descriptor(pipe[1]);
  // Level-triggered and never read, so it wakes all threads.
  // The user event is cleared when one thread takes it.
  if (!queue_.open() || !piped || !control(queue_, wake_receiver_.get(), EV_ADD, kWoken) ||
      !control(queue_, 0, EV_ADD | EV_CLEAR, kNotified, EVFILT_USER)) {
    throw std::system_error(errno, std::generic_category(), "cannot make a kqueue");
  }
  // A child does not inherit the queue itself.
  ::fcntl(wake_receiver_.get(), F_SETFD, FD_CLOEXEC);
  ::fcntl(wake_sender_.get(), F_SETFD, FD_CLOEXEC);
}

bool Poller::add(int descriptor, Token token) {
  return control(queue_, descriptor, EV_ADD | EV_DISPATCH, token);
}

void Poller::arm(int descriptor, Token token) {
  control(queue_, descriptor, EV_ENABLE | EV_DISPATCH, token);
}

void Poller::arm_for_writing(int descriptor, Token token) {
  control(queue_, descriptor, EV_ADD | EV_ENABLE | EV_DISPATCH, token, EVFILT_WRITE);
}

void Poller::arm_for_end(int descriptor, Token token, bool half_closed) {
  static_cast<void>(descriptor);
  static_cast<void>(token);
  static_cast<void>(half_closed);
}

std::optional<Poller::Token> Poller::wait(std::chrono::milliseconds timeout) {
  struct kevent event;
  const timespec time = to_timespec(timeout);
  if (::kevent(queue_.get(), nullptr, 0, &event, 1, &time) <= 0) return std::nullopt;
  return reinterpret_cast<Token>(event.udata);
}

void Poller::notify() noexcept {
  control(queue_, 0, 0, kNotified, EVFILT_USER, NOTE_TRIGGER);
}

void Poller::set_timer(std::chrono::steady_clock::time_point time) noexcept {
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(
      std::max(time - std::chrono::steady_clock::now(), std::chrono::steady_clock::duration(0)));
  struct kevent change;
  EV_SET(&change, 1, EVFILT_TIMER, EV_ADD | EV_ONESHOT, 0, left.count(),
         reinterpret_cast<void*>(kTimer));  // in milliseconds
  static_cast<void>(::kevent(queue_.get(), &change, 1, nullptr, 0, nullptr));
}

void Poller::wake_all() noexcept {
  static_cast<void>(!::write(wake_sender_.get(), "", 1));
}

}  // namespace tuber::io
