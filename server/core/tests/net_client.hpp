// A client for tests: a blocking socket on the loopback. It reads replies without the code of the
// server.
#pragma once

#include <sys/socket.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/descriptor.hpp"

namespace tuber::testing {

// A reply. `head` has the lines with their CRLF, and the empty line.
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
  // Shuts the sending side down.
  void end_sending();
  // Closes the connection by a reset.
  void reset();

  // Returns the next reply, with a body of Content-Length bytes. Status 0 if the connection ends
  // before, or after a time that only a broken server needs.
  ReceivedReply receive_reply();
  // The same without a body, as after a HEAD.
  ReceivedReply receive_head();
  // Returns this many bytes, or fewer at the end.
  std::string receive(std::size_t count);
  // True if something was received and not taken yet. Does not wait.
  [[nodiscard]] bool has_reply() const;
  // True if the server has closed the connection and nothing is unread.
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

// Minimal requests.
std::string get(std::string_view target);
std::string post(std::string_view target, std::string_view body);

}  // namespace tuber::testing
