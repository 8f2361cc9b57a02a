// One worker: waits for an event, does what it asks for, and rests while others suffice. Must never
// rest while it owns a connection, nor serve one while nobody else is free or on the way.
#pragma once

#include <optional>

#include "serve/connection_handler.hpp"
#include "serve/engine.hpp"

namespace tuber::serve {

// Lives in the thread that runs it.
class Worker {
 public:
  explicit Worker(Engine& engine) : engine_(engine), service_(engine) {}

  // Returns when the server stops or when the worker is not needed any more.
  void run();

 private:
  [[nodiscard]] std::optional<io::Poller::Token> wait();
  [[nodiscard]] bool serve(io::Poller::Token token);
  void sweep();

  Engine& engine_;
  Service service_;
};

}  // namespace tuber::serve
