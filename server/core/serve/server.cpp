#include "serve/server.hpp"

#include <utility>

#include "base/process.hpp"
#include "ops/signal_watcher.hpp"
#include "serve/engine.hpp"

namespace tuber::serve {
namespace {

// Long enough for most running calls to end, short enough for an interactive session.
constexpr std::chrono::milliseconds kDestructorTimeout{3'000};

}  // namespace

Server::Server(ServerOptions options, HandlerFactory make_handler)
    : engine_(std::make_shared<Engine>(std::move(options), std::move(make_handler))) {
  base::install_process_handlers();
}

Server::~Server() {
  request_stop();
  if (!abandoned_) static_cast<void>(wait(kDestructorTimeout));
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

int Server::watch_signals(std::vector<int> numbers, std::chrono::milliseconds grace) {
  const auto stop = [engine = std::weak_ptr<Engine>(engine_)] {
    if (const auto alive = engine.lock()) alive->request_stop();
  };
  return ops::watch_signals(std::move(numbers), stop, grace);
}

bool Server::wait(std::chrono::milliseconds timeout) {
  // A forked child has no workers, and the pool's lock may be held forever.
  return !engine_->in_own_process() || engine_->pool.wait_until_empty(timeout);
}

Server::Counts Server::counts() const {
  return engine_->counts();
}

}  // namespace tuber::serve
