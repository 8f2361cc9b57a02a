// Chooses the codecs of a request and of its reply from the header fields (PROTOCOL.md section 2).
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "http/request.hpp"
#include "python/codec.hpp"

namespace tuber::python {

// The codecs a server has; the first is the default.
using Codecs = std::vector<std::unique_ptr<Codec>>;

// What the header fields of a request select.
struct Terms {
  const Codec* reader = nullptr;  // null: unsupported Content-Type or Content-Encoding
  const Codec* writer = nullptr;  // null: Accept lists no supported type
  // The codec for values that JSON changes; null: the client accepts changed values.
  const Codec* lossless = nullptr;
  bool continue_on_error = false;
};
[[nodiscard]] Terms terms_of(const http::RequestHead& head, const Codecs& codecs);

// The codec of the request body, from Content-Type without its parameters; the default codec if the
// field is absent. Null if the type is not supported.
[[nodiscard]] const Codec* codec_of_request(const http::RequestHead& head, const Codecs& codecs);

// The codec of the reply: the first type in Accept that is supported. A range (*/* or
// application/*) and an absent field select the codec of the request. Null if Accept lists no
// supported type.
[[nodiscard]] const Codec* codec_of_reply(const http::RequestHead& head, const Codecs& codecs,
                                          const Codec& of_request);

// CBOR, if the client sends X-Tuber-Options: lossless and Accept lists application/cbor. Null
// otherwise.
[[nodiscard]] const Codec* lossless_codec_of_reply(const http::RequestHead& head,
                                                   const Codecs& codecs);

// True if X-Tuber-Options lists this option.
[[nodiscard]] bool has_option(const http::RequestHead& head, std::string_view option);

}  // namespace tuber::python
