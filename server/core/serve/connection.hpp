// One accepted connection: its socket and what has been received of a request. Must never be
// touched by two threads at once.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>

#include "base/descriptor.hpp"
#include "io/poller.hpp"
#include "io/socket.hpp"
#include "serve/admission.hpp"
#include "serve/request_reader.hpp"

namespace tuber::serve {

using Clock = std::chrono::steady_clock;

// The rule of ownership: whoever holds the unique_ptr, and nobody else, may touch the connection.
// That is the parking lot while nothing is to be read, and one worker while it is served; so there
// is no lock in here. Destroying it closes the socket.
class Connection {
 public:
  // What the connection waits for while it is parked; decides how long it may, and what happens
  // then.
  enum class Waiting {
    for_request,  // idle: closed silently
    for_head,     // a part of a head has come: answered 408 and closed
    for_body,     // likewise
    for_end,      // told to go and given time to read why (RFC 9112 section 9.6): closed
  };

  Connection(base::Descriptor socket, std::uint32_t serial, const io::Peer& peer,
             Admission::Ticket ticket)
      : socket_(std::move(socket)), serial_(serial), peer_(peer), ticket_(std::move(ticket)) {}
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  [[nodiscard]] const base::Descriptor& socket() const { return socket_; }
  [[nodiscard]] const io::Peer& peer() const { return peer_; }
  [[nodiscard]] Admission::Verdict verdict() const { return ticket_.verdict(); }

  // Names the connection in the poller. The serial number tells it from an earlier one that had the
  // same descriptor.
  [[nodiscard]] io::Poller::Token token() const {
    return (static_cast<io::Poller::Token>(serial_) << 32) |
           static_cast<std::uint32_t>(socket_.get());
  }
  [[nodiscard]] static std::size_t slot_of(io::Poller::Token token) {
    return static_cast<std::uint32_t>(token);
  }

  // Empty while the connection is idle: a parked one costs as little as possible.
  std::unique_ptr<RequestReader> reader;
  Waiting waiting = Waiting::for_request;
  Clock::time_point deadline{};       // of what it waits for
  Clock::time_point parked_at{};      // set by the parking lot
  std::size_t discarded = 0;          // bytes, since it waits for the end
  std::optional<io::Pace> body_pace;  // while a body is received
  // The client sends its next request soon after a reply, so it is worth while to wait for it.
  bool hot = false;
  // What it asked for last took so long that others had better be looked after meanwhile.
  bool takes_time = false;

 private:
  friend class ParkedList;

  base::Descriptor socket_;
  std::uint32_t serial_;
  io::Peer peer_;
  Admission::Ticket ticket_;
  Connection* previous_ = nullptr;  // links of ParkedList
  Connection* next_ = nullptr;
};

}  // namespace tuber::serve
