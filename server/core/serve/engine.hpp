// The state that the workers of one server share. The Server and each worker hold it by shared_ptr,
// because workers may outlive the Server.
#pragma once

#include <sys/types.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <vector>

#include "io/listener.hpp"
#include "io/poller.hpp"
#include "serve/admission.hpp"
#include "serve/connection.hpp"
#include "serve/handler.hpp"
#include "serve/idle_connections.hpp"
#include "serve/server.hpp"
#include "serve/suspended_exchanges.hpp"
#include "serve/timers.hpp"
#include "serve/worker_pool.hpp"

namespace tuber::serve {

// Thread-safe.
class Engine : public std::enable_shared_from_this<Engine>, public ServerView {
 public:
  // Names the listener in the poller. No connection has this token: descriptors are positive.
  static constexpr io::Poller::Token kListener = io::Poller::kTimer - 1;

  Engine(ServerOptions options, HandlerFactory make_handler);

  // Starts to accept. Throws std::system_error if no worker can be started.
  void start();

  // Starts a worker unless the pool is full. If the system repeatedly refuses a thread, the server
  // continues without it.
  void start_another_worker();

  // In a forked child it only closes the child's copy of the listening socket: the server is the
  // parent's, its threads are not here, and any lock may be held forever.
  void request_stop() noexcept;

  // False in a process forked from the one that serves.
  [[nodiscard]] bool in_own_process() const;

  [[nodiscard]] bool stopping() const override { return stopping_.load(std::memory_order_relaxed); }
  [[nodiscard]] Counts counts() const override;
  [[nodiscard]] Clock::duration age() const override { return Clock::now() - created_; }

  // Accepts and parks new connections, and lets the poller watch the listener again. Returns the
  // connections over a limit, which the caller must refuse.
  [[nodiscard]] std::vector<std::unique_ptr<Connection>> accept_connections();

  // Returns true to one of the calling workers, about once per interval at which deadlines are
  // checked. There is no timer: workers call this between two events.
  [[nodiscard]] bool sweep_is_due(Clock::time_point now);

  // Lets the poller watch the listener again if accepting had stopped for lack of resources.
  void resume_accepting();

  // How long a worker waits for an event before it checks deadlines.
  [[nodiscard]] std::chrono::milliseconds event_timeout() const { return event_timeout_; }

  const ServerOptions options;
  const HandlerFactory make_handler;
  Admission admission;
  Admission waiting;                              // suspended requests
  std::atomic<std::size_t> calls_in_flight = 0;   // from a complete request to its sent reply
  std::atomic<std::size_t> exempt_in_flight = 0;  // the same for exempt requests
  io::Poller poller;
  io::Listener listener;
  IdleConnections idle{poller};
  SuspendedExchanges suspended{poller};
  Timers timers{poller};
  WorkerPool pool;

 private:
  // False if the pool has room for a worker, but the system has no thread.
  [[nodiscard]] bool start_worker();
  // Returns the connection if it must be turned away, else null.
  [[nodiscard]] std::unique_ptr<Connection> admit(io::Listener::Accepted accepted);

  const Clock::time_point created_ = Clock::now();
  const std::chrono::milliseconds sweep_interval_;
  const std::chrono::milliseconds event_timeout_;
  std::atomic<Clock::rep> next_sweep_ = 0;  // read relaxed: the exchange decides
  std::atomic<std::uint32_t> next_serial_ = 0;
  std::atomic<bool> is_exhausted_ = false;  // accepting has stopped for lack of resources
  std::atomic<bool> stopping_ = false;      // read relaxed: the wake-ups after it publish it
  std::atomic<pid_t> process_;              // the one that serves
};

}  // namespace tuber::serve
