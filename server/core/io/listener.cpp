#include "io/listener.hpp"

#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <memory>
#include <system_error>

#include "base/process.hpp"

namespace tuber::io {
namespace {

// Enough for a crate full of clients that reconnect at the same time after a restart.
constexpr int kBacklog = 1024;

struct FreeAddresses {
  void operator()(addrinfo* list) const { ::freeaddrinfo(list); }
};
using Addresses = std::unique_ptr<addrinfo, FreeAddresses>;

[[noreturn]] void fail(int error, const std::string& bind, std::uint16_t port,
                       const std::string& detail = {}) {
  if (detail.empty() && error == EADDRINUSE) {
    fail(error, bind, port, "another program listens there; choose another port");
  }
  const std::string where = bind.empty() ? "all addresses" : bind;
  throw std::system_error(error, std::generic_category(),
                          "cannot listen on " + where + ", port " + std::to_string(port) +
                              (detail.empty() ? "" : " (" + detail + ")"));
}

Addresses resolve(const std::string& bind, std::uint16_t port) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
  addrinfo* list = nullptr;
  const int status = ::getaddrinfo(bind.empty() ? nullptr : bind.c_str(),
                                   std::to_string(port).c_str(), &hints, &list);
  if (status == EAI_SYSTEM) fail(errno, bind, port);
  if (status != 0) fail(EADDRNOTAVAIL, bind, port, ::gai_strerror(status));
  return Addresses(list);
}

base::Descriptor new_socket(int family) {
#ifdef SOCK_CLOEXEC
  return base::Descriptor(::socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
#else
  base::Descriptor socket(::socket(family, SOCK_STREAM, 0));
  if (socket.open()) {
    ::fcntl(socket.get(), F_SETFD, FD_CLOEXEC);
    ::fcntl(socket.get(), F_SETFL, O_NONBLOCK);
  }
  return socket;
#endif
}

// Returns a listening socket. On failure, it returns a closed one with errno set.
base::Descriptor listen_at(const addrinfo& address) {
  base::Descriptor socket = new_socket(address.ai_family);
  if (!socket.open()) return socket;
  const int on = 1;
  const int off = 0;
  ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (address.ai_family == AF_INET6) {
    // One socket for both families (RFC 3493 section 5.3); systems differ in the default.
    ::setsockopt(socket.get(), IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
  }
  if (::bind(socket.get(), address.ai_addr, address.ai_addrlen) != 0 ||
      ::listen(socket.get(), kBacklog) != 0) {
    const int error = errno;
    socket.close();
    errno = error;
  }
  return socket;
}

std::uint16_t bound_port(const base::Descriptor& socket) {
  sockaddr_storage storage{};
  socklen_t size = sizeof storage;
  ::getsockname(socket.get(), reinterpret_cast<sockaddr*>(&storage), &size);
  // The port is at the same place in both families' structures (RFC 3493 section 3.3).
  return ntohs(reinterpret_cast<const sockaddr_in*>(&storage)->sin_port);
}

// Returns the address families to try, in order. A socket for all addresses should be IPv6.
std::array<int, 2> families(const std::string& bind) {
  if (bind.empty()) return {AF_INET6, AF_INET};
  return {AF_INET, AF_INET6};
}

// A method may have closed the standard streams. Its later output must not go to a client, so no
// socket may get their descriptor numbers.
int above_standard_streams(int fd) {
  if (fd > STDERR_FILENO || fd < 0) return fd;
  const int moved = ::fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
  const int error = errno;
  ::close(fd);
  errno = error;
  return moved;
}

int accept_blocking(int listener, sockaddr_storage& name) {
  socklen_t size = sizeof name;
  auto* address = reinterpret_cast<sockaddr*>(&name);
#ifdef __linux__
  return above_standard_streams(::accept4(listener, address, &size, SOCK_CLOEXEC));
#else
  const int fd = above_standard_streams(::accept(listener, address, &size));
  if (fd >= 0) {
    ::fcntl(fd, F_SETFD, FD_CLOEXEC);
    ::fcntl(fd, F_SETFL, 0);  // BSD sockets inherit O_NONBLOCK
  }
  return fd;
#endif
}

}  // namespace

Listener::Listener(const std::string& bind, std::uint16_t port) {
  const Addresses addresses = resolve(bind, port);
  int error = EADDRNOTAVAIL;
  for (const int family : families(bind)) {
    for (const addrinfo* one = addresses.get(); one != nullptr; one = one->ai_next) {
      if (one->ai_family != family) continue;
      socket_ = listen_at(*one);
      if (socket_.open()) {
        port_ = bound_port(socket_);
        return;
      }
      error = errno;
      // Falling back to IPv4 would silently leave out half of the addresses.
      if (bind.empty() && error != EAFNOSUPPORT && error != EADDRNOTAVAIL) fail(error, bind, port);
    }
  }
  fail(error, bind, port);
}

Listener::Listener(const UnixAddress& where)
    : socket_(new_socket(AF_UNIX)), transport_(Transport::unix_socket) {
  if (!socket_.open()) {
    throw std::system_error(errno, std::generic_category(), "cannot make a unix socket");
  }
  file_ = UnixSocketFile::listen(socket_, where, kBacklog);
}

Listener::Listener(base::Descriptor socket) : socket_(std::move(socket)), is_shared_(true) {
  sockaddr_storage name{};
  socklen_t size = sizeof name;
  int listens = 0;
  socklen_t flag_size = sizeof listens;
  const bool is_fit =
      ::getsockname(socket_.get(), reinterpret_cast<sockaddr*>(&name), &size) == 0 &&
      ::getsockopt(socket_.get(), SOL_SOCKET, SO_ACCEPTCONN, &listens, &flag_size) == 0;
  if (!is_fit || listens == 0) {
    const std::string which = "descriptor " + std::to_string(socket_.release());
    throw std::system_error(is_fit ? EINVAL : errno, std::generic_category(),
                            which + " is not a listening socket");
  }
  ::fcntl(socket_.get(), F_SETFD, FD_CLOEXEC);
  ::fcntl(socket_.get(), F_SETFL, ::fcntl(socket_.get(), F_GETFL) | O_NONBLOCK);
  if (name.ss_family == AF_UNIX) {
    transport_ = Transport::unix_socket;
  } else {
    port_ = bound_port(socket_);
  }
}

bool Listener::add_to(Poller& poller, Poller::Token token) {
  const std::lock_guard lock(mutex_);
  return !socket_.open() || poller.add(socket_.get(), token);
}

void Listener::arm_in(Poller& poller, Poller::Token token) {
  const std::lock_guard lock(mutex_);
  if (socket_.open()) poller.arm(socket_.get(), token);
}

void Listener::hide_from_children() {
  const std::lock_guard lock(mutex_);
  base::hide_from_children(socket_.get());
}

Listener::Accepted Listener::accept() {
  const std::lock_guard lock(mutex_);
  while (socket_.open()) {
    sockaddr_storage name{};
    const int fd = [&] {
      const base::ForkBarrier barrier;
      const int accepted = accept_blocking(socket_.get(), name);
      base::hide_from_children(accepted);
      return accepted;
    }();
    if (fd >= 0) return {Outcome::accepted, base::Descriptor(fd), Peer(name)};
    switch (errno) {
      case EINTR:
      case ECONNABORTED:  // the client disconnected; try the next one
        continue;
      case EMFILE:
      case ENFILE:
      case ENOBUFS:
      case ENOMEM:
        return {Outcome::exhausted, {}, {}};
      default:
        return {};
    }
  }
  return {};
}

void Listener::close() noexcept {
  const std::lock_guard lock(mutex_);
  if (!socket_.open()) return;
  file_.remove();
  // Ends listening even if a child process, forked before the server started, holds the socket.
  if (!is_shared_) ::shutdown(socket_.get(), SHUT_RDWR);
  socket_.close();
}

}  // namespace tuber::io
