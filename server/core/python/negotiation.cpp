// See negotiation.hpp.
#include "python/negotiation.hpp"

#include "http/characters.hpp"
#include "http/fields.hpp"

namespace tuber::python {
namespace {

std::string_view without_parameters(std::string_view media_type) {
  return http::trim(media_type.substr(0, media_type.find(';')));
}

const Codec* find(std::string_view media_type, const Codecs& codecs) {
  for (const auto& codec : codecs) {
    if (http::equals_ignoring_case(codec->media_type(), media_type)) return codec.get();
  }
  return nullptr;
}

bool has_unknown_coding(const http::RequestHead& head) {
  const auto coding = head.field("Content-Encoding");
  return coding && !coding->empty() && !http::equals_ignoring_case(*coding, "identity");
}

}  // namespace

Terms terms_of(const http::RequestHead& head, const Codecs& codecs) {
  Terms terms;
  if (has_unknown_coding(head)) return terms;
  terms.reader = codec_of_request(head, codecs);
  if (terms.reader == nullptr) return terms;
  terms.writer = codec_of_reply(head, codecs, *terms.reader);
  terms.lossless = lossless_codec_of_reply(head, codecs);
  terms.continue_on_error = has_option(head, "continue-on-error");
  return terms;
}

const Codec* codec_of_request(const http::RequestHead& head, const Codecs& codecs) {
  const auto field = head.field("Content-Type");
  return field ? find(without_parameters(*field), codecs) : codecs.front().get();
}

const Codec* codec_of_reply(const http::RequestHead& head, const Codecs& codecs,
                            const Codec& of_request) {
  const Codec* chosen = nullptr;
  bool listed = false;
  http::for_each_element(head, "Accept", [&](std::string_view element) {
    listed = true;
    if (chosen != nullptr || http::weight_of(element) == 0) return;
    const std::string_view media_type = without_parameters(element);
    const bool range =
        media_type == "*/*" || http::equals_ignoring_case(media_type, "application/*");
    chosen = range ? &of_request : find(media_type, codecs);
  });
  return listed ? chosen : &of_request;
}

const Codec* lossless_codec_of_reply(const http::RequestHead& head, const Codecs& codecs) {
  if (!has_option(head, "lossless")) return nullptr;
  const Codec* found = nullptr;
  http::for_each_element(head, "Accept", [&](std::string_view element) {
    const std::string_view media_type = without_parameters(element);
    if (found == nullptr && http::weight_of(element) > 0 &&
        http::equals_ignoring_case(media_type, "application/cbor")) {
      found = find(media_type, codecs);
    }
  });
  return found;
}

bool has_option(const http::RequestHead& head, std::string_view option) {
  bool found = false;
  http::for_each_element(head, "X-Tuber-Options", [&](std::string_view element) {
    found = found || http::equals_ignoring_case(element, option);
  });
  return found;
}

}  // namespace tuber::python
