#include "net/engine.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>

#include "net/socket.hpp"
#include "net/thread.hpp"
#include "net/worker.hpp"

namespace tuber::net {
namespace {

using std::chrono::milliseconds;

// So many are accepted in a row before others get the chance to be served.
constexpr int kAcceptedAtOnce = 64;

// Deadlines are kept to within this, or to within half of the shortest one if that is shorter.
constexpr milliseconds kLongestSweepInterval{1'000};

milliseconds sweep_interval(const http::Limits& limits) {
  const milliseconds shortest = std::min({limits.head_time, limits.stall_time, limits.idle_time});
  return std::clamp(shortest / 2, milliseconds(1), kLongestSweepInterval);
}

Listener listener_for(const ServerOptions& options) {
  if (options.unix_socket) return Listener(*options.unix_socket);
  return Listener(options.bind, options.port);
}

// Tells the crew that a worker has ended, however it did.
class Membership {
 public:
  explicit Membership(Crew& crew) : crew_(crew) {}
  Membership(const Membership&) = delete;
  Membership& operator=(const Membership&) = delete;
  ~Membership() { crew_.leave(); }

 private:
  Crew& crew_;
};

}  // namespace

Engine::Engine(ServerOptions given_options, HandlerFactory given_make_handler)
    : options(std::move(given_options)),
      make_handler(std::move(given_make_handler)),
      listener(listener_for(options)),
      crew(std::max<std::size_t>(options.max_workers, 1)),
      sweep_interval_(sweep_interval(options.limits)),
      waiting_time_(std::clamp(options.surplus_worker_time, milliseconds(1), sweep_interval_)),
      process_(::getpid()) {}

void Engine::start() {
  process_ = ::getpid();  // a program may bind first and become a daemon then
  if (!listener.add_to(poller, kListener)) {
    throw std::system_error(errno, std::generic_category(), "cannot watch the listening socket");
  }
  if (!start_worker()) {
    throw std::system_error(EAGAIN, std::generic_category(), "cannot start a worker thread");
  }
}

bool Engine::start_worker() {
  if (!crew.join()) return false;
  const bool started =
      start_detached_thread(options.worker_stack_size, [self = shared_from_this()] {
        const Membership membership(self->crew);
        Worker(*self).run();
      });
  if (!started) {
    static_cast<void>(crew.begin_serving());  // gives back the place it would have waited in
    crew.leave();
  }
  return started;
}

void Engine::request_stop() noexcept {
  stopping_ = true;
  if (!in_own_process()) return listener.abandon();
  listener.close();
  lot.close();
  poller.wake_all();
}

bool Engine::in_own_process() const {
  return process_ == ::getpid();
}

void Engine::accept_connections() {
  for (int i = 0; i < kAcceptedAtOnce; ++i) {
    if (connections >= options.max_connections) {
      accepting_rests_ = true;
      return;
    }
    Listener::Accepted accepted = listener.accept();
    if (accepted.outcome == Listener::Outcome::none) break;
    if (accepted.outcome == Listener::Outcome::exhausted) {
      accepting_rests_ = true;
      return;
    }
    admit(std::move(accepted.socket));
  }
  listener.arm_in(poller, kListener);
}

void Engine::admit(Descriptor socket) {
  const SocketTimes times{options.linger, options.limits.stall_time};
  if (!prepare_connection(socket, listener.transport(), times)) return;
  auto connection = std::make_unique<Connection>(std::move(socket), next_serial_++, connections);
  connection->deadline = Clock::now() + options.limits.idle_time;
  lot.park_new(std::move(connection));
}

bool Engine::sweep_is_due(Clock::time_point now) {
  Clock::rep due = next_sweep_.load(std::memory_order_relaxed);
  const Clock::rep time = now.time_since_epoch().count();
  if (time < due) return false;
  return next_sweep_.compare_exchange_strong(due, time + Clock::duration(sweep_interval_).count());
}

void Engine::resume_accepting() {
  if (accepting_rests_.exchange(false)) listener.arm_in(poller, kListener);
}

}  // namespace tuber::net
