// Sends replies: head and body in one system call if the socket accepts them at once.
#pragma once

#include <sys/uio.h>

#include <ctime>
#include <string>
#include <string_view>
#include <vector>

#include "base/descriptor.hpp"
#include "http/limits.hpp"
#include "http/reply_head.hpp"
#include "http/request.hpp"
#include "serve/handler.hpp"

namespace tuber::serve {

// The header line of a reply with status 503: the client may retry after this many seconds.
inline constexpr std::string_view kRetryAfter = "Retry-After: 1\r\n";

// Belongs to one worker: it keeps the head's buffer, the text of the date, and the head of the last
// usual reply, from which the next one most often differs in its length only. Not thread-safe.
class ReplySender {
 public:
  // `common_fields` are added to every reply. Both are borrowed.
  ReplySender(std::string_view common_fields, const http::Limits& limits)
      : common_fields_(common_fields), limits_(limits) {}

  struct Manner {
    bool keep_alive = true;
    bool head_only = false;  // the answer to HEAD: the head of GET without the body
    bool at_once = false;    // do not wait for this client; not for files
  };

  // False if not everything was sent; the connection must be closed then.
  [[nodiscard]] bool send(const base::Descriptor& socket, const Reply& reply, Manner manner);

  // Returns the head of a reply without a file, for a caller that sends it itself. Borrowed until
  // the next call.
  [[nodiscard]] const std::string& head(const Reply& reply, bool keep_alive) {
    write_head(reply, reply.body.size(), keep_alive);
    return head_;
  }

  // Sends the reason, but does not wait for the client.
  void send_fault(const base::Descriptor& socket, const http::Fault& fault);

 private:
  // The last head with status 200 on a kept connection: what it was made of, and its two parts
  // around the length.
  struct Usual {
    std::string_view content_type;
    std::string fields;
    std::string before_length;
    std::string after_length;
  };

  void write_head(const Reply& reply, std::uint64_t length, bool keep_alive);
  [[nodiscard]] http::ReplyHead head_for(const Reply& reply, std::uint64_t length, bool keep_alive);
  void make_usual(const Reply& reply);
  void refresh_date();

  std::string_view common_fields_;
  const http::Limits& limits_;
  std::string head_;
  std::vector<iovec> pieces_;
  std::string fields_;
  Usual usual_;  // has the date `date_`
  std::string date_;
  std::time_t date_time_ = -1;
};

}  // namespace tuber::serve
