// A listening HTTP server: sockets, worker threads and their end. The Python layer creates only
// this class of the folder.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "http/limits.hpp"
#include "io/unix_socket_file.hpp"
#include "ops/log.hpp"
#include "serve/handler.hpp"

namespace tuber::serve {

class Engine;

struct ServerOptions {
  // Address or name to listen on; empty: all addresses, IPv6 and IPv4 on one socket. A name means
  // the first of its addresses that can be listened on, IPv4 before IPv6.
  std::string bind;
  std::uint16_t port = 80;                     // 0: any free one
  std::optional<io::UnixAddress> unix_socket;  // instead of bind and port
  // A descriptor that listens already, instead of the above; the server owns it.
  std::optional<int> inherited_socket;
  // If all workers are busy, connections wait. Nothing: as many as limits.calls needs, and a few
  // that refuse calls over that limit.
  std::optional<std::size_t> max_workers;
  // For the served methods. Only touched pages take memory.
  std::size_t worker_stack_size = 8 * 1024 * 1024;
  std::chrono::milliseconds surplus_worker_time{3'000};  // then a surplus worker ends
  // How long a worker waits for the next request of a connection that calls in series before it
  // parks the connection; rounded up to the kernel's tick. 0: never waits.
  std::chrono::microseconds request_wait{2'000};
  std::string common_fields;  // header lines of every reply (the run id), each ending with CRLF
  http::Limits limits;
  std::shared_ptr<ops::Log> log;  // null: no log
};

// Thread-safe: request_stop() and wait() may be called repeatedly, from any thread. Owns its
// listening socket, connections and threads. The destructor stops the server and waits for a few
// seconds; a worker that is still in a handler then is left to the end of the process, with the
// state that it shares. In a child forked from the process that serves, stopping, waiting and
// destroying do not touch the parent's server. The first server of the process installs the process
// handlers (base/process.hpp).
class Server {
 public:
  // Binds and listens, so port() is known and clients may connect; replies begin with start().
  // Throws std::system_error, with the address in its message, if it cannot listen.
  Server(ServerOptions options, HandlerFactory make_handler);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // 0 for a unix socket.
  [[nodiscard]] std::uint16_t port() const;

  // Starts to reply. Throws std::system_error if the system has no thread. REQUIRES: called at most
  // once.
  void start();

  // Frees the port (removes the unix socket's file), closes idle connections, and closes the others
  // after their current request. Returns at once.
  void request_stop() noexcept;

  // Stops at one of these signals, and ends the process if it does not end within `grace`. Returns
  // the descriptor for the signal handler; see ops/signal_watcher.hpp.
  [[nodiscard]] int watch_signals(std::vector<int> numbers, std::chrono::milliseconds grace);

  // Makes the destructor skip waiting for workers, because the caller has already waited.
  void abandon() noexcept { abandoned_ = true; }

  // Waits until every worker has ended. False after the timeout.
  [[nodiscard]] bool wait(std::chrono::milliseconds timeout);

  // For tests and health reports.
  using Counts = ServerView::Counts;
  [[nodiscard]] Counts counts() const;

 private:
  bool abandoned_ = false;
  std::shared_ptr<Engine> engine_;  // shared with the workers, which may outlive the server
};

}  // namespace tuber::serve
