// The listening socket. Must never block: when several workers are after one connection, those that
// come late go away empty-handed.
#pragma once

#include <cstdint>
#include <mutex>
#include <string>

#include "base/descriptor.hpp"
#include "io/peer.hpp"
#include "io/poller.hpp"
#include "io/socket.hpp"
#include "io/unix_socket_file.hpp"

namespace tuber::io {

// Thread-safe, so that close() may meet an accept() in another thread.
class Listener {
 public:
  // Binds to an address, a name (its IPv4 addresses first: boards are called by them), or, when
  // `bind` is empty, to all addresses of both families. Throws std::system_error with address and
  // port in its message.
  Listener(const std::string& bind, std::uint16_t port);

  // Listens on a unix socket instead; throws as UnixSocketFile::listen does.
  explicit Listener(const UnixAddress& where);

  // Takes a socket that listens already, from a service manager say, which may hold it too: so it
  // goes on listening after close(). Throws std::system_error when it is no listening stream socket.
  explicit Listener(base::Descriptor socket);

  // 0 of a unix socket.
  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] Transport transport() const { return transport_; }

  // Has the poller watch for those who connect: the first time, and once more after each event.
  // Nothing happens when the listener is closed.
  [[nodiscard]] bool add_to(Poller& poller, Poller::Token token);
  void arm_in(Poller& poller, Poller::Token token);

  enum class Outcome {
    accepted,
    none,       // nobody is waiting, or the listener was closed
    exhausted,  // no descriptor or memory is left to accept with; trying again at once is no use
  };
  struct Accepted {
    Outcome outcome = Outcome::none;
    base::Descriptor socket;
    Peer peer;
  };
  [[nodiscard]] Accepted accept();

  // The port is free, or the file gone, when this returns; connections that nobody accepted are refused.
  void close() noexcept;

  // Closes this process's copy of the socket and leaves it listening in the others. For a forked
  // child, which has one thread and must not take the lock: its owner may not exist here.
  void abandon() noexcept {
    file_.forget();
    socket_.close();
  }

 private:
  std::mutex mutex_;
  base::Descriptor socket_;
  UnixSocketFile file_;  // behind the socket: it goes first
  std::uint16_t port_ = 0;
  Transport transport_ = Transport::tcp;
  bool is_shared_ = false;  // with other processes, which go on listening
};

}  // namespace tuber::io
