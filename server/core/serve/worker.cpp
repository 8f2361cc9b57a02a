#include "serve/worker.hpp"

#include <new>
#include <utility>

namespace tuber::serve {

void Worker::run() {
  const auto surplus_time = engine_.options.surplus_worker_time;
  Clock::time_point waiting_since = Clock::now();
  while (!engine_.stopping()) {
    const std::optional<io::Poller::Token> event = wait();
    bool waits_on = true;
    try {
      if (event == Engine::kListener) {
        for (auto& connection : engine_.accept_connections()) {
          service_.turn_away(std::move(connection));
        }
      } else if (event && event != io::Poller::kWoken) {
        waits_on = serve(*event);
      }
      if (engine_.sweep_is_due(Clock::now())) sweep();
    } catch (const std::bad_alloc&) {  // closes whom it could not serve; others may be
    }
    if (!waits_on && !engine_.crew.rest(surplus_time)) return;
    if (event) {
      waiting_since = Clock::now();
    } else if (Clock::now() - waiting_since >= surplus_time &&
               engine_.crew.give_up_surplus_place()) {
      return;
    }
  }
}

std::optional<io::Poller::Token> Worker::wait() {
  const Crew::Waiting waiting(engine_.crew);
  return engine_.poller.wait(engine_.waiting_time());
}

// True when the worker is to wait for the next event.
bool Worker::serve(io::Poller::Token token) {
  std::unique_ptr<Connection> connection = engine_.lot.claim(token);
  if (!connection) return true;  // an event from before the connection was closed
  Crew::Work work(engine_.crew);
  if (work.took_last_place()) engine_.replace_taken_place();
  service_.serve(std::move(connection), work);
  return work.finish();
}

void Worker::sweep() {
  for (std::unique_ptr<Connection>& connection : engine_.lot.claim_expired(Clock::now())) {
    service_.expire(std::move(connection));
  }
  engine_.resume_accepting();
}

}  // namespace tuber::serve
