// One HTTP/1.1 request head (RFC 9112 section 3) and the outcome of parsing one. Values only: no
// I/O, no clock.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "http/characters.hpp"

namespace tuber::http {

// The bytes so far are an incomplete message, a complete one, or not a valid one.
enum class Outcome { need_more, complete, fault };

// The reason why a message is refused. After a fault the framing is lost, so the server replies
// with `status` and closes the connection (RFC 9112 section 9.6). A fault never contains bytes from
// the peer, so it can be logged unchanged.
struct Fault {
  int status = 0;           // HTTP status of the reply; 0: no fault
  std::size_t offset = 0;   // of the invalid byte or line, from the start of the message
  std::string_view reason;  // for the body of the reply and the log; static storage
};

// One header field. Both views are trimmed of optional white space and point into the head.
struct Field {
  std::string_view name;
  std::string_view value;
};

// How the body that follows a head is delimited (RFC 9112 section 6.3).
enum class Framing { none, length, chunked };

// A parsed head. All views point into the buffer that was parsed and are valid until it is changed
// or moved. Not thread-safe.
struct RequestHead {
  // Heads with the same number have the same bytes, so results computed from one hold for the
  // other. 0: not numbered.
  std::uint64_t serial = 0;
  std::string_view method;
  std::string_view target;  // as sent: origin-form, absolute-form or "*"
  std::string_view path;    // the path of the target, without the query, still percent-encoded
  std::string_view host;    // the authority of an absolute-form target, otherwise Host
  int minor_version = 1;    // HTTP/1.0 or HTTP/1.1
  std::vector<Field> fields;
  Framing framing = Framing::none;
  std::uint64_t content_length = 0;  // bytes, if the framing is `length`
  bool keep_alive = true;            // requested by the client (RFC 9112 section 9.3)
  bool expects_continue = false;     // Expect: 100-continue (RFC 9110 section 10.1.1)

  // The value of the first field of that name, compared without regard to case.
  [[nodiscard]] std::optional<std::string_view> field(std::string_view name) const {
    for (const Field& field : fields) {
      if (equals_ignoring_case(field.name, name)) return field.value;
    }
    return std::nullopt;
  }
};

}  // namespace tuber::http
