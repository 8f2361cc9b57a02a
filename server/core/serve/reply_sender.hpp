// Sends replies: head and body in one system call when the socket takes them at once.
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

// Header line of a reply with status 503: after how many seconds to come again.
inline constexpr std::string_view kRetryAfter = "Retry-After: 1\r\n";

// Belongs to one worker, because it keeps the buffer of the head, the text of the date, and what it
// wrote for the last successful call, from which the next one's head differs in a number most often.
// Not thread-safe.
class ReplySender {
 public:
  // `common_fields` go to every reply; both are borrowed.
  ReplySender(std::string_view common_fields, const http::Limits& limits)
      : common_fields_(common_fields), limits_(limits) {}

  // What the request lets the reply be.
  struct Manner {
    bool keep_alive = true;
    bool head_only = false;  // answers HEAD: as GET would be, without the body
    bool at_once = false;    // nobody may wait for this client; not for files
  };

  // False when not all could be sent; then the connection is of no more use.
  [[nodiscard]] bool send(const base::Descriptor& socket, const Reply& reply, Manner manner);

  // Says what was wrong, if the socket takes it at once: whoever is at fault is not waited for.
  void send_fault(const base::Descriptor& socket, const http::Fault& fault);

 private:
  // What the head of a usual reply was made of, and its two parts around the length.
  struct Usual {
    std::string_view content_type;
    std::string fields;
    std::string before_length;
    std::string behind_length;
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
  Usual usual_;  // of `date_`
  std::string date_;
  std::time_t date_time_ = -1;
};

}  // namespace tuber::serve
