// Serves a connection in a worker: receives requests, calls the handler, sends replies, and then
// parks or closes the connection. Must never keep an idle connection while other connections wait
// for a worker.
#pragma once

#include <memory>
#include <string_view>

#include "http/request.hpp"
#include "serve/connection.hpp"
#include "serve/engine.hpp"
#include "serve/exchange.hpp"
#include "serve/handler.hpp"
#include "serve/reply_sender.hpp"
#include "serve/request_wait.hpp"
#include "serve/worker_pool.hpp"

namespace tuber::serve {

// Belongs to one worker, with the buffers that it reuses. Not thread-safe.
class ConnectionHandler {
 public:
  explicit ConnectionHandler(Engine& engine);

  // Serves a readable connection as part of `task`. Closes it if there is no memory for that.
  void serve(std::unique_ptr<Connection> connection, WorkerPool::Task& task);

  // Sends the reply of an exchange that was taken, without waiting for the client, and serves the
  // connection on.
  void finish(std::shared_ptr<Exchange> exchange, WorkerPool::Task& task);

  // The same while the server stops: waits for the client.
  void finish_stopping(Exchange& exchange);

  // Closes the connection of a taken exchange, whose reply can't be sent.
  void give_up(Exchange& exchange);

  // Answers a new connection over a limit, and closes it.
  void turn_away(std::unique_ptr<Connection> connection);

  // Ends a connection whose deadline has passed.
  void expire(std::unique_ptr<Connection> connection);

 private:
  enum class Received { request, nothing, fault, end };
  enum class Next { request, close, lingering_close, suspended };

  void serve_requests(std::unique_ptr<Connection> connection);
  void continue_with(Next next, std::unique_ptr<Connection> connection);
  void park(std::unique_ptr<Connection> connection);

  // Receives one request. `readable`: bytes can be read without waiting.
  [[nodiscard]] Received receive(Connection& connection, bool readable);
  [[nodiscard]] Received refuse(const http::Fault& fault);

  // Answers the request of the connection's reader. Takes the connection if it is suspended.
  [[nodiscard]] Next answer(std::unique_ptr<Connection>& connection);
  [[nodiscard]] bool suspend(Suspension& suspension, std::unique_ptr<Connection>& connection,
                             Clock::time_point begin);
  [[nodiscard]] ReplySender::Manner manner_for(const Request& request, const Reply& reply) const;
  // What follows a reply.
  [[nodiscard]] Next end_answer(Connection& connection, bool sent, bool keep_alive);
  void log_reply(const Connection& connection, const Request& request, const Reply& reply,
                 Clock::time_point begin) const;
  [[nodiscard]] io::Sent send_available(Exchange& exchange);
  [[nodiscard]] std::unique_ptr<Connection> release(Exchange& exchange);

  void send_fault(const Connection& connection, const http::Fault& fault);
  void close(std::unique_ptr<Connection> connection);

  Engine& engine_;
  std::unique_ptr<Handler> handler_;
  const bool logs_access_;  // only then is a request's time measured
  ReplySender sender_;
  Reply reply_;
  http::Fault fault_;
  std::unique_ptr<RequestReader> spare_reader_;
  RequestWait wait_;
};

}  // namespace tuber::serve
