// One worker: waits with the others for an event, and does what it asks for. Must never wait while
// it owns a connection, nor serve one while nobody else waits or is on the way.
#pragma once

#include "net/engine.hpp"
#include "net/service.hpp"

namespace tuber::net {

// Lives in the thread that runs it.
class Worker {
 public:
  explicit Worker(Engine& engine) : engine_(engine), service_(engine) {}

  // Returns when the server stops or when the worker is not needed any more.
  void run();

 private:
  void serve(Poller::Token token);
  void sweep();

  Engine& engine_;
  Service service_;
};

}  // namespace tuber::net
