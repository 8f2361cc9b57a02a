// Which resource a request names: the endpoint of calls, what is told of the server, or a file. Must
// never answer a call itself.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "files/static_files.hpp"
#include "http/access.hpp"
#include "http/browser_policy.hpp"
#include "http/per_head_cache.hpp"
#include "ops/call_log.hpp"
#include "serve/handler.hpp"

namespace tuber::site {

// The one resource that takes calls. Under it are "/health", which tells what runs, and "/calls",
// the record of calls.
inline constexpr std::string_view kEndpointPath = "/tuber";

// What the sites of all workers share.
struct SiteParts {
  http::BrowserPolicy policy;                       // for everything under the endpoint's path
  std::vector<http::Token> tokens;                  // likewise; none: nobody is asked for one
  bool read_only = false;                           // nobody may do more than read
  std::shared_ptr<const files::StaticFiles> files;  // may be null: then there are none
  std::string run_id;
  std::shared_ptr<ops::CallLog> calls;  // not null
};

// Routes by path. Owns the endpoint's handler, so it is bound to one worker thread as every Handler.
class Site final : public serve::Handler {
 public:
  // REQUIRES: neither is null.
  Site(std::unique_ptr<serve::Handler> endpoint, std::shared_ptr<const SiteParts> parts);

  void handle(const serve::Request& request, serve::Reply& reply) override;

  // Health and record are told by C++ alone.
  [[nodiscard]] bool is_quick(const serve::Request& request) const override;

 private:
  enum class Place { endpoint, health, calls, elsewhere };

  [[nodiscard]] static Place place_of(std::string_view path);
  static void allow(Place place, serve::Reply& reply);
  static void refuse_method(Place place, serve::Reply& reply);
  static void answer_options(Place place, serve::Reply& reply);
  // Who asks, or why nobody may ask so.
  struct Asking {
    std::optional<std::string> refusal;  // of a browser's request
    http::Access access = http::Access::none;
  };

  void answer_ours(const serve::Request& request, Place place, serve::Reply& reply);
  void answer_elsewhere(const http::RequestHead& head, serve::Reply& reply);
  [[nodiscard]] const Asking& asking_of(const http::RequestHead& head);
  [[nodiscard]] http::Access access_of(const http::RequestHead& head) const;
  void answer_health(const serve::Request& request, serve::Reply& reply);
  void answer_calls(const serve::Request& request, serve::Reply& reply);

  std::unique_ptr<serve::Handler> endpoint_;
  std::shared_ptr<const SiteParts> parts_;
  http::Conclusions<Asking> askings_;
};

}  // namespace tuber::site
