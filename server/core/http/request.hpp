// One HTTP/1.1 request as the rest of the core sees it (RFC 9112 section 3). Bytes only: nothing
// here reads a socket, a clock or Python.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace tuber::http {

// One header field; both views are trimmed of optional white space and point into the head.
struct Field {
  std::string_view name;
  std::string_view value;
};

// How the body that follows a head is delimited (RFC 9112 section 6.3).
enum class Framing { none, length, chunked };

// A parsed head. All views borrow from the buffer that was parsed and are valid as long as it is
// neither changed nor moved. Plain value: no thread-safety of its own.
struct RequestHead {
  // Heads with the same number have the same bytes, so what was concluded from one holds for the
  // other. 0: nobody has numbered it.
  std::uint64_t serial = 0;
  std::string_view method;
  std::string_view target;  // as sent, origin-form (or "*" or absolute-form)
  std::string_view path;    // the path of the target, without the query, still percent-encoded
  std::string_view host;    // whom it asks: the authority of an absolute-form target, else Host
  int minor_version = 1;    // HTTP/1.0 or HTTP/1.1
  std::vector<Field> fields;
  Framing framing = Framing::none;
  std::uint64_t content_length = 0;  // bytes, when framing is length
  bool keep_alive = true;            // what the client wants (RFC 9112 section 9.3)
  bool expects_continue = false;     // Expect: 100-continue (RFC 9110 section 10.1.1)

  // The value of the first field of that name, compared without regard to case.
  [[nodiscard]] std::optional<std::string_view> field(std::string_view name) const;
};

}  // namespace tuber::http
