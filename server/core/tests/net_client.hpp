// A client of the tests: a blocking socket on the loopback, and replies read from it by hand, so
// that nothing of the server's own code judges what the server sends.
#pragma once

#include <sys/socket.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/descriptor.hpp"

namespace tuber::testing {

// What came back. `head` holds the lines with their CRLF, the empty line included.
struct ReceivedReply {
  int status = 0;
  std::string head;
  std::string body;

  [[nodiscard]] bool has_line(std::string_view line) const;
};

class NetClient {
 public:
  // Connects over IPv4. `receive_buffer`: bytes of SO_RCVBUF, when not 0.
  explicit NetClient(std::uint16_t port, int receive_buffer = 0);
  // Connects to a unix socket.
  explicit NetClient(const std::string& unix_path);

  // Sends everything; false when the server has gone.
  bool send(std::string_view bytes);
  // Tells the server that nothing more will be sent.
  void end_sending();

  // The next reply, with a body as long as Content-Length says. Status 0 when the connection ends
  // first, or after a time that only a broken server needs.
  ReceivedReply receive_reply();
  // The same without a body, as after a HEAD.
  ReceivedReply receive_head();
  // Exactly this many bytes, or less at the end.
  std::string receive(std::size_t count);
  // True when something was received that was not taken yet; does not wait.
  [[nodiscard]] bool has_reply() const;
  // True when the server has closed and left nothing unread.
  bool at_end();

  ReceivedReply request(std::string_view bytes) {
    send(bytes);
    return receive_reply();
  }

 private:
  explicit NetClient(base::Descriptor socket);
  void connect(const sockaddr* address, socklen_t size);
  bool receive_more();

  base::Descriptor socket_;
  std::string received_;
};

// A request of the plainest kind.
std::string get(std::string_view target);
std::string post(std::string_view target, std::string_view body);

}  // namespace tuber::testing
