// The head of a request as the rest of the core sees it (RFC 9112 section 3). A value; must never
// know a socket.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "http/characters.hpp"

namespace tuber::http {

// One header field. Both views point into the head, without the optional white space.
struct Field {
  std::string_view name;
  std::string_view value;
};

// How the body that follows a head is delimited (RFC 9112 section 6.3).
enum class Framing { none, length, chunked };

// A parsed head. Its views borrow from the parsed buffer, and are valid until that is changed or
// moved. A plain value, not thread-safe.
struct RequestHead {
  // Heads with the same number have the same bytes, so what follows from one follows from the
  // other. 0: not numbered.
  std::uint64_t serial = 0;
  std::string_view method;
  std::string_view target;  // as sent, origin-form (or "*" or absolute-form)
  std::string_view path;    // the path of the target, without the query, still percent-encoded
  std::string_view host;    // the authority of an absolute-form target, else the Host field
  int minor_version = 1;    // HTTP/1.0 or HTTP/1.1
  std::vector<Field> fields;
  Framing framing = Framing::none;
  std::uint64_t content_length = 0;  // bytes, when framing is length
  bool keep_alive = true;            // what the client wants (RFC 9112 section 9.3)
  bool expects_continue = false;     // Expect: 100-continue (RFC 9110 section 10.1.1)

  // Returns the value of the first field with that name, compared without regard to case.
  [[nodiscard]] std::optional<std::string_view> field(std::string_view name) const {
    for (const Field& field : fields) {
      if (equals_ignoring_case(field.name, name)) return field.value;
    }
    return std::nullopt;
  }
};

}  // namespace tuber::http
