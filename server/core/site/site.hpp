// Routes a request to its resource: the endpoint for calls, a report about the server, or a file.
// Must never answer a call itself.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "files/static_files.hpp"
#include "http/access.hpp"
#include "http/browser_policy.hpp"
#include "http/per_head_cache.hpp"
#include "ops/call_log.hpp"
#include "serve/handler.hpp"

namespace tuber::site {

// The endpoint for calls. Below it are "/health", a report with the running calls, and "/calls",
// the record of the last ones.
inline constexpr std::string_view kEndpointPath = "/tuber";

// Shared by the sites of all workers. Immutable, except the call log, which is thread-safe.
struct SiteParts {
  http::BrowserPolicy policy;                       // for the endpoint and the reports
  std::vector<http::Token> tokens;                  // the same; empty: no token is required
  bool read_only = false;                           // whether requests may only read
  std::shared_ptr<const files::StaticFiles> files;  // null: none
  std::string run_id;
  std::shared_ptr<ops::CallLog> calls;  // not null
};

// Routes by path. Owns the endpoint's handler; bound to one worker thread like every Handler.
class Site final : public serve::Handler {
 public:
  // REQUIRES: neither is null.
  Site(std::unique_ptr<serve::Handler> endpoint, std::shared_ptr<const SiteParts> parts);

  // The reports are exempt from the limit on calls: they need no Python and list running calls.
  void route(serve::Request& request) override;
  // REQUIRES: route(request) was called.
  serve::Handled handle(serve::Request& request, serve::Reply& reply) override;

 private:
  enum class Resource { endpoint, health, calls, below, other };  // below: the endpoint's path

  // The results that depend only on the request head.
  struct Permission {
    std::optional<std::string> refusal;  // of a browser's request
    http::Access access = http::Access::none;
  };

  [[nodiscard]] static Resource resource_of(std::string_view path);
  static void append_allow(Resource resource, serve::Reply& reply);
  static void refuse_method(Resource resource, serve::Reply& reply);
  serve::Handled handle_own(Resource resource, serve::Request& request, serve::Reply& reply);
  void handle_other(Resource resource, const http::RequestHead& head, serve::Reply& reply);
  [[nodiscard]] Permission permission_of(const http::RequestHead& head) const;
  void report_health(const serve::Request& request, serve::Reply& reply);
  void report_calls(const serve::Request& request, serve::Reply& reply);

  std::unique_ptr<serve::Handler> endpoint_;
  std::shared_ptr<const SiteParts> parts_;
  http::PerHeadCache<Permission> permissions_;
};

}  // namespace tuber::site
