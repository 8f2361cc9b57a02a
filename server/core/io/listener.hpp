// The listening socket. It must never block: when several workers accept at once, only one of them
// gets the connection.
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

// Thread-safe: close() may run during an accept() in another thread.
class Listener {
 public:
  // Binds to an address, to a name (its IPv4 addresses first, because boards mostly have those),
  // or, if `bind` is empty, to all addresses of both families. Throws std::system_error with
  // address and port in its message.
  Listener(const std::string& bind, std::uint16_t port);

  // Listens on a unix socket instead; throws as UnixSocketFile::listen does.
  explicit Listener(const UnixAddress& where);

  // Uses a socket that already listens, for example from a service manager. If the manager holds it
  // too, it still listens after close(). Throws std::system_error if the socket does not listen.
  explicit Listener(base::Descriptor socket);

  // 0 for a unix socket.
  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] Transport transport() const { return transport_; }

  // Let the poller watch for connections: add_to() once, arm_in() after each event. They do nothing
  // if the listener is closed.
  [[nodiscard]] bool add_to(Poller& poller, Poller::Token token);
  void arm_in(Poller& poller, Poller::Token token);

  // The socket becomes useless in processes that are forked from now on.
  void hide_from_children();

  enum class Outcome {
    accepted,
    none,       // no connection is waiting, or the listener is closed
    exhausted,  // the system has no descriptor or memory now; retry later
  };
  struct Accepted {
    Outcome outcome = Outcome::none;
    base::Descriptor socket;
    Peer peer;
  };
  [[nodiscard]] Accepted accept();

  // Frees the port or removes the file before it returns. Refuses connections that are waiting.
  void close() noexcept;

  // Closes this process's copy of the socket; it listens on in the others. For a forked child,
  // which must not take the lock: the thread that holds it may not exist here.
  void abandon() noexcept {
    file_.forget();
    socket_.close();
  }

 private:
  std::mutex mutex_;
  base::Descriptor socket_;
  UnixSocketFile file_;  // destroyed before the socket
  std::uint16_t port_ = 0;
  Transport transport_ = Transport::tcp;
  bool is_shared_ = false;  // other processes may still listen
};

}  // namespace tuber::io
