// Sets up connected sockets and sends complete replies. The sockets are blocking, and their
// timeouts are set once, so a busy connection costs one recv and one sendmsg per request.
// Non-blocking sockets would need a poll before each recv and for each piece of a large reply.
#pragma once

#include <sys/uio.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>

#include "base/descriptor.hpp"

namespace tuber::io {

// How long blocking calls on a connection block.
struct SocketTimes {
  std::chrono::microseconds
      receive;                     // then recv fails with EAGAIN; rounded up to the kernel's tick
  std::chrono::milliseconds send;  // then sendmsg returns the bytes sent so far
};

// The kind of a listener's connections.
enum class Transport { tcp, unix_socket };

// Sets the timeouts and the options of every connection. False if the peer has disconnected.
[[nodiscard]] bool prepare_connection(const base::Descriptor& socket, Transport transport,
                                      const SocketTimes& times);

// Whether more bytes follow those that are sent now.
enum class Follow { nothing, more };

// Checks the rate of one transfer, from its construction. Not thread-safe.
class Pace {
 public:
  // The peer must transfer `bytes_per_second` on average over each `window`.
  Pace(std::chrono::milliseconds window, std::uint64_t bytes_per_second)
      : window_(window), bytes_per_second_(static_cast<double>(bytes_per_second)) {}

  // Counts the bytes since the last call. False if the peer is too slow.
  [[nodiscard]] bool keeps_up(std::size_t bytes);

 private:
  using Clock = std::chrono::steady_clock;

  std::chrono::milliseconds window_;
  double bytes_per_second_;
  Clock::time_point begin_ = Clock::now();
  std::size_t bytes_ = 0;  // since begin_
};

// Sends all pieces, and modifies `pieces`. False if the peer has disconnected, accepted no bytes
// during the send timeout, or is too slow.
[[nodiscard]] bool send_all(const base::Descriptor& socket, std::span<iovec> pieces, Pace& pace,
                            Follow follow = Follow::nothing);

// Sends what the socket takes at once, and adds its size to `sent`.
enum class Sent { all, part, failed };
[[nodiscard]] Sent send_available(const base::Descriptor& socket, std::span<iovec> pieces,
                                  std::uint64_t& sent);

// Sends as much as possible without blocking. False if bytes remain.
[[nodiscard]] bool send_at_once(const base::Descriptor& socket, std::span<iovec> pieces);

// Sends `length` bytes of a file from `offset`. False as for send_all, or if the file has shrunk.
[[nodiscard]] bool send_file(const base::Descriptor& socket, int file, std::uint64_t offset,
                             std::uint64_t length, Pace& pace);

}  // namespace tuber::io
