// A running server for the tests, on a free port of the loopback, with a handler that shows what it
// received.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "serve/exchange.hpp"
#include "serve/server.hpp"

namespace tuber::testing {

// Holds requests for "/hold" until it is opened; a test can wait for them.
class Gate {
 public:
  void hold();
  void open();
  // False if so many do not arrive in a time that only a broken server needs.
  bool wait_for(std::size_t held);

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::size_t held_ = 0;
  bool open_ = false;
};

// The suspended requests of a server, by target, and what their handlers were notified of.
class Waiting {
 public:
  // For a handler. "/suspend/at-once" is completed before the handler returns, "/suspend/done" is
  // answered by the handler.
  serve::Handled suspend(serve::Request& request, serve::Reply& reply);

  // Waits for a suspended request, and returns its completion; nothing after a long time.
  std::optional<serve::Completion> take(const std::string& target);
  // False if the notice does not come in a time that only a broken server needs.
  bool wait_for(const std::string& target, serve::Notice notice);
  std::size_t notices();

  static serve::Reply text(std::string_view body);

 private:
  void notice(const std::string& target, serve::Notice notice);

  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<std::string, serve::Completion> completions_;
  std::vector<std::pair<std::string, serve::Notice>> notices_;
};

// Answers GET with its target and POST with its body; "/hold" when the gate opens, "/close" and
// closes, "/exit" by ending the thread, "/large" with kLargeReply bytes, "/file" with a file of
// kFileSize bytes, "/empty" with 204, "/suspend..." as Waiting decides, "/exempt" despite the limit
// on calls, "/signals" with "blocked" if SIGTERM is.
inline constexpr std::size_t kLargeReply = 24 * 1024 * 1024;
inline constexpr std::size_t kFileSize = 3 * 1024 * 1024;
[[nodiscard]] std::string pattern(std::size_t size);  // of the large reply and of the file

class NetServer {
 public:
  explicit NetServer(const std::function<void(serve::ServerOptions&)>& change = {});
  ~NetServer() { gate->open(); }

  [[nodiscard]] std::uint16_t port() const { return server.port(); }
  [[nodiscard]] std::size_t workers() const { return server.counts().workers; }
  [[nodiscard]] std::size_t connections() const { return server.counts().connections; }

  std::shared_ptr<Gate> gate = std::make_shared<Gate>();
  std::shared_ptr<Waiting> waiting = std::make_shared<Waiting>();
  serve::Server server;
};

// Waits for a condition without an event. False if it does not become true in a time that only a
// broken server needs.
bool eventually(const std::function<bool()>& condition);

}  // namespace tuber::testing
