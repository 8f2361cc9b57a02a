// The other end of a connection: an address, or a process of this machine.
#pragma once

#include <array>
#include <cstdint>
#include <string>

struct sockaddr_storage;

namespace tuber::io {

// A value. The default one is the peer of a unix socket.
class Peer {
 public:
  // IPv4 addresses are IPv4-mapped (RFC 4291 section 2.5.5.2), as from dual-stack sockets.
  using Address = std::array<std::uint8_t, 16>;

  Peer() = default;
  explicit Peer(const sockaddr_storage& name);

  [[nodiscard]] bool has_address() const { return has_address_; }
  [[nodiscard]] const Address& address() const { return address_; }

  // True for a unix socket or the loopback. (That includes a proxy on this machine.)
  [[nodiscard]] bool is_local() const;

  // "192.0.2.1:4711", "[2001:db8::1]:4711" or "unix".
  [[nodiscard]] std::string text() const;

 private:
  Address address_{};
  std::uint16_t port_ = 0;
  bool has_address_ = false;
};

}  // namespace tuber::io
