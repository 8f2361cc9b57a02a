// What the workers of one server share. Must never be used after the last of them and the Server
// itself have let it go; that is what the shared_ptr is for.
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
#include "serve/worker_pool.hpp"

namespace tuber::serve {

// Thread-safe.
class Engine : public std::enable_shared_from_this<Engine>, public ServerView {
 public:
  // Names the listener in the poller; no connection's token is like it, for descriptors are
  // positive.
  static constexpr io::Poller::Token kListener = io::Poller::kWoken - 1;

  Engine(ServerOptions options, HandlerFactory make_handler);

  // Begins to accept. Throws std::system_error when not even one worker can be started.
  void start();

  // Starts a worker for one that took the last free place, if the crew has room. When the system has
  // no thread for it, even a moment later, the server goes on with those it has.
  void replace_taken_place();

  // In a forked child it only closes the child's copy of the listening socket: the server is the
  // parent's, its threads are not here, and one of them may hold any of the locks for ever.
  void request_stop() noexcept;

  // False in a process forked from the one that serves.
  [[nodiscard]] bool in_own_process() const;

  [[nodiscard]] bool stopping() const override { return stopping_.load(std::memory_order_relaxed); }

  [[nodiscard]] Counts counts() const override;
  [[nodiscard]] Clock::duration age() const override { return Clock::now() - born_; }

  // Accepts those who knock, parks their connections and lets the poller watch the door again.
  // Gives back those who must be turned away.
  [[nodiscard]] std::vector<std::unique_ptr<Connection>> accept_connections();

  // True for one of the workers that ask, about once in the interval at which deadlines are looked
  // at. Nobody keeps time but workers that are passing by.
  [[nodiscard]] bool sweep_is_due(Clock::time_point now);

  // Lets the poller watch the listener again if accepting had to stop for want of resources.
  void resume_accepting();

  // How long a worker waits for an event before it looks around.
  [[nodiscard]] std::chrono::milliseconds waiting_time() const { return waiting_time_; }

  const ServerOptions options;
  const HandlerFactory make_handler;
  Admission admission;
  std::atomic<std::size_t> calls_in_flight = 0;  // from a complete request to its sent reply
  std::atomic<std::size_t> quick_in_flight = 0;  // those whose answer waits for nobody, likewise
  io::Poller poller;
  io::Listener listener;
  ParkingLot lot{poller};
  Crew crew;

 private:
  // False when there is room for another worker, and no thread.
  [[nodiscard]] bool start_worker();
  // Nothing, or the connection when it is to be turned away.
  [[nodiscard]] std::unique_ptr<Connection> admit(io::Listener::Accepted accepted);

  const Clock::time_point born_ = Clock::now();
  const std::chrono::milliseconds sweep_interval_;
  const std::chrono::milliseconds waiting_time_;
  std::atomic<Clock::rep> next_sweep_ = 0;
  std::atomic<std::uint32_t> next_serial_ = 0;
  std::atomic<bool> accepting_rests_ = false;
  std::atomic<bool> stopping_ = false;
  std::atomic<pid_t> process_;  // that made it, or forked since then to serve in the child
};

}  // namespace tuber::serve
