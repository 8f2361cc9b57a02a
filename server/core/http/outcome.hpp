// What feeding bytes to a parser comes to, and the one form in which its faults travel: values, not
// exceptions. Never holds bytes of the peer, so a fault may be logged as it is.
#pragma once

#include <cstddef>
#include <string_view>

namespace tuber::http {

// The bytes so far are a beginning, a whole, or neither.
enum class Outcome { need_more, complete, fault };

// Why the bytes can't be a message that we serve. Framing is lost with it, so every fault is
// answered with `status` and closes the connection (RFC 9112 section 9.6).
struct Fault {
  int status = 0;           // the HTTP status of the answer; 0: no fault
  std::size_t offset = 0;   // of the byte, or of the line, that shows it; from the message's start
  std::string_view reason;  // a few words for the answer's body and the log; static storage
};

}  // namespace tuber::http
