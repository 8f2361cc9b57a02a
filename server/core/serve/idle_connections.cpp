#include "serve/idle_connections.hpp"

#include <utility>

namespace tuber::serve {

void IdleConnections::park(std::unique_ptr<Connection> connection, bool is_new) {
  const int descriptor = connection->socket().get();
  const io::Poller::Token token = connection->token();
  // The poller is armed under the lock: right after it another worker may have claimed, served and
  // closed the connection, and the descriptor may belong to another one.
  const std::lock_guard lock(mutex_);
  if (closed_) return;
  if (!is_new) {
    poller_.arm(descriptor, token);
  } else if (!poller_.add(descriptor, token)) {
    return;
  }
  const auto needed = static_cast<std::size_t>(descriptor) + 1;
  if (slots_.size() < needed) slots_.resize(needed);
  List& list = list_of(*connection);
  slot(descriptor) = {std::move(connection), list.last, kNone};
  (list.last != kNone ? slot(list.last).next : list.first) = descriptor;
  list.last = descriptor;
}

std::unique_ptr<Connection> IdleConnections::claim(io::Poller::Token token) {
  const int descriptor = Connection::descriptor_of(token);
  const std::lock_guard lock(mutex_);
  if (static_cast<std::size_t>(descriptor) >= slots_.size()) return nullptr;
  const Connection* const parked = slot(descriptor).connection.get();
  return parked != nullptr && parked->token() == token ? take(descriptor) : nullptr;
}

std::vector<std::unique_ptr<Connection>> IdleConnections::claim_expired(Clock::time_point now) {
  std::vector<std::unique_ptr<Connection>> expired;
  const std::lock_guard lock(mutex_);
  const auto has_expired = [&](int descriptor) {
    return slot(descriptor).connection->deadline() <= now;
  };
  while (idle_.first != kNone && has_expired(idle_.first)) expired.push_back(take(idle_.first));
  for (int one = unfinished_.first; one != kNone;) {
    const int next = slot(one).next;
    if (has_expired(one)) expired.push_back(take(one));
    one = next;
  }
  return expired;
}

void IdleConnections::close() noexcept {
  const std::lock_guard lock(mutex_);
  closed_ = true;
  idle_ = unfinished_ = {};
  slots_.clear();
}

IdleConnections::List& IdleConnections::list_of(const Connection& connection) {
  return connection.awaits() == Connection::Awaits::request ? idle_ : unfinished_;
}

std::unique_ptr<Connection> IdleConnections::take(int descriptor) {
  auto [connection, previous, next] = std::exchange(slot(descriptor), {});
  List& list = list_of(*connection);
  (previous != kNone ? slot(previous).next : list.first) = next;
  (next != kNone ? slot(next).previous : list.last) = previous;
  return std::move(connection);
}

}  // namespace tuber::serve
