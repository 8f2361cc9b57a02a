#include "serve/idle_connections.hpp"

#include <utility>

namespace tuber::serve {

void ParkingLot::park(std::unique_ptr<Connection> connection) {
  park(std::move(connection), Known::yes);
}

void ParkingLot::park_new(std::unique_ptr<Connection> connection) {
  park(std::move(connection), Known::no);
}

void ParkingLot::park(std::unique_ptr<Connection> connection, Known known) {
  const auto slot = static_cast<std::size_t>(connection->socket().get());
  const int descriptor = connection->socket().get();
  const io::Poller::Token token = connection->token();
  // The poller is told under the lock: a moment later another worker may have claimed, served and
  // closed the connection, and its descriptor may be somebody else's.
  const std::lock_guard lock(mutex_);
  if (closed_) return;
  if (known == Known::yes) {
    poller_.arm(descriptor, token);
  } else if (!poller_.add(descriptor, token)) {
    return;
  }
  if (slot >= slots_.size()) slots_.resize(slot + 1);
  list_of(*connection).push_back(*connection);
  slots_[slot] = std::move(connection);
}

std::unique_ptr<Connection> ParkingLot::claim(io::Poller::Token token) {
  const std::size_t slot = Connection::slot_of(token);
  const std::lock_guard lock(mutex_);
  if (slot >= slots_.size() || !slots_[slot] || slots_[slot]->token() != token) return nullptr;
  return take(slot);
}

std::vector<std::unique_ptr<Connection>> ParkingLot::claim_expired(Clock::time_point now) {
  std::vector<std::unique_ptr<Connection>> expired;
  const std::lock_guard lock(mutex_);
  const auto claim = [&](const Connection& connection) {
    expired.push_back(take(static_cast<std::size_t>(connection.socket().get())));
  };
  while (idle_.front() != nullptr && idle_.front()->deadline <= now) claim(*idle_.front());
  for (Connection* one = unfinished_.front(); one != nullptr;) {
    Connection* const following = ParkedList::after(*one);
    if (one->deadline <= now) claim(*one);
    one = following;
  }
  return expired;
}

void ParkingLot::close() noexcept {
  const std::lock_guard lock(mutex_);
  closed_ = true;
  idle_ = {};
  unfinished_ = {};
  slots_.clear();
}

ParkedList& ParkingLot::list_of(const Connection& connection) {
  return connection.waiting == Connection::Waiting::for_request ? idle_ : unfinished_;
}

std::unique_ptr<Connection> ParkingLot::take(std::size_t slot) {
  std::unique_ptr<Connection> connection = std::move(slots_[slot]);
  list_of(*connection).remove(*connection);
  return connection;
}

}  // namespace tuber::serve
