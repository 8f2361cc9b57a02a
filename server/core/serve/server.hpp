// A listening HTTP server: sockets, worker threads and their end. The one class of net/ that the
// Python layer makes.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "http/limits.hpp"
#include "io/unix_socket_file.hpp"
#include "ops/log.hpp"
#include "serve/handler.hpp"

namespace tuber::serve {

class Engine;

struct ServerOptions {
  // Address or name to listen on; empty: all addresses, IPv6 and IPv4 on one socket. Of a name's
  // addresses the first that can be listened on is taken, IPv4 before IPv6.
  std::string bind;
  std::uint16_t port = 80;                     // 0: any free one
  std::optional<io::UnixAddress> unix_socket;  // instead of bind and port
  // A descriptor that listens already, instead of all of these; the server owns it.
  std::optional<int> inherited_socket;
  // When all of them are busy, connections wait. Nothing: as many as limits.calls needs, and a few
  // that tell the others that there are too many.
  std::optional<std::size_t> max_workers;
  // Users' methods run on it. Only what is touched takes memory.
  std::size_t worker_stack_size = 8 * 1024 * 1024;
  std::chrono::milliseconds surplus_worker_time{3'000};  // a surplus waiting worker leaves after it
  // A worker waits this long (rounded up to the kernel's tick) for the next request of a connection
  // that is in the midst of a series of them, before it parks it.
  std::chrono::microseconds linger{2'000};
  std::string common_fields;  // header lines put on every reply (the run id), each ending with CRLF
  http::Limits limits;
  std::shared_ptr<ops::Log> log;  // null: nothing is told
};

// Thread-safe: request_stop() and wait() may be called from any thread, and more than once. Owns
// its listening socket, its connections and its threads. The destructor stops and waits, but not
// for ever: a worker that is stuck in a handler for longer than a few seconds is left to the end of
// the process, together with the state it shares. In a child forked from the process that serves,
// stopping, waiting and destroying leave the parent's server alone.
class Server {
 public:
  // Binds and listens, so that port() is known and clients may connect; nothing is answered before
  // start(). Throws std::system_error (with the address in its message) when it can't listen.
  Server(ServerOptions options, HandlerFactory make_handler);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // 0 of a unix socket.
  [[nodiscard]] std::uint16_t port() const;

  // Begins to answer. Throws std::system_error when the system gives no thread. REQUIRES: called
  // once, at most.
  void start();

  // Frees the port (removes the unix socket's file), closes the connections that are idle and has
  // the others end after the request that is being answered; returns at once.
  void request_stop() noexcept;

  // Stops when a signal handler writes SIGINT or SIGTERM into the descriptor that it gives, and then
  // ends the process if need be, even while nobody else could; see stop_watch.hpp.
  [[nodiscard]] int end_process_when_told(std::chrono::milliseconds grace);

  // Has the destructor wait for no worker: whoever stopped the server did so for long enough.
  void give_up() noexcept { given_up_ = true; }

  // Waits until every worker has left, at most this long. True when all have.
  [[nodiscard]] bool wait(std::chrono::milliseconds at_most);

  // What the server holds now, for tests and for health reports.
  using Counts = ServerView::Counts;
  [[nodiscard]] Counts counts() const;

 private:
  bool given_up_ = false;
  std::shared_ptr<Engine> engine_;  // shared with workers: one stuck in a user's call outlives us
};

}  // namespace tuber::serve
