#include "serve/engine.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <limits>
#include <new>
#include <system_error>
#include <thread>
#include <utility>

#include "base/thread.hpp"
#include "io/socket.hpp"
#include "serve/worker.hpp"

namespace tuber::serve {
namespace {

using std::chrono::milliseconds;

// A thread that the system refuses may be had a moment later; whoever asks for it has a client that
// waits for its reply.
constexpr int kTriesToStart = 10;
constexpr milliseconds kBetweenTriesToStart{10};

// So many are accepted in a row before others get the chance to be served.
constexpr int kAcceptedAtOnce = 64;

// Deadlines are kept to within this, or to within half of the shortest one if that is shorter.
constexpr milliseconds kLongestSweepInterval{1'000};

milliseconds sweep_interval(const http::Limits& limits) {
  const milliseconds shortest =
      std::min({limits.head_timeout, limits.stall_timeout, limits.idle_timeout});
  return std::clamp(shortest / 2, milliseconds(1), kLongestSweepInterval);
}

// Workers beyond those that run calls: one waits for events, the others tell those who come too
// many that they do, or rest for a moment on a connection that is in the midst of a series.
constexpr std::size_t kSpareWorkers = 16;

std::size_t crew_size(const ServerOptions& options) {
  constexpr std::size_t most = std::numeric_limits<std::size_t>::max();
  const std::size_t needed =
      options.limits.calls + std::min(kSpareWorkers, most - options.limits.calls);
  return std::max<std::size_t>(options.max_workers.value_or(needed), 1);
}

// What is left of the process's descriptors for connections: the files and sockets of the served
// objects need some, and so does telling a client that there are too many.
std::size_t descriptors_for_connections() {
  constexpr rlim_t kForOthers = 64;
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) {
    return std::numeric_limits<std::size_t>::max();
  }
  return static_cast<std::size_t>(std::max(limit.rlim_cur, kForOthers + 1) - kForOthers);
}

io::Listener listener_for(const ServerOptions& options) {
  if (options.inherited_socket) return io::Listener(base::Descriptor(*options.inherited_socket));
  if (options.unix_socket) return io::Listener(*options.unix_socket);
  return io::Listener(options.bind, options.port);
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
      admission(options.limits.connections, options.limits.connections_per_address),
      listener(listener_for(options)),
      crew(crew_size(options)),
      sweep_interval_(sweep_interval(options.limits)),
      waiting_time_(std::clamp(options.surplus_worker_time, milliseconds(1), sweep_interval_)),
      process_(::getpid()) {}

void Engine::start() {
  process_ = ::getpid();  // a program may bind first and become a daemon then
  admission.lower_to(descriptors_for_connections());
  if (!listener.add_to(poller, kListener)) {
    throw std::system_error(errno, std::generic_category(), "cannot watch the listening socket");
  }
  if (!start_worker()) {
    throw std::system_error(EAGAIN, std::generic_category(), "cannot start a worker thread");
  }
}

void Engine::replace_taken_place() {
  for (int i = 0; i < kTriesToStart && !start_worker() && !stopping(); ++i) {
    std::this_thread::sleep_for(kBetweenTriesToStart);
  }
}

bool Engine::start_worker() {
  if (!crew.join()) return true;
  bool started = false;
  try {
    started = base::start_detached_thread(options.worker_stack_size, [self = shared_from_this()] {
      const Membership membership(self->crew);
      try {
        Worker(*self).run();
      } catch (const std::bad_alloc&) {  // it could not even be made; others go on
        self->crew.give_up_place();
      }
    });
  } catch (const std::bad_alloc&) {  // as if there were no thread to be had
  }
  if (!started) {
    crew.give_up_place();
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
  crew.end_all_rest();
}

ServerView::Counts Engine::counts() const {
  return {crew.size(), admission.count(), calls_in_flight};
}

bool Engine::in_own_process() const {
  return process_ == ::getpid();
}

std::vector<std::unique_ptr<Connection>> Engine::accept_connections() {
  std::vector<std::unique_ptr<Connection>> turned_away;
  for (int i = 0; i < kAcceptedAtOnce; ++i) {
    io::Listener::Accepted accepted = listener.accept();
    if (accepted.outcome == io::Listener::Outcome::none) break;
    if (accepted.outcome == io::Listener::Outcome::exhausted) {
      accepting_rests_ = true;
      return turned_away;
    }
    try {
      if (auto connection = admit(std::move(accepted))) {
        turned_away.push_back(std::move(connection));
      }
    } catch (const std::bad_alloc&) {  // which closes that connection
    }
  }
  listener.arm_in(poller, kListener);
  return turned_away;
}

std::unique_ptr<Connection> Engine::admit(io::Listener::Accepted accepted) {
  const io::SocketTimes times{options.linger, options.limits.stall_timeout};
  if (!io::prepare_connection(accepted.socket, listener.transport(), times)) return nullptr;
  Admission::Ticket ticket = admission.take(accepted.peer);
  const Admission::Verdict verdict = ticket.verdict();
  if (verdict == Admission::Verdict::flooded) return nullptr;
  auto connection = std::make_unique<Connection>(std::move(accepted.socket), next_serial_++,
                                                 accepted.peer, std::move(ticket));
  if (verdict != Admission::Verdict::welcome) return connection;
  connection->deadline = Clock::now() + options.limits.idle_timeout;
  lot.park_new(std::move(connection));
  return nullptr;
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

}  // namespace tuber::serve
