// A request whose handler returned before its reply was known: it waits without a thread. Must
// never be sent by two workers at once.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "io/socket.hpp"
#include "serve/admission.hpp"
#include "serve/connection.hpp"
#include "serve/handler.hpp"
#include "serve/reply_sender.hpp"

namespace tuber::serve {

class Engine;

// What happens while a request is suspended.
enum class Notice {
  disconnected,  // its client has gone and will not get the reply
  stopping,      // the server was asked to stop, and waits for the reply within its grace
};

// Called at most once with each notice, by any thread, before or after the reply is complete. Must
// not block, throw, or destroy the Completion of this request.
using Observer = std::function<void(Notice)>;

// Owns the connection, the place among the waiting requests, and the reply.
//
// Lifetime: SuspendedExchanges holds it from its creation to the end of its reply. It keeps the
// engine alive meanwhile.
//
// Threads: `state_` says which thread owns the connection. While the exchange is `running`, it is
// the handler's worker; while `suspended`, the list that holds the exchange; then the worker that
// takes the completed exchange. `reply_` belongs to the one thread that set `is_claimed_`, until it
// sets `completed`.
class Exchange {
 public:
  enum class State { running, suspended, completed };
  using List = std::list<std::shared_ptr<Exchange>>;

  Exchange(std::shared_ptr<Engine> engine, Admission::Ticket ticket, Observer observer);

  // Gives the reply. False if there is one already.
  bool complete(Reply&& reply) noexcept;

 private:
  friend class SuspendedExchanges;
  friend class ConnectionHandler;

  // Sends as much as the socket takes. REQUIRES: `head_` is set.
  [[nodiscard]] io::Sent send();
  // Returns false if the client takes nothing until the deadline.
  [[nodiscard]] bool wait_until_writable() const;

  const std::shared_ptr<Engine> engine_;
  std::optional<Admission::Ticket> ticket_;  // until remove(), which the owner calls
  const Observer observer_;
  // Release on the way to `completed`, acquire on the way out: publishes `reply_`.
  std::atomic<State> state_ = State::running;
  std::atomic<bool> is_claimed_ = false;
  Reply reply_;

  // Guarded by the lock of SuspendedExchanges.
  List* list_ = nullptr;
  List::iterator place_;

  // The rest belongs to the owner of the connection.
  std::unique_ptr<Connection> connection_;
  Clock::time_point began_{};  // for the access log
  ReplySender::Manner manner_;
  std::string fields_;      // that handlers have added
  std::string head_;        // of a reply that is being sent
  std::uint64_t sent_ = 0;  // bytes of head and body
  std::optional<io::Pace> pace_;
  Clock::time_point deadline_{};  // for the next bytes
};

// The right to give the reply of one suspended request. Move-only; thread-safe. If it is destroyed
// unused, the client gets status 500. In a forked child it does nothing.
class Completion {
 public:
  explicit Completion(std::shared_ptr<Exchange> exchange) : exchange_(std::move(exchange)) {}
  Completion(Completion&&) noexcept = default;
  Completion& operator=(Completion&& other) noexcept {
    exchange_.swap(other.exchange_);
    return *this;
  }
  ~Completion();

  // Gives the reply, which must not have a file, and whose content type must be static. Never
  // blocks: a worker sends it. Needs no GIL, and may come before the handler has returned. False if
  // a reply was given before.
  bool complete(Reply&& reply) const noexcept { return exchange_->complete(std::move(reply)); }

 private:
  std::shared_ptr<Exchange> exchange_;
};

// Suspends one request. Belongs to the worker that runs its handler.
class Suspension {
 public:
  Suspension(Engine& engine, Connection& connection) : engine_(engine), connection_(connection) {}
  Suspension(const Suspension&) = delete;
  Suspension& operator=(const Suspension&) = delete;
  ~Suspension();  // a reply that comes after this is dropped, unless the request was handed over

  // Allocates the exchange. The handler must then return Handled::suspended; what it borrowed from
  // the request ends there. Nothing if too many requests wait, or without memory: answer 503.
  [[nodiscard]] std::optional<Completion> begin(Observer observer = {});

 private:
  friend class ConnectionHandler;

  Engine& engine_;
  Connection& connection_;
  std::shared_ptr<Exchange> exchange_;
};

}  // namespace tuber::serve
