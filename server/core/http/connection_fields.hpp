// The fields of a request head about the message and its connection: Host, Content-Type,
// Content-Length, Transfer-Encoding, Connection and Expect. If two servers read them differently,
// that is a security hole (request smuggling), so must never accept anything ambiguous.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "http/outcome.hpp"
#include "http/request.hpp"

namespace tuber::http {

// Collects over the fields of one head. Keeps no views, so the buffer may move between fields. Not
// thread-safe.
class ConnectionFields {
 public:
  // Begins a head of HTTP/1.<minor_version>; `body_limit` is in bytes.
  void begin(int minor_version, std::uint64_t body_limit);

  // Takes the next field; ignores most.
  [[nodiscard]] std::optional<Fault> take(const Field& field);

  // After the last field: sets the framing, keep_alive and expects_continue of `head`.
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
