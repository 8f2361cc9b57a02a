// The text of peers, and which of them are local.
#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cstring>

#include "io/peer.hpp"

using tuber::io::Peer;

namespace {

template <class Name>
Peer peer_of(const Name& name) {
  sockaddr_storage storage{};
  std::memcpy(&storage, &name, sizeof name);
  return Peer(storage);
}

Peer ipv4(const char* address, std::uint16_t port) {
  sockaddr_in name{.sin_family = AF_INET, .sin_port = htons(port), .sin_addr = {}, .sin_zero = {}};
  ::inet_pton(AF_INET, address, &name.sin_addr);
  return peer_of(name);
}

Peer ipv6(const char* address, std::uint16_t port) {
  sockaddr_in6 name{};
  name.sin6_family = AF_INET6;
  name.sin6_port = htons(port);
  ::inet_pton(AF_INET6, address, &name.sin6_addr);
  return peer_of(name);
}

}  // namespace

TEST_CASE("the text of a peer is its address and port") {
  CHECK(ipv4("192.0.2.1", 4711).text() == "192.0.2.1:4711");
  CHECK(ipv6("2001:db8::1", 1).text() == "[2001:db8::1]:1");
  CHECK(ipv6("::ffff:192.0.2.1", 1).text() == "192.0.2.1:1");
  CHECK(Peer().text() == "unix");
}

TEST_CASE("unix sockets and the loopback are local") {
  CHECK(ipv4("127.0.0.1", 1).is_local());
  CHECK(ipv4("127.255.3.4", 1).is_local());
  CHECK(ipv6("::1", 1).is_local());
  CHECK(ipv6("::ffff:127.0.0.1", 1).is_local());
  CHECK(Peer().is_local());
  CHECK_FALSE(ipv4("192.0.2.1", 1).is_local());
  CHECK_FALSE(ipv6("2001:db8::1", 1).is_local());
  CHECK_FALSE(ipv6("::", 1).is_local());
}

TEST_CASE("an IPv4-mapped address equals the IPv4 address") {
  CHECK(ipv4("192.0.2.1", 1).address() == ipv6("::ffff:192.0.2.1", 2).address());
  CHECK(ipv4("192.0.2.1", 1).address() != ipv4("192.0.2.2", 1).address());
}
