#include "serve/server.hpp"

#include <utility>

#include "ops/signal_watcher.hpp"
#include "serve/engine.hpp"

namespace tuber::serve {
namespace {

// Long enough for calls that run now to end; short enough for an interactive session to bear.
constexpr std::chrono::milliseconds kDestructorPatience{3'000};

}  // namespace

Server::Server(ServerOptions options, HandlerFactory make_handler)
    : engine_(std::make_shared<Engine>(std::move(options), std::move(make_handler))) {}

Server::~Server() {
  request_stop();
  if (!given_up_) static_cast<void>(wait(kDestructorPatience));
}

std::uint16_t Server::port() const {
  return engine_->listener.port();
}

void Server::start() {
  engine_->start();
}

void Server::request_stop() noexcept {
  engine_->request_stop();
}

int Server::end_process_when_told(std::chrono::milliseconds grace) {
  const auto stop = [engine = std::weak_ptr<Engine>(engine_)] {
    if (const auto alive = engine.lock()) alive->request_stop();
  };
  return ops::watch_for_stop(stop, grace);
}

bool Server::wait(std::chrono::milliseconds at_most) {
  // A forked child has none of the workers, and none that could give back the crew's lock.
  return !engine_->in_own_process() || engine_->crew.wait_until_empty(at_most);
}

Server::Counts Server::counts() const {
  return engine_->counts();
}

}  // namespace tuber::serve
