// Keeps connections that have no bytes to read, without a thread or a buffer for each. Must never
// return one connection to two callers.
#pragma once

#include <memory>
#include <mutex>
#include <vector>

#include "io/poller.hpp"
#include "serve/connection.hpp"

namespace tuber::serve {

// Thread-safe. Owns the parked connections, borrows the poller.
class IdleConnections {
 public:
  explicit IdleConnections(io::Poller& poller) : poller_(poller) {}

  // Takes ownership of the connection, and lets the poller watch it until bytes can be read or its
  // deadline has passed. After close(), closes it instead.
  void park(std::unique_ptr<Connection> connection) { park(std::move(connection), false); }
  // The same for a connection that the poller does not know yet. Also closes it if the system has
  // no memory to watch it.
  void park_new(std::unique_ptr<Connection> connection) { park(std::move(connection), true); }

  // Returns the connection of an event; null if it is no longer here.
  [[nodiscard]] std::unique_ptr<Connection> claim(io::Poller::Token token);

  // Returns the connections whose deadline has passed.
  [[nodiscard]] std::vector<std::unique_ptr<Connection>> claim_expired(Clock::time_point now);

  // Closes all parked connections, and all that are parked later.
  void close() noexcept;

 private:
  static constexpr int kNone = -1;

  // By descriptor. The links of the list are here, so parking allocates nothing per connection.
  struct Slot {
    std::unique_ptr<Connection> connection;
    int previous = kNone;
    int next = kNone;
  };
  struct List {
    int first = kNone;
    int last = kNone;
  };

  void park(std::unique_ptr<Connection> connection, bool is_new);
  [[nodiscard]] Slot& slot(int descriptor) { return slots_[static_cast<std::size_t>(descriptor)]; }
  [[nodiscard]] List& list_of(const Connection& connection);
  [[nodiscard]] std::unique_ptr<Connection> take(int descriptor);

  io::Poller& poller_;
  std::mutex mutex_;
  bool closed_ = false;
  std::vector<Slot> slots_;
  List idle_;        // in the order of their deadlines: all have the same timeout
  List unfinished_;  // not sorted: few, with different timeouts
};

}  // namespace tuber::serve
