// The outcome of feeding bytes to a parser, and its faults as values. Must never hold bytes of the
// peer, so a fault may be logged.
#pragma once

#include <cstddef>
#include <string_view>

namespace tuber::http {

// The bytes so far are the beginning of a message, a complete one, or neither.
enum class Outcome { need_more, complete, fault };

// Why the bytes are refused. The framing is lost then, so the answer is `status` and the connection
// is closed (RFC 9112 section 9.6).
struct Fault {
  int status = 0;           // the HTTP status of the answer; 0: no fault
  std::size_t offset = 0;   // of the byte or line at fault, from the message's start
  std::string_view reason;  // for the answer's body and the log; static storage
};

}  // namespace tuber::http
