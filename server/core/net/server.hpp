// A listening HTTP server: sockets, worker threads and their end. The one class of net/ that the
// Python layer makes.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "http/limits.hpp"
#include "net/handler.hpp"

namespace tuber::net {

struct ServerOptions {
  std::string bind;         // address to listen on; empty: all, IPv6 and IPv4 on one socket
  std::uint16_t port = 80;  // 0: any free one
  std::size_t max_workers = 256;
  std::chrono::milliseconds surplus_worker_time{3'000};  // a surplus waiting worker leaves after it
  std::chrono::microseconds linger{200};  // reading goes on this long before a connection is parked
  std::string common_fields;  // header lines put on every reply (the run id), each ending with CRLF
  http::Limits limits;
};

// Thread-safe: stop() and wait() may be called from any thread, and stop() more than once. Owns its
// listening socket, its connections and its threads; the destructor stops and joins.
class Server {
 public:
  // Binds and listens, so that port() is known and clients may connect; nothing is answered before
  // start(). Throws std::system_error (with the address in its message) when it can't listen.
  Server(ServerOptions options, HandlerFactory make_handler);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  [[nodiscard]] std::uint16_t port() const;
  void start();

  // Stops accepting and asks every connection to end after the request it is serving; returns at
  // once.
  void request_stop() noexcept;

  // Waits until every worker has left, at most this long. True when all have.
  [[nodiscard]] bool wait(std::chrono::milliseconds at_most);

  // What the server holds now, for tests and for health reports.
  struct Counts {
    std::size_t workers = 0;
    std::size_t connections = 0;
  };
  [[nodiscard]] Counts counts() const;

 private:
  class Impl;
  std::shared_ptr<Impl> impl_;  // shared with workers: one stuck in a user's call may outlive us
};

}  // namespace tuber::net
