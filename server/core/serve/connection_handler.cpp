#include "serve/connection_handler.hpp"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <new>
#include <span>
#include <string>
#include <utility>

#include "http/reply_head.hpp"
#include "io/socket.hpp"

namespace tuber::serve {

using http::Outcome;

namespace {

// A client that calls again within this time after a reply is in the midst of a series of calls.
constexpr std::chrono::milliseconds kHotWithin{10};

// A worker waits for the next request of a client that it served so often in a row: there seems to
// be no other that is as busy.
constexpr unsigned kSeries = 2;

// Work that takes longer than waking somebody up is worth another worker.
constexpr std::chrono::microseconds kShort{100};

// A client that was told to go gets this long to read why before its unread bytes make the system
// reset the connection, which would take the reply from it (RFC 9112 section 9.6).
constexpr std::chrono::milliseconds kGentleClosingTime{2'000};

// What is taken from it meanwhile: the largest body by default, for a client that reads nothing
// before it has sent all. Who sends more is flooding us.
constexpr std::size_t kGentleClosingBytes = 64 * 1024 * 1024;

constexpr http::Fault kTooSlow{408, 0, "the request did not come in time"};

constexpr http::Fault kFull{503, 0, "the server has as many connections as it may; try again"};
constexpr http::Fault kFullForAddress{
    503, 0, "this address has as many connections as it may; close some, and try again"};

// So many clients may take their time over the answers that wait for nobody. Others get what their
// sockets take at once: they must not use up the workers that tell of a server that is full.
constexpr std::size_t kQuickReadSlowly = 8;

// Counts a call in flight.
class CallPlace {
 public:
  CallPlace(std::atomic<std::size_t>& calls, std::size_t at_most)
      : calls_(calls), is_free_(calls_.fetch_add(1, std::memory_order_relaxed) < at_most) {}
  CallPlace(const CallPlace&) = delete;
  CallPlace& operator=(const CallPlace&) = delete;
  ~CallPlace() { calls_.fetch_sub(1, std::memory_order_relaxed); }

  [[nodiscard]] bool is_free() const { return is_free_; }

 private:
  std::atomic<std::size_t>& calls_;
  bool is_free_;
};

void refuse_call(std::size_t at_most, Reply& reply) {
  reply.status = 503;
  reply.content_type = "text/plain; charset=utf-8";
  reply.fields.append(kRetryAfter);
  reply.body = "not run: " + std::to_string(at_most) +
               " calls are in flight, as many as there may be; GET /tuber/health tells which\n";
  reply.close = true;
}

void send_continue(const base::Descriptor& socket) {
  iovec piece{const_cast<char*>(http::kContinueReply.data()), http::kContinueReply.size()};
  static_cast<void>(io::send_at_once(socket, {&piece, 1}));
}

// Takes what a client that was told to go has still sent, and adds its size to `discarded`. False
// when it has closed its end.
bool discard_received(const base::Descriptor& socket, std::size_t& discarded) {
  constexpr int kReadsAtOnce = 64;  // then other connections get their turn
  std::array<char, 16 * 1024> dump;
  for (int i = 0; i < kReadsAtOnce; ++i) {
    const ssize_t count = ::recv(socket.get(), dump.data(), dump.size(), MSG_DONTWAIT);
    if (count == 0) return false;
    if (count < 0 && errno != EINTR) return errno == EAGAIN || errno == EWOULDBLOCK;
    if (count > 0) discarded += static_cast<std::size_t>(count);
  }
  return true;
}

// Whether a client that was told to go is still given time. Takes what it has sent meanwhile.
bool goes_on(Connection& connection) {
  return discard_received(connection.socket(), connection.discarded) &&
         connection.discarded < kGentleClosingBytes && Clock::now() < connection.deadline;
}

void begin_gentle_closing(Connection& connection) {
  connection.waiting = Connection::Waiting::for_end;
  connection.deadline = Clock::now() + kGentleClosingTime;
  ::shutdown(connection.socket().get(), SHUT_WR);
}

}  // namespace

Service::Service(Engine& engine)
    : engine_(engine),
      handler_(engine.make_handler()),
      tells_access_(engine.options.log && engine.options.log->tells_access()),
      sender_(engine.options.common_fields, engine.options.limits) {}

void Service::serve(std::unique_ptr<Connection> connection, Crew::Work& work) {
  work_ = &work;
  try {
    begin_serving(std::move(connection));
  } catch (const std::bad_alloc&) {  // which closes the connection, and harms no other
    reply_.clear();
  }
}

void Service::begin_serving(std::unique_ptr<Connection> connection) {
  if (connection->waiting == Connection::Waiting::for_end) return await_end(std::move(connection));
  began_ = Clock::now();
  lingered_ = false;
  in_a_row_ = connection->token() == served_ ? in_a_row_ + 1 : 0;
  served_ = connection->token();
  if (connection->takes_time) work_->hand_over();
  if (connection->waiting == Connection::Waiting::for_request) {
    connection->hot = began_ - connection->parked_at <= kHotWithin;
  }
  if (!connection->reader) {
    connection->reader = spare_reader_ ? std::move(spare_reader_)
                                       : std::make_unique<RequestReader>(engine_.options.limits);
  }
  serve_requests(std::move(connection));
}

void Service::turn_away(std::unique_ptr<Connection> connection) {
  const bool full = connection->verdict() == Admission::Verdict::full;
  const http::Fault& fault = full ? kFull : kFullForAddress;
  sender_.send_fault(connection->socket(), fault);
  tell_refusal(*connection, fault.status, {}, fault.reason);
  begin_gentle_closing(*connection);
  engine_.lot.park_new(std::move(connection));
}

void Service::expire(std::unique_ptr<Connection> connection) {
  if (connection->waiting == Connection::Waiting::for_head ||
      connection->waiting == Connection::Waiting::for_body) {
    sender_.send_fault(connection->socket(), kTooSlow);
    tell_refusal(*connection, kTooSlow.status, {}, kTooSlow.reason);
    close_gently(std::move(connection));
  }
}

void Service::tell_refusal(const Connection& connection, int status, std::string_view request,
                           std::string_view reason) const {
  if (ops::Log* const log = engine_.options.log.get()) {
    log->refused(connection.peer(), status, request, reason);
  }
}

void Service::tell_answer(const Connection& connection, const Request& request,
                          Clock::time_point begin) const {
  constexpr int kFirstRefusal = 400;
  ops::Log* const log = engine_.options.log.get();
  if (log == nullptr || (reply_.status < kFirstRefusal && !tells_access_)) return;
  const std::string asked =
      std::string(request.head.method) + " " + std::string(request.head.target);
  const std::uint64_t size = reply_.file.present() ? reply_.file.length() : reply_.body.size();
  if (reply_.status >= kFirstRefusal) {
    log->refused(connection.peer(), reply_.status, asked, reply_.body.text());
  }
  if (tells_access_) {
    log->answered(connection.peer(), reply_.status, asked, size, Clock::now() - begin);
  }
}

void Service::serve_requests(std::unique_ptr<Connection> connection) {
  // The poller has said that something can be read; after a reply nobody has.
  for (bool readable = true;; readable = false) {
    switch (receive(*connection, readable)) {
      case Received::request:
        break;
      case Received::nothing_yet:
        return park(std::move(connection));
      case Received::fault:
        sender_.send_fault(connection->socket(), fault_);
        tell_refusal(*connection, fault_.status, {}, fault_.reason);
        return close_gently(std::move(connection));
      case Received::gone:
        return;
    }
    switch (answer(*connection)) {
      case Ending::goes_on:
        break;
      case Ending::closes:
        return;
      case Ending::closes_gently:
        return close_gently(std::move(connection));
    }
  }
}

Service::Received Service::receive(Connection& connection, bool readable) {
  RequestReader& reader = *connection.reader;
  const bool had_its_turn = !readable;
  Outcome outcome = reader.examine();
  for (; outcome == Outcome::need_more; readable = false) {
    if (reader.take_continue_due()) send_continue(connection.socket());
    const bool lingering = !readable && lingers(connection);
    const bool stays = readable || lingering;
    // If there is something already, the poller tells, after the others that are ready.
    if (!stays && (reader.empty() || had_its_turn)) return Received::nothing_yet;
    const std::span<char> space = reader.space();
    if (space.empty()) return refuse({503, 0, "no memory for the body"});
    const ssize_t count = receive_into(space, connection, stays, lingering);
    if (count == 0) return Received::gone;
    if (count < 0) {
      if (errno == EINTR) continue;
      return errno == EAGAIN || errno == EWOULDBLOCK ? Received::nothing_yet : Received::gone;
    }
    outcome = reader.received(static_cast<std::size_t>(count));
    const auto size = static_cast<std::size_t>(count);
    if (outcome == Outcome::need_more && !note_progress(connection, size)) return refuse(kTooSlow);
  }
  if (outcome == Outcome::fault) return refuse(reader.fault());
  connection.waiting = Connection::Waiting::for_request;
  return Received::request;
}

Service::Received Service::refuse(const http::Fault& fault) {
  fault_ = fault;
  return Received::fault;
}

// Sets what an unfinished request waits for. False when its head's time is over, or its body comes
// too slowly.
bool Service::note_progress(Connection& connection, std::size_t received) const {
  using Waiting = Connection::Waiting;
  const http::Limits& limits = engine_.options.limits;
  const Clock::time_point now = Clock::now();
  if (connection.reader->empty()) {
    connection.waiting = Waiting::for_request;
    return true;
  }
  if (connection.reader->in_body()) {
    connection.waiting = Waiting::for_body;
    connection.deadline = now + limits.stall_timeout;
    if (!connection.body_pace)
      connection.body_pace.emplace(limits.upload_rate_window, limits.min_upload_rate);
    return connection.body_pace->keeps_up(received);
  }
  if (connection.waiting == Waiting::for_head) return now < connection.deadline;
  connection.waiting = Waiting::for_head;
  connection.deadline = now + limits.head_timeout;
  return true;
}

ssize_t Service::receive_into(std::span<char> space, Connection& connection, bool may_block,
                              bool lingers) {
  const int flags = may_block ? 0 : MSG_DONTWAIT;
  if (!lingers) return ::recv(connection.socket().get(), space.data(), space.size(), flags);
  lingered_ = true;
  connection.takes_time = Clock::now() - began_ > kShort;
  work_->begin_lingering();
  const ssize_t count = ::recv(connection.socket().get(), space.data(), space.size(), flags);
  const int error = errno;
  began_ = Clock::now();
  work_->end_lingering(connection.takes_time);
  errno = error;
  return count;
}

// Whether to wait for the next bytes rather than to park: when they are likely to come at once, and
// only as long as another worker waits for all the other connections.
bool Service::lingers(const Connection& connection) {
  const bool in_series = connection.hot && (lingered_ || in_a_row_ >= kSeries);
  if (!in_series && connection.reader->empty()) return false;
  if (engine_.options.linger.count() == 0 || engine_.stopping()) return false;
  if (work_->may_linger()) return true;
  if (in_a_row_ == kSeries) work_->call_company();
  return false;
}

void Service::park(std::unique_ptr<Connection> connection) {
  connection->parked_at = Clock::now();
  connection->takes_time = connection->parked_at - began_ > kShort;
  if (connection->reader->empty()) {
    connection->deadline = connection->parked_at + engine_.options.limits.idle_timeout;
    connection->reader->clear();
    spare_reader_ = std::move(connection->reader);
  } else if (connection->waiting == Connection::Waiting::for_request) {
    static_cast<void>(
        note_progress(*connection, 0));  // its first bytes came behind another request
  }
  engine_.lot.park(std::move(connection));
}

void Service::close_gently(std::unique_ptr<Connection> connection) {
  connection->reader.reset();  // not to be used again: it may be at fault
  begin_gentle_closing(*connection);
  if (engine_.stopping()) return await_end_here(*connection);
  await_end(std::move(connection));
}

// The deadline is looked at here too: a sweep never meets the connection of a client that keeps on
// sending in the parking lot.
void Service::await_end(std::unique_ptr<Connection> connection) {
  if (goes_on(*connection)) engine_.lot.park(std::move(connection));
}

// Of a server that stops: its parking lot has closed, and a connection that is closed while bytes are
// on the way takes the reply's rest with it.
void Service::await_end_here(Connection& connection) {
  while (goes_on(connection)) {
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(connection.deadline - Clock::now());
    pollfd readable{connection.socket().get(), POLLIN, 0};
    ::poll(&readable, 1, static_cast<int>(std::max<std::int64_t>(left.count(), 0)));
  }
}

Service::Ending Service::answer(Connection& connection) {
  Request request = connection.reader->request();
  request.server = &engine_;
  request.peer = &connection.peer();
  const Clock::time_point begin = tells_access_ ? Clock::now() : Clock::time_point{};
  const bool is_quick = handler_->is_quick(request);
  // Kept until the reply has been read.
  const CallPlace place(is_quick ? engine_.quick_in_flight : engine_.calls_in_flight,
                        is_quick ? kQuickReadSlowly : engine_.options.limits.calls);
  if (is_quick || place.is_free()) {
    handler_->handle(request, reply_);
  } else {
    refuse_call(engine_.options.limits.calls, reply_);
  }
  const bool client_closes = !request.head.keep_alive;
  ReplySender::Manner manner;
  manner.keep_alive = !client_closes && !reply_.close && !engine_.stopping();
  manner.head_only = request.head.method == "HEAD";
  manner.at_once = !place.is_free();
  const bool sent = sender_.send(connection.socket(), reply_, manner);
  tell_answer(connection, request, begin);
  reply_.clear();
  connection.reader->next();
  connection.body_pace.reset();
  if (!sent) return Ending::closes;
  if (manner.keep_alive) return Ending::goes_on;
  // Who asked for the end sends nothing more, so nothing unread can spoil the reply.
  return client_closes && connection.reader->empty() ? Ending::closes : Ending::closes_gently;
}

}  // namespace tuber::serve
