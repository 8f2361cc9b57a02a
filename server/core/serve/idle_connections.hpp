// Keeps the connections on which there is nothing to read, without a thread or a buffer for each.
// Must never hand out one connection twice.
#pragma once

#include <memory>
#include <mutex>
#include <vector>

#include "io/poller.hpp"
#include "serve/connection.hpp"
#include "serve/parked_list.hpp"

namespace tuber::serve {

// Thread-safe. Owns the connections that are parked, borrows the poller.
class ParkingLot {
 public:
  explicit ParkingLot(io::Poller& poller) : poller_(poller) {}

  // Takes the connection and lets the poller watch it, until something can be read or its deadline
  // has passed. Closes it when the lot is closed.
  void park(std::unique_ptr<Connection> connection);

  // The same for a connection that the poller doesn't know yet. Closes it, too, when the system has
  // no memory to watch it.
  void park_new(std::unique_ptr<Connection> connection);

  // Gives away the connection that an event is about; nothing when it is not here any more.
  [[nodiscard]] std::unique_ptr<Connection> claim(io::Poller::Token token);

  // Gives away those whose deadline has passed.
  [[nodiscard]] std::vector<std::unique_ptr<Connection>> claim_expired(Clock::time_point now);

  // Closes the connections that are here and those that come.
  void close() noexcept;

 private:
  enum class Known { no, yes };

  void park(std::unique_ptr<Connection> connection, Known known);
  [[nodiscard]] ParkedList& list_of(const Connection& connection);
  [[nodiscard]] std::unique_ptr<Connection> take(std::size_t slot);

  io::Poller& poller_;
  std::mutex mutex_;
  bool closed_ = false;
  std::vector<std::unique_ptr<Connection>> slots_;  // by descriptor
  ParkedList idle_;        // all wait equally long, so in the order of their deadlines
  ParkedList unfinished_;  // in no order of deadlines; a few
};

}  // namespace tuber::serve
