// One accepted connection: its socket, the bytes of an incomplete request, and the next event that
// it waits for. Two threads must never use it at once.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>

#include "base/descriptor.hpp"
#include "http/limits.hpp"
#include "io/poller.hpp"
#include "io/socket.hpp"
#include "serve/admission.hpp"
#include "serve/request_reader.hpp"

namespace tuber::serve {

using Clock = std::chrono::steady_clock;

// How a connection was used before. Written and read by RequestWait alone.
struct ConnectionHistory {
  Clock::time_point parked_at{};
  bool is_series = false;  // the client sends its next request soon after a reply
  bool is_slow = false;    // the last request took long
};

// Only the holder of the unique_ptr may use a connection: IdleConnections while nothing can be
// read, one worker while it is served. So there is no lock. Destroying it closes the socket.
//
// Invariants: a connection that awaits a request holds no byte of one; deadline() is that of what
// it awaits; one that awaits its end has its sending side shut down, and is never served again.
class Connection {
 public:
  // The event that must happen before deadline(), and the action if it does not.
  enum class Awaits {
    request,  // closed silently
    head,     // the rest of a head: answered 408 and closed
    body,     // the rest of a body: the same
    end,      // of a lingering close: closed
  };

  Connection(base::Descriptor socket, std::uint32_t serial, Admission::Ticket ticket)
      : socket_(std::move(socket)), serial_(serial), ticket_(std::move(ticket)) {}
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  [[nodiscard]] const base::Descriptor& socket() const { return socket_; }
  [[nodiscard]] const io::Peer& peer() const { return ticket_.peer(); }
  [[nodiscard]] Admission::Verdict verdict() const { return ticket_.verdict(); }
  [[nodiscard]] Awaits awaits() const { return awaits_; }
  [[nodiscard]] Clock::time_point deadline() const { return deadline_; }
  [[nodiscard]] ConnectionHistory& history() { return history_; }

  // Names the connection in the poller. The serial number distinguishes it from an earlier one
  // with the same descriptor.
  [[nodiscard]] io::Poller::Token token() const {
    return (static_cast<io::Poller::Token>(serial_) << 32) |
           static_cast<std::uint32_t>(socket_.get());
  }
  [[nodiscard]] static int descriptor_of(io::Poller::Token token) {
    return static_cast<int>(static_cast<std::uint32_t>(token));
  }

  // A connection has a reader while it is served and while a part of a request was received.
  [[nodiscard]] bool has_reader() const { return reader_ != nullptr; }
  [[nodiscard]] RequestReader& reader() { return *reader_; }
  void set_reader(std::unique_ptr<RequestReader> reader) { reader_ = std::move(reader); }
  [[nodiscard]] std::unique_ptr<RequestReader> take_reader() { return std::move(reader_); }

  // Awaits a request. REQUIRES: no reader, or one that is empty.
  void await_request(Clock::time_point deadline) {
    awaits_ = Awaits::request;
    deadline_ = deadline;
  }
  // The request is complete: the limits of its head and body no longer apply.
  void end_request() {
    awaits_ = Awaits::request;
    upload_pace_.reset();
  }
  // Awaits the rest of a request of which the reader took another `received` bytes. False if the
  // time of its head has passed or its body is too slow.
  [[nodiscard]] bool await_rest(std::size_t received, const http::Limits& limits);

  // Begins a lingering close (RFC 9112 section 9.6): the client gets time to read the last reply,
  // which unread bytes would make the system discard together with the connection.
  void begin_lingering_close();
  // Discards the bytes that the client has sent meanwhile. False if the connection must be closed.
  [[nodiscard]] bool continue_lingering_close();
  // Blocks until the lingering close has ended.
  void finish_lingering_close();

 private:
  base::Descriptor socket_;
  const std::uint32_t serial_;
  Admission::Ticket ticket_;
  std::unique_ptr<RequestReader> reader_;
  Awaits awaits_ = Awaits::request;
  Clock::time_point deadline_{};
  std::optional<io::Pace> upload_pace_;  // while a body is received
  std::size_t discarded_ = 0;            // bytes, during the lingering close
  ConnectionHistory history_;
};

}  // namespace tuber::serve
