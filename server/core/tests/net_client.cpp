#include "net_client.hpp"

#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>

#include <array>
#include <stdexcept>
#include <utility>

namespace tuber::testing {
namespace {

constexpr std::string_view kHeadEnd = "\r\n\r\n";
constexpr std::string_view kLength = "Content-Length: ";

}  // namespace

bool ReceivedReply::has_line(std::string_view line) const {
  return head.find("\r\n" + std::string(line) + "\r\n") != std::string::npos;
}

NetClient::NetClient(base::Descriptor socket) : socket_(std::move(socket)) {
  const timeval patience{20, 0};
  ::setsockopt(socket_.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
}

NetClient::NetClient(std::uint16_t port, int receive_buffer)
    : NetClient(base::Descriptor(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0))) {
  if (receive_buffer > 0) {
    ::setsockopt(socket_.get(), SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
  }
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  connect(reinterpret_cast<const sockaddr*>(&address), sizeof address);
}

NetClient::NetClient(const std::string& unix_path)
    : NetClient(base::Descriptor(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0))) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  unix_path.copy(address.sun_path, sizeof address.sun_path - 1);
  connect(reinterpret_cast<const sockaddr*>(&address), sizeof address);
}

void NetClient::connect(const sockaddr* address, socklen_t size) {
  if (::connect(socket_.get(), address, size) != 0) {
    throw std::runtime_error("cannot connect to the server under test");
  }
}

bool NetClient::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

void NetClient::end_sending() {
  ::shutdown(socket_.get(), SHUT_WR);
}

void NetClient::reset() {
  const linger at_once{1, 0};
  ::setsockopt(socket_.get(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  socket_ = base::Descriptor();
}

ReceivedReply NetClient::receive_head() {
  std::size_t end = 0;
  while ((end = received_.find(kHeadEnd)) == std::string::npos) {
    if (!receive_more()) return {};
  }
  ReceivedReply reply;
  reply.head = receive(end + kHeadEnd.size());
  reply.status = std::stoi(reply.head.substr(reply.head.find(' ') + 1, 3));
  return reply;
}

ReceivedReply NetClient::receive_reply() {
  ReceivedReply reply = receive_head();
  const std::size_t field = reply.head.find(kLength);
  if (field != std::string::npos) {
    reply.body = receive(std::stoull(reply.head.substr(field + kLength.size())));
  }
  return reply;
}

std::string NetClient::receive(std::size_t count) {
  while (received_.size() < count && receive_more()) {
  }
  std::string taken = received_.substr(0, count);
  received_.erase(0, count);
  return taken;
}

bool NetClient::has_reply() const {
  char first = 0;
  return !received_.empty() || ::recv(socket_.get(), &first, 1, MSG_PEEK | MSG_DONTWAIT) > 0;
}

bool NetClient::at_end() {
  if (!received_.empty()) return false;
  char byte = 0;
  return ::recv(socket_.get(), &byte, 1, 0) == 0;
}

bool NetClient::receive_more() {
  std::array<char, 64 * 1024> piece;
  const ssize_t count = ::recv(socket_.get(), piece.data(), piece.size(), 0);
  if (count <= 0) return false;
  received_.append(piece.data(), static_cast<std::size_t>(count));
  return true;
}

std::string get(std::string_view target) {
  return "GET " + std::string(target) + " HTTP/1.1\r\nHost: board\r\n\r\n";
}

std::string post(std::string_view target, std::string_view body) {
  return "POST " + std::string(target) +
         " HTTP/1.1\r\nHost: board\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
         std::string(body);
}

}  // namespace tuber::testing
