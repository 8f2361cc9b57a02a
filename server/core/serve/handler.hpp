// What the network layer asks of the code that answers requests. The network layer knows nothing of
// Python: it calls a handler it was given.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "base/growing_buffer.hpp"
#include "http/access.hpp"
#include "http/request.hpp"
#include "io/peer.hpp"
#include "serve/body.hpp"

namespace tuber::serve {

// What a handler may know of the server it answers for. Thread-safe.
class ServerView {
 public:
  struct Counts {
    std::size_t workers = 0;
    std::size_t connections = 0;
    std::size_t calls = 0;  // in flight
  };
  virtual ~ServerView() = default;
  [[nodiscard]] virtual bool stopping() const = 0;  // it was told to stop
  [[nodiscard]] virtual Counts counts() const = 0;
  [[nodiscard]] virtual std::chrono::steady_clock::duration age() const = 0;
};

// A complete request. Borrowed for the duration of Handler::handle only.
struct Request {
  const http::RequestHead& head;
  std::string_view body;
  // The memory of the body when it has one of its own, else null. A handler may take it, and the
  // body with it.
  base::GrowingBuffer* memory = nullptr;
  // Never null in a handler.
  const io::Peer* peer = nullptr;
  const ServerView* server = nullptr;
  http::Access access = http::Access::control;
};

// An open file to be sent as the body; owns its descriptor.
class FileBody {
 public:
  FileBody() = default;
  FileBody(int descriptor, std::uint64_t offset, std::uint64_t length)
      : descriptor_(descriptor), offset_(offset), length_(length) {}
  FileBody(FileBody&& other) noexcept { *this = std::move(other); }
  FileBody& operator=(FileBody&& other) noexcept;
  ~FileBody();

  [[nodiscard]] bool present() const { return descriptor_ >= 0; }
  [[nodiscard]] int descriptor() const { return descriptor_; }
  [[nodiscard]] std::uint64_t offset() const { return offset_; }
  [[nodiscard]] std::uint64_t length() const { return length_; }

 private:
  int descriptor_ = -1;
  std::uint64_t offset_ = 0;
  std::uint64_t length_ = 0;
};

// The answer to one request. The connection writes status line, Date, Content-Length and Connection
// itself; the handler gives the rest. A worker reuses one Reply, so buffers keep their capacity.
struct Reply {
  int status = 200;
  std::string_view content_type;  // static storage, or at least until the reply is sent
  std::string fields;             // further header lines, each ending with CRLF
  Body body;
  FileBody file;       // sent after `body`, which is then empty
  bool close = false;  // close the connection after this reply

  void clear();  // back to an empty 200, capacity kept
};

// Answers requests. Made, called and destroyed in one worker thread and used by no other, so it may
// keep per-thread state. handle() must not throw C++ exceptions: it turns every failure into a
// reply, and one that escapes ends the process. The frames that call it neither catch all nor are
// noexcept, so a thread may be ended inside it (pthread_exit); its connection is closed then.
class Handler {
 public:
  virtual ~Handler() = default;
  virtual void handle(const Request& request, Reply& reply) = 0;
  // True when the answer to this request waits for nobody: it is given even when there are as many
  // calls in flight as there may be.
  [[nodiscard]] virtual bool is_quick(const Request& request) const {
    static_cast<void>(request);
    return false;
  }
};

// Called in each new worker thread; must be callable from several threads at once and not throw.
using HandlerFactory = std::function<std::unique_ptr<Handler>()>;

}  // namespace tuber::serve
