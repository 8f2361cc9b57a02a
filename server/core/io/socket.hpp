// What the layer asks of a connected socket: to be set up, and to send all of something. The
// sockets are blocking, with time-outs set once: a hot connection then costs one recv and one
// sendmsg a request, while non-blocking sockets would add a poll before each recv and, for replies
// larger than the send buffer, one for each piece.
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
  std::chrono::microseconds receive;  // then recv says EAGAIN; rounded up to the kernel's tick
  std::chrono::milliseconds send;     // then sendmsg returns with what the peer took so far
};

// What carries the connections of a listener.
enum class Transport { tcp, unix_socket };

// Sets the time-outs above and the options every connection has. False when the peer is already
// gone.
[[nodiscard]] bool prepare_connection(const base::Descriptor& socket, Transport transport,
                                      const SocketTimes& times);

// What to expect after the bytes that are sent now.
enum class Follow { nothing, more };

// Watches how fast a peer takes one reply. Not thread-safe; begins when it is made.
class Pace {
 public:
  // In each `window` the peer must take this many bytes a second, whoever is slower is too slow.
  Pace(std::chrono::milliseconds window, std::uint64_t bytes_per_second)
      : window_(window), bytes_per_second_(static_cast<double>(bytes_per_second)) {}

  // Notes what was taken since the last call. False when the peer is too slow.
  [[nodiscard]] bool keeps_up(std::size_t taken);

 private:
  using Clock = std::chrono::steady_clock;

  std::chrono::milliseconds window_;
  double bytes_per_second_;
  Clock::time_point begin_ = Clock::now();
  std::size_t taken_ = 0;  // since begin_
};

// Sends all the pieces, gathered into one packet train; changes `pieces` on the way. False when the
// peer is gone, took nothing during the send time-out, or did not keep the pace.
[[nodiscard]] bool send_all(const base::Descriptor& socket, std::span<iovec> pieces, Pace& pace,
                            Follow follow = Follow::nothing);

// Sends what the socket takes at once. False when that is not all.
[[nodiscard]] bool send_at_once(const base::Descriptor& socket, std::span<iovec> pieces);

// Sends `length` bytes of a file from `offset`. False as with send_all, or when the file has
// shrunk.
[[nodiscard]] bool send_file(const base::Descriptor& socket, int file, std::uint64_t offset,
                             std::uint64_t length, Pace& pace);

}  // namespace tuber::io
