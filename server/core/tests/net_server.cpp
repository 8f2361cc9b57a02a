#include "net_server.hpp"

#include <pthread.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <string>
#include <thread>
#include <utility>

namespace tuber::testing {
namespace {

using namespace std::chrono_literals;

constexpr std::chrono::seconds kTimeout = 20s;

serve::FileBody pattern_file() {
  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  const std::unique_ptr<std::FILE, Close> file(std::tmpfile());
  const std::string bytes = pattern(kFileSize);
  std::fwrite(bytes.data(), 1, bytes.size(), file.get());
  std::fflush(file.get());
  return {base::Descriptor(::dup(::fileno(file.get()))), 0, kFileSize};
}

bool termination_is_blocked() {
  sigset_t blocked;
  ::pthread_sigmask(SIG_BLOCK, nullptr, &blocked);
  return ::sigismember(&blocked, SIGTERM) == 1;
}

class ShowingHandler : public serve::Handler {
 public:
  ShowingHandler(std::shared_ptr<Gate> gate, std::shared_ptr<Waiting> waiting)
      : gate_(std::move(gate)), waiting_(std::move(waiting)) {}

  serve::Handled handle(serve::Request& request, serve::Reply& reply) override {
    const std::string_view path = request.head.path;
    if (path.starts_with("/suspend")) return waiting_->suspend(request, reply);
    reply.content_type = "text/plain";
    reply.fields = "X-Path: " + std::string(path) + "\r\n";
    reply.body = request.head.method == "POST" ? request.body : request.head.target;
    if (path == "/hold") gate_->hold();
    if (path == "/exit") ::pthread_exit(nullptr);
    if (path == "/close") reply.close = true;
    if (path == "/large") reply.body = pattern(kLargeReply);
    if (path == "/empty") reply.status = 204;
    if (path == "/signals") reply.body = termination_is_blocked() ? "blocked" : "open";
    if (path == "/file") {
      reply.body.clear();
      reply.file = pattern_file();
    }
    return serve::Handled::done;
  }

  void route(serve::Request& request) override {
    request.is_exempt = request.head.path == "/exempt";
  }

 private:
  std::shared_ptr<Gate> gate_;
  std::shared_ptr<Waiting> waiting_;
};

serve::ServerOptions options(const std::function<void(serve::ServerOptions&)>& change) {
  serve::ServerOptions options;
  options.bind = "127.0.0.1";
  options.port = 0;
  options.common_fields = "X-Common: yes\r\n";
  if (change) change(options);
  return options;
}

}  // namespace

void Gate::hold() {
  std::unique_lock lock(mutex_);
  ++held_;
  changed_.notify_all();
  changed_.wait(lock, [this] { return open_; });
}

void Gate::open() {
  const std::lock_guard lock(mutex_);
  open_ = true;
  changed_.notify_all();
}

bool Gate::wait_for(std::size_t held) {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, kTimeout, [&] { return held_ >= held; });
}

serve::Handled Waiting::suspend(serve::Request& request, serve::Reply& reply) {
  const std::string target(request.head.target);
  reply.fields = "X-Added: yes\r\n";
  std::optional<serve::Completion> completion = request.suspension->begin(
      [self = this, target](serve::Notice notice) { self->notice(target, notice); });
  if (!completion) {
    reply.refuse(503, "too many wait");
    return serve::Handled::done;
  }
  if (target == "/suspend/done") return reply.refuse(299, "done"), serve::Handled::done;
  if (target == "/suspend/at-once") completion->complete(text("at once"));
  const std::lock_guard lock(mutex_);
  completions_.emplace(target, std::move(*completion));
  changed_.notify_all();
  return serve::Handled::suspended;
}

void Waiting::notice(const std::string& target, serve::Notice notice) {
  const std::lock_guard lock(mutex_);
  notices_.emplace_back(target, notice);
  changed_.notify_all();
}

std::optional<serve::Completion> Waiting::take(const std::string& target) {
  std::unique_lock lock(mutex_);
  if (!changed_.wait_for(lock, kTimeout, [&] { return completions_.contains(target); })) return {};
  auto node = completions_.extract(target);
  return std::move(node.mapped());
}

bool Waiting::wait_for(const std::string& target, serve::Notice notice) {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, kTimeout, [&] {
    return std::find(notices_.begin(), notices_.end(), std::pair(target, notice)) != notices_.end();
  });
}

std::size_t Waiting::notices() {
  const std::lock_guard lock(mutex_);
  return notices_.size();
}

serve::Reply Waiting::text(std::string_view body) {
  serve::Reply reply;
  reply.content_type = "text/plain";
  reply.body = body;
  return reply;
}

std::string pattern(std::size_t size) {
  std::string bytes(size, '\0');
  for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<char>('a' + i % 23);
  return bytes;
}

NetServer::NetServer(const std::function<void(serve::ServerOptions&)>& change)
    : server(options(change), [gate = gate, waiting = waiting] {
        return std::make_unique<ShowingHandler>(gate, waiting);
      }) {
  server.start();
}

bool eventually(const std::function<bool()>& condition) {
  const auto deadline = std::chrono::steady_clock::now() + kTimeout;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(1ms);
  }
  return true;
}

}  // namespace tuber::testing
