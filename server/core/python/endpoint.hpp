// The handler of `POST /tuber`: content negotiation without the GIL, then everything else while
// holding it once.
#pragma once

#include <memory>

#include "http/per_head_cache.hpp"
#include "ops/call_log.hpp"
#include "python/dispatcher.hpp"
#include "python/gil.hpp"
#include "python/negotiation.hpp"
#include "serve/handler.hpp"

namespace tuber::python {

// What all workers of a server share. Immutable. Owns Python references: delete it with
// DeleteWithGil.
struct SharedDispatch {
  Dispatcher dispatcher;
  Codecs codecs;
};

// Belongs to one worker thread, which creates, calls and destroys it without the GIL.
class Endpoint final : public serve::Handler {
 public:
  // `calls` outlives it.
  Endpoint(PyInterpreterState* interpreter, std::shared_ptr<const SharedDispatch> service,
           ops::CallLog& calls)
      : worker_(interpreter), service_(std::move(service)), slot_(calls) {}

  serve::Handled handle(serve::Request& request, serve::Reply& reply) override;

 private:
  WorkerState worker_;
  std::shared_ptr<const SharedDispatch> service_;
  ops::CallLog::CallSlot slot_;
  http::PerHeadCache<Terms> terms_;
};

}  // namespace tuber::python
