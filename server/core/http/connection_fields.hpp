// What the fields of a request head say about the message and its connection themselves: Host,
// Content-Type, Content-Length, Transfer-Encoding, Connection and Expect. Here a difference of
// opinion between two servers is a security hole (request smuggling), so nothing doubtful passes.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "http/outcome.hpp"
#include "http/request.hpp"

namespace tuber::http {

// Collects over the fields of one head. Keeps no views, so the buffer may move between fields.
class ConnectionFields {
 public:
  // Begins a head of HTTP/1.<minor_version>; a body may have at most this many bytes.
  void begin(int minor_version, std::uint64_t body_limit);

  // Takes the next field; most are none of ours.
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
