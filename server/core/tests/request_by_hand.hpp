// Requests for tests of what comes after the parser, and access to the reply.
#pragma once

#include <unistd.h>

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "http/request.hpp"
#include "serve/handler.hpp"

namespace tuber::serve {

// A head that borrows from the literals it was made of.
inline http::RequestHead head_of(std::string_view method, std::string_view target,
                                 std::vector<http::Field> fields = {}) {
  http::RequestHead head;
  head.method = method;
  head.target = target;
  head.path = target.substr(0, target.find('?'));
  head.fields = std::move(fields);
  return head;
}

// The value of a field that the handler added to the reply.
inline std::optional<std::string> reply_field(const Reply& reply, std::string_view name) {
  const std::string lines = "\r\n" + reply.fields;
  const std::string start = "\r\n" + std::string(name) + ": ";
  const std::size_t begin = lines.find(start);
  if (begin == std::string::npos) return std::nullopt;
  const std::size_t value = begin + start.size();
  return lines.substr(value, lines.find("\r\n", value) - value);
}

// The bytes that would be sent as the body.
inline std::string content_of(const Reply& reply) {
  if (!reply.file.present()) return reply.body.text();
  std::string content(reply.file.length, '\0');
  const ssize_t got = ::pread(reply.file.file.get(), content.data(), content.size(),
                              static_cast<off_t>(reply.file.offset));
  content.resize(got < 0 ? 0 : static_cast<std::size_t>(got));
  return content;
}

}  // namespace tuber::serve
