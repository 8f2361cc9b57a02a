// The handler of `POST /tuber`: what HTTP decides before Python is asked, then one hold of the GIL
// for everything else.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "net/handler.hpp"
#include "python/dispatcher.hpp"
#include "python/gil.hpp"
#include "python/negotiation.hpp"

namespace tuber::python {

// What all workers of a server share. Immutable; holds Python references, so it is deleted with
// DeleteWithGil.
struct Service {
  Dispatcher dispatcher;
  Codecs codecs;
  std::vector<std::string> allowed_hosts;  // see http/browser_policy.hpp
};

// Bound to one worker thread: made, called and destroyed in it, without the GIL.
class Endpoint final : public net::Handler {
 public:
  Endpoint(PyInterpreterState* interpreter, std::shared_ptr<const Service> service)
      : worker_(interpreter), service_(std::move(service)) {}

  void handle(const net::Request& request, net::Reply& reply) override;

 private:
  WorkerState worker_;
  std::shared_ptr<const Service> service_;
};

}  // namespace tuber::python
