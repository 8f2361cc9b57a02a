#include "serve/engine.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <limits>
#include <new>
#include <optional>
#include <system_error>
#include <thread>
#include <utility>

#include "base/thread.hpp"
#include "io/socket.hpp"
#include "serve/connection_handler.hpp"

namespace tuber::serve {
namespace {

using std::chrono::milliseconds;

// The system may refuse a thread now and provide one a moment later. The attempts are short,
// because a client is waiting for the reply of the worker that needs the thread.
constexpr int kStartTries = 10;
constexpr milliseconds kStartRetryDelay{10};

// After this many, the worker serves connections that were accepted before.
constexpr int kAcceptedAtOnce = 64;

// The precision of deadlines, unless half of the shortest one is less.
constexpr milliseconds kLongestSweepInterval{1'000};

milliseconds sweep_interval(const http::Limits& limits) {
  const milliseconds shortest =
      std::min({limits.head_timeout, limits.stall_timeout, limits.idle_timeout});
  return std::clamp(shortest / 2, milliseconds(1), kLongestSweepInterval);
}

// Workers beyond those that run calls: one waits for events, others refuse calls over the limit or
// wait for the next request of their connection.
constexpr std::size_t kSpareWorkers = 16;

std::size_t max_workers(const ServerOptions& options) {
  constexpr std::size_t most = std::numeric_limits<std::size_t>::max();
  const std::size_t needed =
      options.limits.calls + std::min(kSpareWorkers, most - options.limits.calls);
  return std::max<std::size_t>(options.max_workers.value_or(needed), 1);
}

// The served objects need descriptors for their files and sockets, and so does refusing a
// connection over the limit. The rest is for connections.
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

// Waits for events and handles them, and sleeps while other workers suffice. Must never sleep while
// it owns a connection. Lives in the thread that runs it.
class Worker {
 public:
  explicit Worker(Engine& engine) : engine_(engine), handler_(engine) {}

  // Returns when the server stops or when the worker is surplus.
  void run();

 private:
  [[nodiscard]] std::optional<io::Poller::Token> wait() {
    const WorkerPool::EventWait waiting(engine_.pool);
    return engine_.poller.wait(engine_.event_timeout());
  }
  // Both return true if the worker must wait for the next event.
  [[nodiscard]] bool serve(io::Poller::Token token);
  [[nodiscard]] bool finish(std::shared_ptr<Exchange> exchange);
  void sweep();
  void finish_suspended();

  Engine& engine_;
  ConnectionHandler handler_;
};

void Worker::run() {
  const auto surplus_time = engine_.options.surplus_worker_time;
  Clock::time_point waiting_since = Clock::now();
  while (!engine_.stopping()) {
    const std::optional<io::Poller::Token> event = wait();
    bool leads = true;
    try {
      if (event == Engine::kListener) {
        for (auto& connection : engine_.accept_connections()) {
          handler_.turn_away(std::move(connection));
        }
      } else if (event == io::Poller::kNotified) {
        leads = finish(engine_.suspended.take_completed());
      } else if (event == io::Poller::kTimer) {
        engine_.timers.run_due(Clock::now());
      } else if (event && event != io::Poller::kWoken) {
        leads = serve(*event);
      }
      if (engine_.sweep_is_due(Clock::now())) sweep();
    } catch (const std::bad_alloc&) {  // which closed the connections that it concerns
    }
    if (!leads && !engine_.pool.sleep(surplus_time)) return;
    if (event) {
      waiting_since = Clock::now();
    } else if (Clock::now() - waiting_since >= surplus_time && engine_.pool.retire_surplus()) {
      return;
    }
  }
  finish_suspended();
}

// The server stops: running calls have their grace, and the last ones may be suspended.
void Worker::finish_suspended() {
  while (!engine_.suspended.empty()) {
    engine_.timers.run_due(Clock::now());
    if (const auto exchange = engine_.suspended.wait_for_completed(engine_.timers.next())) {
      handler_.finish_stopping(*exchange);
    }
  }
}

bool Worker::serve(io::Poller::Token token) {
  std::unique_ptr<Connection> connection = engine_.idle.claim(token);
  if (!connection) return finish(engine_.suspended.take_event(token));
  WorkerPool::Task task(engine_.pool);
  if (task.was_last_free()) engine_.start_another_worker();
  handler_.serve(std::move(connection), task);
  return task.finish();
}

bool Worker::finish(std::shared_ptr<Exchange> exchange) {
  if (!exchange) return true;  // the event is older than the connection's end
  WorkerPool::Task task(engine_.pool);
  if (task.was_last_free()) engine_.start_another_worker();
  handler_.finish(std::move(exchange), task);
  return task.finish();
}

void Worker::sweep() {
  for (std::unique_ptr<Connection>& connection : engine_.idle.claim_expired(Clock::now())) {
    handler_.expire(std::move(connection));
  }
  for (const std::shared_ptr<Exchange>& exchange : engine_.suspended.take_expired(Clock::now())) {
    handler_.give_up(*exchange);
  }
  engine_.resume_accepting();
}

// Runs a worker in its thread. The pool learns that it has ended, even by pthread_exit.
void run_worker(Engine& engine) {
  struct Removal {
    WorkerPool& pool;
    ~Removal() { pool.remove(); }
  };
  const Removal removal{engine.pool};
  try {
    Worker(engine).run();
  } catch (const std::bad_alloc&) {  // while it was created; others go on
    engine.pool.retire();
  }
}

}  // namespace

Engine::Engine(ServerOptions given_options, HandlerFactory given_make_handler)
    : options(std::move(given_options)),
      make_handler(std::move(given_make_handler)),
      admission(options.limits.connections, options.limits.connections_per_address),
      waiting(options.limits.waiting, options.limits.waiting_per_address),
      listener(listener_for(options)),
      pool(max_workers(options)),
      sweep_interval_(sweep_interval(options.limits)),
      event_timeout_(std::clamp(options.surplus_worker_time, milliseconds(1), sweep_interval_)),
      process_(::getpid()) {}

void Engine::start() {
  process_ = ::getpid();  // a program may bind first, then fork to become a daemon
  listener.hide_from_children();
  poller.hide_from_children();
  admission.lower_to(descriptors_for_connections());
  if (!listener.add_to(poller, kListener)) {
    throw std::system_error(errno, std::generic_category(), "cannot watch the listening socket");
  }
  if (!start_worker()) {
    throw std::system_error(EAGAIN, std::generic_category(), "cannot start a worker thread");
  }
}

void Engine::start_another_worker() {
  for (int i = 0; i < kStartTries && !start_worker() && !stopping(); ++i) {
    std::this_thread::sleep_for(kStartRetryDelay);
  }
}

bool Engine::start_worker() {
  if (!pool.add()) return true;
  bool started = false;
  try {
    started = base::start_detached_thread(options.worker_stack_size,
                                          [self = shared_from_this()] { run_worker(*self); });
  } catch (const std::bad_alloc&) {  // treated as if there were no thread
  }
  if (!started) {
    pool.retire();
    pool.remove();
  }
  return started;
}

void Engine::request_stop() noexcept {
  stopping_ = true;
  if (!in_own_process()) return listener.abandon();
  listener.close();
  idle.close();
  poller.wake_all();
  pool.wake_all();
  suspended.stop();
}

ServerView::Counts Engine::counts() const {
  return {pool.size(), admission.count(), calls_in_flight, waiting.count()};
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
      is_exhausted_ = true;
      return turned_away;
    }
    try {
      if (auto connection = admit(std::move(accepted))) {
        turned_away.push_back(std::move(connection));
      }
    } catch (const std::bad_alloc&) {  // which closed that connection
    }
  }
  listener.arm_in(poller, kListener);
  return turned_away;
}

std::unique_ptr<Connection> Engine::admit(io::Listener::Accepted accepted) {
  const io::SocketTimes times{options.request_wait, options.limits.stall_timeout};
  if (!io::prepare_connection(accepted.socket, listener.transport(), times)) return nullptr;
  Admission::Ticket ticket = admission.take(accepted.peer);
  const Admission::Verdict verdict = ticket.verdict();
  if (verdict == Admission::Verdict::flooded) return nullptr;
  auto connection =
      std::make_unique<Connection>(std::move(accepted.socket), next_serial_++, std::move(ticket));
  if (verdict != Admission::Verdict::admitted) return connection;
  connection->await_request(Clock::now() + options.limits.idle_timeout);
  idle.park_new(std::move(connection));
  return nullptr;
}

bool Engine::sweep_is_due(Clock::time_point now) {
  Clock::rep due = next_sweep_.load(std::memory_order_relaxed);
  const Clock::rep time = now.time_since_epoch().count();
  if (time < due) return false;
  return next_sweep_.compare_exchange_strong(due, time + Clock::duration(sweep_interval_).count());
}

void Engine::resume_accepting() {
  if (is_exhausted_.exchange(false)) listener.arm_in(poller, kListener);
}

}  // namespace tuber::serve
