// The interface between the server and the code that answers requests. The server does not depend
// on Python; it calls the handlers of a given factory.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/descriptor.hpp"
#include "base/growing_buffer.hpp"
#include "http/access.hpp"
#include "http/request.hpp"
#include "io/peer.hpp"
#include "serve/body.hpp"

namespace tuber::serve {

class Suspension;

// The state of the server that a handler may read. Thread-safe.
class ServerView {
 public:
  struct Counts {
    std::size_t workers = 0;
    std::size_t connections = 0;
    std::size_t calls = 0;    // in flight
    std::size_t waiting = 0;  // suspended
  };
  virtual ~ServerView() = default;
  [[nodiscard]] virtual bool stopping() const = 0;  // a stop was requested
  [[nodiscard]] virtual Counts counts() const = 0;
  [[nodiscard]] virtual std::chrono::steady_clock::duration age() const = 0;
};

// A complete request. Everything is borrowed, until Handler::handle returns.
struct Request {
  const http::RequestHead& head;
  std::string_view body;
  // The memory of the body if it is separate, else null. A handler may take ownership of it.
  base::GrowingBuffer* memory = nullptr;
  // Never null in a handler.
  const io::Peer* peer = nullptr;
  const ServerView* server = nullptr;
  Suspension* suspension = nullptr;  // for a reply that is not known yet; see serve/exchange.hpp

  // The rest is set by handlers.
  http::Access access = http::Access::control;
  int resource = 0;        // that the path names, by a number of the handler's own
  bool is_exempt = false;  // from the limit of calls in flight
};

// An open file to be sent as the body. Owns the file; move-only.
struct FileBody {
  base::Descriptor file;
  std::uint64_t offset = 0;
  std::uint64_t length = 0;

  [[nodiscard]] bool present() const { return file.open(); }
};

// The reply to one request. The server writes the status line, Date, Content-Length and Connection;
// the handler sets the rest. A worker reuses one Reply, so buffers keep their capacity.
struct Reply {
  int status = 200;
  std::string_view content_type;  // static storage, or valid until the reply is sent
  std::string fields;             // further header lines, each ending with CRLF
  Body body;
  FileBody file;       // sent after `body`, which is then empty
  bool close = false;  // close the connection after this reply

  // Turns it into a plain text of one line.
  void refuse(int new_status, std::string_view reason) {
    status = new_status;
    content_type = "text/plain; charset=utf-8";
    body = reason;
    body += '\n';
  }
  // Resets it to an empty 200.
  void clear() {
    status = 200;
    content_type = {};
    fields.clear();
    body.clear();
    file = {};
    close = false;
  }
};

// How a handler leaves a request: the reply is complete, or a Completion will give it. The fields
// that the handler has set are added to the latter.
enum class Handled { done, suspended };

// Answers requests. Created, called and destroyed in one worker thread and used by no other, so it
// may keep state of the thread. Its functions must not throw C++ exceptions: every failure becomes
// a reply, and an exception ends the process. The frames that call it neither catch everything nor
// are noexcept, so a thread may be ended inside (pthread_exit); its connection is closed then.
class Handler {
 public:
  virtual ~Handler() = default;
  // Called once before handle(), or before the server refuses the request because of the limit of
  // calls in flight: sets `resource` and `is_exempt`.
  virtual void route(Request& request) { static_cast<void>(request); }
  virtual Handled handle(Request& request, Reply& reply) = 0;
};

// Called in each new worker thread, by several at once. Must not throw.
using HandlerFactory = std::function<std::unique_ptr<Handler>()>;

}  // namespace tuber::serve
