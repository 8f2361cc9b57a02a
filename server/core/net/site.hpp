// Which resource a request names: the endpoint of calls, or a file. Must never answer a call
// itself.
#pragma once

#include <memory>
#include <string_view>

#include "net/handler.hpp"
#include "net/static_files.hpp"

namespace tuber::net {

// The one resource that takes calls.
inline constexpr std::string_view kEndpointPath = "/tuber";

// Routes by path: kEndpointPath to the endpoint's handler, every other one to the files. Owns the
// endpoint's handler, so it is bound to one worker thread as every Handler; shares the files with
// the other workers.
class Site final : public Handler {
 public:
  // `files` may be null: then the endpoint is all there is. REQUIRES: `endpoint` is not null.
  Site(std::unique_ptr<Handler> endpoint, std::shared_ptr<const StaticFiles> files);

  void handle(const Request& request, Reply& reply) override;

 private:
  std::unique_ptr<Handler> endpoint_;
  std::shared_ptr<const StaticFiles> files_;
};

}  // namespace tuber::net
