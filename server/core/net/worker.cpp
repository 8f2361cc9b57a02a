#include "net/worker.hpp"

#include <new>
#include <utility>

namespace tuber::net {

void Worker::run() {
  Clock::time_point waiting_since = Clock::now();
  while (!engine_.stopping()) {
    const std::optional<Poller::Token> event = engine_.poller.wait(engine_.waiting_time());
    try {
      if (event == Engine::kListener) {
        for (auto& connection : engine_.accept_connections()) {
          service_.turn_away(std::move(connection));
        }
      } else if (event && event != Poller::kWoken) {
        serve(*event);
      }
      if (engine_.sweep_is_due(Clock::now())) sweep();
    } catch (const std::bad_alloc&) {  // closes whom it could not serve; others may be
    }
    const Clock::time_point now = Clock::now();
    if (event) {
      waiting_since = now;
    } else if (now - waiting_since >= engine_.options.surplus_worker_time &&
               engine_.crew.give_up_surplus_place()) {
      return;
    }
  }
}

void Worker::serve(Poller::Token token) {
  std::unique_ptr<Connection> connection = engine_.lot.claim(token);
  if (!connection) return;  // an event from before the connection was closed
  if (engine_.crew.begin_serving()) engine_.start_worker();
  service_.serve(std::move(connection));
  engine_.crew.end_serving();
}

void Worker::sweep() {
  for (std::unique_ptr<Connection>& connection : engine_.lot.claim_expired(Clock::now())) {
    service_.expire(std::move(connection));
  }
  engine_.resume_accepting();
}

}  // namespace tuber::net
