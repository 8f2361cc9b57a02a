// The floor of the benchmarks: the fastest server that the kernel allows. One thread per connection
// reads requests and always sends the same reply. It looks only for the end of each request.
// It must never be used as a real server, because it trusts its peer.
//
// Usage: static_reply PORT REPLY_BYTES     REPLY_BYTES is the size of the complete reply
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace {

std::string reply_with_content(std::size_t length) {
  return "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: keep-alive\r\n"
         "Content-Length: " +
         std::to_string(length) + "\r\n\r\n" + std::string(length, ' ');
}

// Returns a reply of `bytes` bytes. It may differ by one digit of its Content-Length.
std::string reply_of_size(std::size_t bytes) {
  const std::size_t head = reply_with_content(bytes).size() - bytes;
  return reply_with_content(bytes > head ? bytes - head : 0);
}

std::size_t content_length(std::string_view head) {
  constexpr std::string_view kName = "\r\ncontent-length:";
  for (std::size_t i = 0; i + kName.size() < head.size(); ++i) {
    if (head[i] == '\r' && ::strncasecmp(head.data() + i, kName.data(), kName.size()) == 0) {
      return std::strtoul(head.data() + i + kName.size(), nullptr, 10);
    }
  }
  return 0;
}

// Reads one request. Returns false if the peer has disconnected. The peer waits for each reply, so
// no bytes of the next request can have arrived.
bool read_request(int connection, std::vector<char>& memory, std::string& head) {
  head.clear();
  std::size_t received = 0, whole = SIZE_MAX;
  while (received < whole) {
    const ssize_t count = ::recv(connection, memory.data(), memory.size(), 0);
    if (count <= 0) return false;
    received += static_cast<std::size_t>(count);
    if (whole != SIZE_MAX) continue;
    head.append(memory.data(), static_cast<std::size_t>(count));
    const std::size_t end = head.find("\r\n\r\n");
    if (end != std::string::npos) whole = end + 4 + content_length(head.substr(0, end + 4));
  }
  return true;
}

bool send_all(int connection, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(connection, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

void serve(int connection, const std::string& reply) {
  const int yes = 1;
  ::setsockopt(connection, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  std::vector<char> memory(std::size_t{1} << 18);  // stays in the cache of a core
  std::string head;
  while (read_request(connection, memory, head) && send_all(connection, reply)) {
  }
  ::close(connection);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(std::atoi(argv[1])));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const int listener = ::socket(AF_INET, SOCK_STREAM, 0), yes = 1;
  ::setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  if (::bind(listener, reinterpret_cast<sockaddr*>(&address), sizeof address) < 0 ||
      ::listen(listener, SOMAXCONN) < 0) {
    std::perror("static_reply");
    return 1;
  }
  const std::string reply = reply_of_size(std::strtoul(argv[2], nullptr, 10));
  while (true) {
    const int connection = ::accept(listener, nullptr, nullptr);
    if (connection >= 0) std::thread([=, &reply] { serve(connection, reply); }).detach();
  }
}
