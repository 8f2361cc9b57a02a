#include "serve/connection_handler.hpp"

#include <sys/socket.h>

#include <atomic>
#include <cerrno>
#include <new>
#include <span>
#include <string>
#include <utility>

#include "http/reply_head.hpp"
#include "io/socket.hpp"

namespace tuber::serve {

using http::Outcome;

namespace {

constexpr http::Fault kTimedOut{408, 0, "timed out waiting for the rest of the request"};
constexpr http::Fault kNoMemory{503, 0, "out of memory for the request body"};
constexpr http::Fault kFull{503, 0, "too many connections to this server; try again later"};
constexpr http::Fault kFullForAddress{
    503, 0, "too many connections from this address; close some and try again"};

// The number of clients that may read exempt replies slowly. Others get only as much as their
// sockets accept at once, so that they cannot occupy the workers that report a full server.
constexpr std::size_t kSlowExemptReaders = 8;

// Counts a request in flight.
class InFlight {
 public:
  InFlight(std::atomic<std::size_t>& count, std::size_t limit)
      : count_(count), is_within_limit_(count_.fetch_add(1, std::memory_order_relaxed) < limit) {}
  InFlight(const InFlight&) = delete;
  InFlight& operator=(const InFlight&) = delete;
  ~InFlight() { count_.fetch_sub(1, std::memory_order_relaxed); }

  [[nodiscard]] bool is_within_limit() const { return is_within_limit_; }

