// How a worker serves a connection: receives its requests, has them answered, and parks or closes
// it in the end. Must never keep a connection for which the worker has nothing to do while other
// connections wait for a worker.
#pragma once

#include <sys/types.h>

#include <memory>
#include <span>
#include <string_view>

#include "http/request.hpp"
#include "serve/connection.hpp"
#include "serve/engine.hpp"
#include "serve/handler.hpp"
#include "serve/reply_sender.hpp"
#include "serve/request_reader.hpp"
#include "serve/worker_pool.hpp"

namespace tuber::serve {

// Belongs to one worker, with the buffers it reuses. Not thread-safe.
class Service {
 public:
  explicit Service(Engine& engine);

  // Serves a connection on which something can be read, as a part of `work`. Closes it when there is
  // no memory for that.
  void serve(std::unique_ptr<Connection> connection, Crew::Work& work);

  // Tells a client why its new connection can't be served.
  void turn_away(std::unique_ptr<Connection> connection);

  // Ends a connection whose deadline has passed.
  void expire(std::unique_ptr<Connection> connection);

 private:
  enum class Received { request, nothing_yet, fault, gone };
  enum class Ending { goes_on, closes, closes_gently };

  void begin_serving(std::unique_ptr<Connection> connection);
  void serve_requests(std::unique_ptr<Connection> connection);
  [[nodiscard]] Received receive(Connection& connection, bool readable);
  [[nodiscard]] Received refuse(const http::Fault& fault);
  [[nodiscard]] bool note_progress(Connection& connection, std::size_t received) const;
  [[nodiscard]] ssize_t receive_into(std::span<char> space, Connection& connection, bool may_block,
                                     bool lingers);
  [[nodiscard]] bool lingers(const Connection& connection);
  [[nodiscard]] Ending answer(Connection& connection);
  void tell_refusal(const Connection& connection, int status, std::string_view request,
                    std::string_view reason) const;
  void tell_answer(const Connection& connection, const Request& request,
                   Clock::time_point begin) const;
  void park(std::unique_ptr<Connection> connection);
  void close_gently(std::unique_ptr<Connection> connection);
  void await_end(std::unique_ptr<Connection> connection);
  void await_end_here(Connection& connection);

  Engine& engine_;
  std::unique_ptr<Handler> handler_;
  const bool tells_access_;  // only then is the time of a request taken
  ReplySender sender_;
  Reply reply_;
  http::Fault fault_;
  std::unique_ptr<RequestReader> spare_reader_;

  // Of the connection that is being served.
  Crew::Work* work_ = nullptr;
  Clock::time_point began_{};
  bool lingered_ = false;
  io::Poller::Token served_ = 0;
  unsigned in_a_row_ = 0;  // how often it was served before, with no other in between
};

}  // namespace tuber::serve
