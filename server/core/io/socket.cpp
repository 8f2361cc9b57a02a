#include "io/socket.hpp"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/sendfile.h>
#endif

#include <algorithm>
#include <array>
#include <cerrno>

#include "base/pipe_signal.hpp"

namespace tuber::io {
namespace {

#ifdef MSG_NOSIGNAL
constexpr int kNoSignal = MSG_NOSIGNAL;
#else
constexpr int kNoSignal = 0;  // SO_NOSIGPIPE is set instead
#endif
#ifdef MSG_MORE
constexpr int kMore = MSG_MORE;
#else
constexpr int kMore = 0;
#endif

// The maximum number of pieces in one system call. POSIX calls it IOV_MAX, but not all systems
// define that.
constexpr std::size_t kMaxPieces = 1024;

template <class Value>
bool set_option(int fd, int level, int name, const Value& value) {
  return ::setsockopt(fd, level, name, &value, sizeof value) == 0;
}

bool set_time(int fd, int name, std::chrono::microseconds time) {
  timeval value{};
  value.tv_sec = static_cast<decltype(value.tv_sec)>(time.count() / 1'000'000);
  value.tv_usec = static_cast<decltype(value.tv_usec)>(time.count() % 1'000'000);
  return set_option(fd, SOL_SOCKET, name, value);
}

// Removes `sent` bytes from the front and returns the rest.
std::span<iovec> drop_front(std::span<iovec> pieces, std::size_t sent) {
  while (!pieces.empty() && sent >= pieces.front().iov_len) {
    sent -= pieces.front().iov_len;
    pieces = pieces.subspan(1);
  }
  if (!pieces.empty()) {
    iovec& first = pieces.front();
    first.iov_base = static_cast<char*>(first.iov_base) + sent;
    first.iov_len -= sent;
  }
  return pieces;
}

ssize_t send_some(int fd, std::span<iovec> pieces, int flags) {
  msghdr message{};
  message.msg_iov = pieces.data();
  message.msg_iovlen =
      static_cast<decltype(message.msg_iovlen)>(std::min(pieces.size(), kMaxPieces));
  return ::sendmsg(fd, &message, flags | kNoSignal);
}

// Sends a piece of the file and advances `offset`. Copies it where sendfile differs from Linux.
ssize_t send_file_piece(const base::Descriptor& socket, int file, off_t& offset,
                        std::size_t length) {
#ifdef __linux__
  return ::sendfile(socket.get(), file, &offset, length);
#else
  std::array<char, 64 * 1024> buffer;
  const ssize_t n = ::pread(file, buffer.data(), std::min(length, buffer.size()), offset);
  if (n <= 0) return n;
  iovec piece{buffer.data(), static_cast<std::size_t>(n)};
  const ssize_t sent = send_some(socket.get(), {&piece, 1}, kMore);
  if (sent > 0) offset += sent;
  return sent;
#endif
}

// TCP keepalive detects a dead peer (pulled cable, power loss) within 30 s, whether data or a probe
// is unanswered. On a working link, calls and idle connections may last any time. Three probes must
// fail, because one can get lost.
constexpr int kProbeAfterSeconds = 12;
constexpr int kProbeEverySeconds = 5;
constexpr int kProbes = 3;
[[maybe_unused]] constexpr int kDeadAfterMilliseconds =
    (kProbeAfterSeconds + kProbes * kProbeEverySeconds) * 1000;

bool enable_keepalive(int fd) {
  bool done = set_option(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
#if defined(TCP_KEEPIDLE)
  done = done && set_option(fd, IPPROTO_TCP, TCP_KEEPIDLE, kProbeAfterSeconds);
#elif defined(TCP_KEEPALIVE)  // macOS
  done = done && set_option(fd, IPPROTO_TCP, TCP_KEEPALIVE, kProbeAfterSeconds);
#endif
#ifdef TCP_KEEPINTVL
  done = done && set_option(fd, IPPROTO_TCP, TCP_KEEPINTVL, kProbeEverySeconds);
  done = done && set_option(fd, IPPROTO_TCP, TCP_KEEPCNT, kProbes);
#endif
#ifdef TCP_USER_TIMEOUT  // RFC 5482: no probes are sent while data is unacknowledged
  done = done && set_option(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, kDeadAfterMilliseconds);
#endif
  return done;
}

}  // namespace

bool prepare_connection(const base::Descriptor& socket, Transport transport,
                        const SocketTimes& times) {
  const int fd = socket.get();
#ifndef MSG_NOSIGNAL
  if (!set_option(fd, SOL_SOCKET, SO_NOSIGPIPE, 1)) return false;
#endif
  // A timeout of 0 would mean no timeout.
  const auto receive = std::max(times.receive, std::chrono::microseconds(1));
  const auto send = std::max(times.send, std::chrono::milliseconds(1));
  if (transport == Transport::tcp &&
      !(set_option(fd, IPPROTO_TCP, TCP_NODELAY, 1) && enable_keepalive(fd))) {
    return false;
  }
  return set_time(fd, SO_RCVTIMEO, receive) && set_time(fd, SO_SNDTIMEO, send);
}

bool Pace::keeps_up(std::size_t bytes) {
  bytes_ += bytes;
  const Clock::time_point now = Clock::now();
  if (now - begin_ < window_) return true;
  const double seconds = std::chrono::duration<double>(now - begin_).count();
  const bool kept = static_cast<double>(bytes_) >= seconds * bytes_per_second_;
  begin_ = now;
  bytes_ = 0;
  return kept;
}

bool send_all(const base::Descriptor& socket, std::span<iovec> pieces, Pace& pace, Follow follow) {
  const int flags = follow == Follow::more ? kMore : 0;
  for (pieces = drop_front(pieces, 0); !pieces.empty();) {
    const ssize_t sent = send_some(socket.get(), pieces, flags);
    if (sent >= 0) {
      pieces = drop_front(pieces, static_cast<std::size_t>(sent));
      if (!pieces.empty() && !pace.keeps_up(static_cast<std::size_t>(sent))) return false;
    } else if (errno != EINTR) {
      return false;  // EAGAIN too: the peer accepted no bytes during the timeout
    }
  }
  return true;
}

Sent send_available(const base::Descriptor& socket, std::span<iovec> pieces, std::uint64_t& sent) {
  while (!(pieces = drop_front(pieces, 0)).empty()) {
    const ssize_t count = send_some(socket.get(), pieces, MSG_DONTWAIT);
    if (count > 0) {
      sent += static_cast<std::uint64_t>(count);
      pieces = drop_front(pieces, static_cast<std::size_t>(count));
    } else if (count < 0 && errno != EINTR) {
      return errno == EAGAIN || errno == EWOULDBLOCK ? Sent::part : Sent::failed;
    }
  }
  return Sent::all;
}

bool send_at_once(const base::Descriptor& socket, std::span<iovec> pieces) {
  std::uint64_t sent = 0;
  return send_available(socket, pieces, sent) == Sent::all;
}

bool send_file(const base::Descriptor& socket, int file, std::uint64_t offset, std::uint64_t length,
               Pace& pace) {
  // sendfile moves this many bytes through its pipe at once, and may block for the whole timeout
  // each time. The rate can only be checked between two calls.
  constexpr std::uint64_t kPiece = 64 * 1024;
  auto position = static_cast<off_t>(offset);
  const base::PipeSignalBlocked blocked;  // sendfile has no MSG_NOSIGNAL
  while (length > 0) {
    const auto wanted = static_cast<std::size_t>(std::min(length, kPiece));
    const ssize_t sent = send_file_piece(socket, file, position, wanted);
    if (sent > 0) {
      length -= static_cast<std::uint64_t>(sent);
      if (length > 0 && !pace.keeps_up(static_cast<std::size_t>(sent))) return false;
    } else if (sent == 0 || errno != EINTR) {
      return false;
    }
  }
  return true;
}

}  // namespace tuber::io
