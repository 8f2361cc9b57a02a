// Which codec reads a request and which writes its reply, by the header fields alone (PROTOCOL.md
// section 2).
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "http/request.hpp"
#include "python/codec.hpp"

namespace tuber::python {

// The codecs a server has; the first is the default.
using Codecs = std::vector<std::unique_ptr<Codec>>;

// What the header fields of a call ask for.
struct Terms {
  const Codec* reader = nullptr;  // null: the body is of a kind that nobody reads
  const Codec* writer = nullptr;  // null: what the client accepts nobody writes
  // The codec for what JSON does not carry exactly; null: values may be lost.
  const Codec* lossless = nullptr;
  bool continue_on_error = false;
};
[[nodiscard]] Terms terms_of(const http::RequestHead& head, const Codecs& codecs);

// The codec of the request's body: by Content-Type, whose parameters are ignored; the default codec
// when the field is absent. Null when there is none for it.
[[nodiscard]] const Codec* codec_of_request(const http::RequestHead& head, const Codecs& codecs);

// The codec of the reply: the first in Accept that is among `codecs`; a range (*/* or
// application/*) and an absent field mean the codec of the request. Null when Accept names only
// others.
[[nodiscard]] const Codec* codec_of_reply(const http::RequestHead& head, const Codecs& codecs,
                                          const Codec& of_request);

// The codec for what JSON does not carry exactly, CBOR, when the client asks for values without
// loss (X-Tuber-Options: lossless) and Accept lists it by its name. Null otherwise.
[[nodiscard]] const Codec* lossless_codec_of_reply(const http::RequestHead& head,
                                                   const Codecs& codecs);

// Does X-Tuber-Options list this option?
[[nodiscard]] bool has_option(const http::RequestHead& head, std::string_view option);

}  // namespace tuber::python
