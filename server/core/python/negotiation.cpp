// See negotiation.hpp.
#include "python/negotiation.hpp"

#include "http/characters.hpp"
#include "net/field_list.hpp"

namespace tuber::python {
namespace {

std::string_view without_parameters(std::string_view media_type) {
  return http::trim(media_type.substr(0, media_type.find(';')));
}

// Is the weight of this list element zero, "not acceptable" (RFC 9110 section 12.4.2)?
bool has_zero_weight(std::string_view element) {
  for (std::size_t at = element.find(';'); at != std::string_view::npos;
       at = element.find(';', at + 1)) {
    std::string_view parameter = http::trim(element.substr(at + 1));
    parameter = http::trim(parameter.substr(0, parameter.find(';')));
    if (parameter.size() < 3 || (parameter[0] != 'q' && parameter[0] != 'Q') || parameter[1] != '=')
      continue;
    return parameter.find_first_not_of("0.", 2) == std::string_view::npos;
  }
  return false;
}

const Codec* find(std::string_view media_type, const Codecs& codecs) {
  for (const auto& codec : codecs) {
    if (http::equals_ignoring_case(codec->media_type(), media_type)) return codec.get();
  }
  return nullptr;
}

}  // namespace

const Codec* codec_of_request(const http::RequestHead& head, const Codecs& codecs) {
  const auto field = head.field("Content-Type");
  return field ? find(without_parameters(*field), codecs) : codecs.front().get();
}

const Codec* codec_of_reply(const http::RequestHead& head, const Codecs& codecs,
                            const Codec& of_request) {
  const Codec* chosen = nullptr;
  bool listed = false;
  net::for_each_element(head, "Accept", [&](std::string_view element) {
    listed = true;
    if (chosen != nullptr || has_zero_weight(element)) return;
    const std::string_view media_type = without_parameters(element);
    const bool range = media_type == "*/*" || media_type == "application/*";
    chosen = range ? &of_request : find(media_type, codecs);
  });
  return listed ? chosen : &of_request;
}

bool has_option(const http::RequestHead& head, std::string_view option) {
  bool found = false;
  net::for_each_element(head, "X-Tuber-Options", [&](std::string_view element) {
    found = found || http::equals_ignoring_case(element, option);
  });
  return found;
}

}  // namespace tuber::python
