// Decides whether a worker waits in recv() for the next bytes of the connection that it serves, or
// parks the connection and takes the next event. Must never decide to wait while other connections
// would have no worker.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <span>

#include "serve/connection.hpp"
#include "serve/worker_pool.hpp"

namespace tuber::serve {

class Engine;

// Waiting saves two system calls a request (arming the poller and waiting for it), but is right
// only for a connection whose next bytes come at once: the rest of a request, or the next request
// of a client that calls in series, when no other client is as busy.
//
// Invariants:
// - A worker waits only while another one waits for events (Task::may_pause), and for at most
//   ServerOptions::request_wait, so no other connection is delayed beyond that.
// - While it waits, the worker does not count as busy, so no other one sleeps because of it.
// - After a slow request the worker does not count as busy during the next one either: other
//   workers take events from its start.
//
// Belongs to one worker. Not thread-safe.
class RequestWait {
 public:
  explicit RequestWait(const Engine& engine) : engine_(engine) {}

  // Called when the worker starts to serve the connection, which is readable.
  void begin(Connection& connection, WorkerPool::Task& task);

  // Returns true if the worker may wait now.
  [[nodiscard]] bool is_allowed(Connection& connection);

  // Waits in recv() into `space`; returns and sets errno as recv().
  [[nodiscard]] ssize_t receive(Connection& connection, std::span<char> space);

  // Called when the worker parks the connection; returns the current time.
  Clock::time_point end(Connection& connection);

 private:
  const Engine& engine_;
  WorkerPool::Task* task_ = nullptr;
  Clock::time_point began_{};     // of the current request, or of the serving
  bool has_waited_ = false;       // since begin()
  io::Poller::Token served_ = 0;  // the connection that was served last
  unsigned repeats_ = 0;          // how often it was served before, with no other in between
};

}  // namespace tuber::serve
