// The suspended requests of a server: those that wait for their reply, those whose reply is ready,
// and those whose client reads it slowly. Must never hand out one of them twice.
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <vector>

#include "io/poller.hpp"
#include "serve/exchange.hpp"

namespace tuber::serve {

// Thread-safe. Borrows the poller. Calls observers without its lock.
class SuspendedExchanges {
 public:
  explicit SuspendedExchanges(io::Poller& poller) : poller_(poller) {}

  // Takes a new exchange, whose handler still runs. Throws std::bad_alloc.
  void add(const std::shared_ptr<Exchange>& exchange, int descriptor);

  // Takes the connection after its handler has returned. False, and nothing is taken, if the reply
  // is complete already.
  [[nodiscard]] bool suspend(Exchange& exchange, std::unique_ptr<Connection>& connection);

  // The reply of a suspended exchange is complete: wakes a worker that takes it.
  void completed(Exchange& exchange) noexcept;

  // Returns a completed exchange, which belongs to the caller until remove() or park(). Null if
  // there is none.
  [[nodiscard]] std::shared_ptr<Exchange> take_completed();

  // Handles an event of a connection. Returns the exchange if the caller must go on sending.
  [[nodiscard]] std::shared_ptr<Exchange> take_event(io::Poller::Token token);

  // Keeps a taken exchange until its client takes more bytes or its deadline has passed.
  void park(Exchange& exchange);

  // Returns the parked exchanges whose deadline has passed, which belong to the caller.
  [[nodiscard]] std::vector<std::shared_ptr<Exchange>> take_expired(Clock::time_point now);

  // Forgets an exchange. REQUIRES: its handler runs, or it was taken.
  void remove(Exchange& exchange);

  // From now on, workers take exchanges by wait_for_completed(). Notifies all that are suspended.
  void stop() noexcept;

  // Waits for an exchange whose reply must be sent, whether it is completed or parked. Null at the
  // deadline, or if no exchange is left. REQUIRES: stop() was called.
  [[nodiscard]] std::shared_ptr<Exchange> wait_for_completed(Clock::time_point deadline);

  [[nodiscard]] bool empty() const;

 private:
  // Each requires the lock.
  [[nodiscard]] bool is_empty() const;
  void move(Exchange& exchange, Exchange::List& to) noexcept;
  [[nodiscard]] std::shared_ptr<Exchange> take_first(Exchange::List& list);
  [[nodiscard]] Exchange* find(io::Poller::Token token) const;

  io::Poller& poller_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;  // while it stops
  bool is_stopping_ = false;
  Exchange::List taken_;       // a worker runs the handler or sends the reply
  Exchange::List suspended_;   // the reply is not known
  Exchange::List unnotified_;  // the same, while it stops
  Exchange::List completed_;
  Exchange::List parked_;                 // a part of the reply was sent
  std::vector<Exchange*> by_descriptor_;  // those with a connection that the poller watches
};

}  // namespace tuber::serve
