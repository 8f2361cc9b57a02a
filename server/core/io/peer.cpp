#include "io/peer.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstring>

namespace tuber::io {
namespace {

// ::ffff:0:0/96, for IPv4 addresses.
constexpr std::array<std::uint8_t, 12> kMapped = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

bool is_mapped(const Peer::Address& address) {
  return std::equal(kMapped.begin(), kMapped.end(), address.begin());
}

}  // namespace

Peer::Peer(const sockaddr_storage& name) {
  if (name.ss_family == AF_INET) {
    sockaddr_in ipv4;
    std::memcpy(&ipv4, &name, sizeof ipv4);
    std::copy(kMapped.begin(), kMapped.end(), address_.begin());
    std::memcpy(address_.data() + kMapped.size(), &ipv4.sin_addr, 4);
    port_ = ntohs(ipv4.sin_port);
    has_address_ = true;
  } else if (name.ss_family == AF_INET6) {
    sockaddr_in6 ipv6;
    std::memcpy(&ipv6, &name, sizeof ipv6);
    std::memcpy(address_.data(), &ipv6.sin6_addr, address_.size());
    port_ = ntohs(ipv6.sin6_port);
    has_address_ = true;
  }
}

bool Peer::is_local() const {
  if (!has_address_) return true;
  if (is_mapped(address_)) return address_[kMapped.size()] == 127;
  constexpr Address kLoopback = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
  return address_ == kLoopback;
}

std::string Peer::text() const {
  if (!has_address_) return "unix";
  std::array<char, INET6_ADDRSTRLEN> digits{};
  const std::string port = ":" + std::to_string(port_);
  if (is_mapped(address_)) {
    ::inet_ntop(AF_INET, address_.data() + kMapped.size(), digits.data(), digits.size());
    return digits.data() + port;
  }
  ::inet_ntop(AF_INET6, address_.data(), digits.data(), digits.size());
  return "[" + std::string(digits.data()) + "]" + port;
}

}  // namespace tuber::io
