// The fields of a request head that describe the message and its connection: Host, Content-Type,
// Content-Length, Transfer-Encoding, Connection and Expect. If two servers read these differently,
// requests can be smuggled, so anything ambiguous is refused.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "http/request.hpp"

namespace tuber::http {

// Collects the fields of one head at a time. Keeps no views, so the buffer may move between fields.
// Not thread-safe.
class ConnectionFields {
 public:
  // Starts a head of HTTP/1.<minor_version>. `body_limit` is in bytes.
  void begin(int minor_version, std::uint64_t body_limit);

  // Reads the next field; ignores fields of other names.
  [[nodiscard]] std::optional<Fault> take(const Field& field);

  // Call after the last field. Sets the framing, keep_alive and expects_continue of `head`.
  [[nodiscard]] std::optional<Fault> finish(RequestHead& head) const;

 private:
  [[nodiscard]] std::optional<Fault> take_host(std::string_view value);
  [[nodiscard]] std::optional<Fault> take_content_type();
  [[nodiscard]] std::optional<Fault> take_content_length(std::string_view value);
  [[nodiscard]] std::optional<Fault> take_transfer_encoding(std::string_view value);
  void take_connection(std::string_view value);
  [[nodiscard]] std::optional<Fault> take_expect(std::string_view value);

  int minor_version_ = 1;
  std::uint64_t body_limit_ = 0;
  std::optional<std::uint64_t> content_length_;
  bool host_ = false;
  bool content_type_ = false;
  bool chunked_ = false;
  bool close_ = false;
  bool keep_alive_ = false;
  bool continue_ = false;
};

}  // namespace tuber::http