 private:
  // Relaxed: only the count itself is shared.
  std::atomic<std::size_t>& count_;
  bool is_within_limit_;
};

void refuse_call(std::size_t limit, Reply& reply) {
  reply.refuse(503, "call not run: the server runs " + std::to_string(limit) +
                        " calls, its limit; try again later (GET /tuber/health lists the calls)");
  reply.fields.append(kRetryAfter);
  reply.close = true;
}

void send_continue(const base::Descriptor& socket) {
  iovec piece{const_cast<char*>(http::kContinueReply.data()), http::kContinueReply.size()};
  static_cast<void>(io::send_at_once(socket, {&piece, 1}));
}

}  // namespace

ConnectionHandler::ConnectionHandler(Engine& engine)
    : engine_(engine),
      handler_(engine.make_handler()),
      logs_access_(engine.options.log && engine.options.log->logs_access()),
      sender_(engine.options.common_fields, engine.options.limits),
      wait_(engine) {}

void ConnectionHandler::serve(std::unique_ptr<Connection> connection, WorkerPool::Task& task) {
  try {
    if (connection->awaits() == Connection::Awaits::end) {
      if (connection->continue_lingering_close()) engine_.idle.park(std::move(connection));
      return;
    }
    wait_.begin(*connection, task);
    if (!connection->has_reader()) {
      connection->set_reader(spare_reader_
                                 ? std::move(spare_reader_)
                                 : std::make_unique<RequestReader>(engine_.options.limits));
    }
    serve_requests(std::move(connection));
  } catch (const std::bad_alloc&) {  // which closes this connection only
    reply_.clear();
  }
}

void ConnectionHandler::turn_away(std::unique_ptr<Connection> connection) {
  const bool full = connection->verdict() == Admission::Verdict::full;
  send_fault(*connection, full ? kFull : kFullForAddress);
  connection->begin_lingering_close();
  engine_.idle.park_new(std::move(connection));
}

void ConnectionHandler::expire(std::unique_ptr<Connection> connection) {
  const Connection::Awaits awaits = connection->awaits();
  if (awaits != Connection::Awaits::head && awaits != Connection::Awaits::body) return;
  send_fault(*connection, kTimedOut);
  close(std::move(connection));
}

void ConnectionHandler::serve_requests(std::unique_ptr<Connection> connection) {
  // The poller has reported the connection as readable; after a reply that is not known.
  for (bool readable = true;; readable = false) {
    switch (receive(*connection, readable)) {
      case Received::request:
        break;
      case Received::nothing:
        return park(std::move(connection));
      case Received::fault:
        send_fault(*connection, fault_);
        return close(std::move(connection));
      case Received::end:
        return;
    }
    const Next next = answer(connection);
    if (next != Next::request) return continue_with(next, std::move(connection));
  }
}

void ConnectionHandler::continue_with(Next next, std::unique_ptr<Connection> connection) {
  if (next == Next::request) return serve_requests(std::move(connection));
  if (next == Next::lingering_close) return close(std::move(connection));
}

void ConnectionHandler::park(std::unique_ptr<Connection> connection) {
  const Clock::time_point now = wait_.end(*connection);
  if (connection->reader().empty()) {
    connection->await_request(now + engine_.options.limits.idle_timeout);
    spare_reader_ = connection->take_reader();
    spare_reader_->clear();
  } else if (connection->awaits() == Connection::Awaits::request) {
    // The request's first bytes came with the one before.
    static_cast<void>(connection->await_rest(0, engine_.options.limits));
  }
  engine_.idle.park(std::move(connection));
}

ConnectionHandler::Received ConnectionHandler::receive(Connection& connection, bool readable) {
  RequestReader& reader = connection.reader();
  const bool had_its_turn = !readable;
  Outcome outcome = reader.examine();
  for (; outcome == Outcome::need_more; readable = false) {
    if (reader.take_continue_due()) send_continue(connection.socket());
    const bool waits = !readable && wait_.is_allowed(connection);
    // If bytes are already there, the poller reports them after the other ready connections.
    if (!readable && !waits && (reader.empty() || had_its_turn)) return Received::nothing;
    const std::span<char> space = reader.space();
    if (space.empty()) return refuse(kNoMemory);
    const int flags = readable ? 0 : MSG_DONTWAIT;
    const ssize_t count =
        waits ? wait_.receive(connection, space)
              : ::recv(connection.socket().get(), space.data(), space.size(), flags);
    if (count == 0) return Received::end;
    if (count < 0) {
      if (errno == EINTR) continue;
      return errno == EAGAIN || errno == EWOULDBLOCK ? Received::nothing : Received::end;
    }
    const auto size = static_cast<std::size_t>(count);
    outcome = reader.received(size);
    if (outcome == Outcome::need_more && !connection.await_rest(size, engine_.options.limits)) {
      return refuse(kTimedOut);
    }
  }
  if (outcome == Outcome::fault) return refuse(reader.fault());
  connection.end_request();
  return Received::request;
}

ConnectionHandler::Received ConnectionHandler::refuse(const http::Fault& fault) {
  fault_ = fault;
  return Received::fault;
}

ConnectionHandler::Next ConnectionHandler::answer(std::unique_ptr<Connection>& connection) {
  Request request = connection->reader().request();
  Suspension suspension(engine_, *connection);
  request.server = &engine_;
  request.peer = &connection->peer();
  request.suspension = &suspension;
  const Clock::time_point begin = logs_access_ ? Clock::now() : Clock::time_point{};
  handler_->route(request);
  // Counted until the reply is sent.
  const InFlight in_flight(request.is_exempt ? engine_.exempt_in_flight : engine_.calls_in_flight,
                           request.is_exempt ? kSlowExemptReaders : engine_.options.limits.calls);
  if (!request.is_exempt && !in_flight.is_within_limit()) {
    refuse_call(engine_.options.limits.calls, reply_);
  } else if (handler_->handle(request, reply_) == Handled::suspended) {
    if (suspend(suspension, connection, begin)) return Next::suspended;
  }
  ReplySender::Manner manner = manner_for(request, reply_);
  manner.at_once = !in_flight.is_within_limit();
  const bool sent = sender_.send(connection->socket(), reply_, manner);
  log_reply(*connection, request, reply_, begin);
  reply_.clear();
  return end_answer(*connection, sent, manner.keep_alive);
}

ReplySender::Manner ConnectionHandler::manner_for(const Request& request,
                                                  const Reply& reply) const {
  ReplySender::Manner manner;
  manner.keep_alive = request.head.keep_alive && !reply.close && !engine_.stopping();
  manner.head_only = request.head.method == "HEAD";
  return manner;
}

ConnectionHandler::Next ConnectionHandler::end_answer(Connection& connection, bool sent,
                                                      bool keep_alive) {
  const bool client_closes = !connection.reader().request().head.keep_alive;
  connection.reader().next();
  if (!sent) return Next::close;
  if (keep_alive) return Next::request;
  // A client that asked to close sends nothing more, so no unread bytes can spoil the reply.
  return client_closes && connection.reader().empty() ? Next::close : Next::lingering_close;
}

// Returns false if the reply has come meanwhile: it is in `reply_`, and the worker sends it.
bool ConnectionHandler::suspend(Suspension& suspension, std::unique_ptr<Connection>& connection,
                                Clock::time_point begin) {
  const std::shared_ptr<Exchange> exchange = suspension.exchange_;
  if (!exchange) {
    reply_.clear();
    reply_.refuse(500, "The server suspended a request without a completion.");
    return false;
  }
  exchange->began_ = begin;
  exchange->fields_ = reply_.fields;
  reply_.clear();
  if (engine_.suspended.suspend(*exchange, connection)) {
    suspension.exchange_.reset();
    return true;
  }
  reply_ = std::move(exchange->reply_);
  reply_.fields += exchange->fields_;
  return false;
}

void ConnectionHandler::finish(std::shared_ptr<Exchange> exchange, WorkerPool::Task& task) {
  io::Sent sent = io::Sent::failed;
  try {
    sent = send_available(*exchange);
  } catch (const std::bad_alloc&) {
  }
  if (sent == io::Sent::part) return engine_.suspended.park(*exchange);
  if (sent == io::Sent::failed) return give_up(*exchange);
  const bool keep_alive = exchange->manner_.keep_alive;
  std::unique_ptr<Connection> connection = release(*exchange);
  exchange.reset();
  try {
    wait_.begin(*connection, task);
    const Next next = end_answer(*connection, true, keep_alive);
    continue_with(next, std::move(connection));
  } catch (const std::bad_alloc&) {  // which closes this connection only
    reply_.clear();
  }
}

// Returns `part` only if the client may take the rest later.
io::Sent ConnectionHandler::send_available(Exchange& exchange) {
  const http::Limits& limits = engine_.options.limits;
  if (exchange.head_.empty()) {
    exchange.reply_.fields += exchange.fields_;
    exchange.manner_ = manner_for(exchange.connection_->reader().request(), exchange.reply_);
    exchange.head_ = sender_.head(exchange.reply_, exchange.manner_.keep_alive);
  }
  const std::uint64_t before = exchange.sent_;
  const io::Sent sent = exchange.send();
  if (sent != io::Sent::part) return sent;
  if (!exchange.pace_) exchange.pace_.emplace(limits.stall_timeout, limits.min_download_rate);
  exchange.deadline_ = Clock::now() + limits.stall_timeout;
  return exchange.pace_->keeps_up(exchange.sent_ - before) ? sent : io::Sent::failed;
}

void ConnectionHandler::finish_stopping(Exchange& exchange) {
  try {
    io::Sent sent = send_available(exchange);
    while (sent == io::Sent::part && exchange.wait_until_writable()) {
      sent = send_available(exchange);
    }
    if (sent != io::Sent::all) return give_up(exchange);
    std::unique_ptr<Connection> connection = release(exchange);
    const Next next = end_answer(*connection, true, false);
    if (next == Next::lingering_close) close(std::move(connection));
  } catch (const std::bad_alloc&) {
    give_up(exchange);
  }
}

void ConnectionHandler::give_up(Exchange& exchange) {
  static_cast<void>(release(exchange));
}

// Ends the exchange: logs its reply and returns the connection.
std::unique_ptr<Connection> ConnectionHandler::release(Exchange& exchange) {
  engine_.suspended.remove(exchange);
  std::unique_ptr<Connection> connection = std::move(exchange.connection_);
  try {
    log_reply(*connection, connection->reader().request(), exchange.reply_, exchange.began_);
  } catch (const std::bad_alloc&) {  // the log lacks this line
  }
  return connection;
}

void ConnectionHandler::log_reply(const Connection& connection, const Request& request,
                                  const Reply& reply, Clock::time_point begin) const {
  const bool is_refusal = reply.status >= 400;
  ops::Log* const log = engine_.options.log.get();
  if (log == nullptr || (!is_refusal && !logs_access_)) return;
  const std::string line =
      std::string(request.head.method) + " " + std::string(request.head.target);
  const std::uint64_t size = reply.file.present() ? reply.file.length : reply.body.size();
  if (is_refusal) log->refused(connection.peer(), reply.status, line, reply.body.text());
  if (logs_access_) {
    log->answered(connection.peer(), reply.status, line, size, Clock::now() - begin);
  }
}

void ConnectionHandler::send_fault(const Connection& connection, const http::Fault& fault) {
  sender_.send_fault(connection.socket(), fault);
  if (ops::Log* const log = engine_.options.log.get()) {
    log->refused(connection.peer(), fault.status, {}, fault.reason);
  }
}

void ConnectionHandler::close(std::unique_ptr<Connection> connection) {
  connection->begin_lingering_close();
  // While the server stops, connections can no longer be parked.
  if (engine_.stopping()) return connection->finish_lingering_close();
  if (connection->continue_lingering_close()) engine_.idle.park(std::move(connection));
}

}  // namespace tuber::serve
