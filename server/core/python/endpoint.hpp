// The handler of `POST /tuber`: what HTTP decides before Python is asked, then one hold of the GIL
// for everything else.
#pragma once

#include <memory>

#include "http/per_head_cache.hpp"
#include "ops/call_log.hpp"
#include "python/dispatcher.hpp"
#include "python/gil.hpp"
#include "python/negotiation.hpp"
#include "serve/handler.hpp"

namespace tuber::python {

// What all workers of a server share. Immutable; holds Python references, so it is deleted with
// DeleteWithGil.
struct Service {
  Dispatcher dispatcher;
  Codecs codecs;
};

// Bound to one worker thread: made, called and destroyed in it, without the GIL.
class Endpoint final : public serve::Handler {
 public:
  // `calls` outlives it.
  Endpoint(PyInterpreterState* interpreter, std::shared_ptr<const Service> service,
           ops::CallLog& calls)
      : worker_(interpreter), service_(std::move(service)), slot_(calls) {}

  void handle(serve::Request& request, serve::Reply& reply) override;

 private:
  WorkerState worker_;
  std::shared_ptr<const Service> service_;
  ops::CallLog::CallSlot slot_;
  http::PerHeadCache<Terms> terms_;
};

}  // namespace tuber::python
