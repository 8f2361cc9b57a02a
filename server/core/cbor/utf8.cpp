#include "cbor/utf8.hpp"

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace tuber::cbor {
namespace {

// Most text is ASCII: eight characters at a time.
std::size_t skip_ascii(std::string_view text, std::size_t at) {
  constexpr std::uint64_t kHighBits = 0x8080808080808080;
  for (; text.size() - at >= sizeof(std::uint64_t); at += sizeof(std::uint64_t)) {
    std::uint64_t eight = 0;
    std::memcpy(&eight, text.data() + at, sizeof eight);
    if ((eight & kHighBits) != 0) break;
  }
  while (at < text.size() && static_cast<std::uint8_t>(text[at]) < 0x80) ++at;
  return at;
}

// RFC 3629 section 4: what may follow a lead byte.
struct Sequence {
  std::size_t length;          // 0: no lead byte
  std::uint8_t first, second;  // bounds of the second byte
};

Sequence sequence_of(std::uint8_t lead) {
  if (lead >= 0xc2 && lead <= 0xdf) return {2, 0x80, 0xbf};
  if (lead == 0xe0) return {3, 0xa0, 0xbf};
  if (lead == 0xed) return {3, 0x80, 0x9f};
  if (lead >= 0xe1 && lead <= 0xef) return {3, 0x80, 0xbf};
  if (lead == 0xf0) return {4, 0x90, 0xbf};
  if (lead >= 0xf1 && lead <= 0xf3) return {4, 0x80, 0xbf};
  if (lead == 0xf4) return {4, 0x80, 0x8f};
  return {0, 0, 0};
}

}  // namespace

bool is_utf8(std::string_view text) {
  const auto byte = [&](std::size_t at) { return static_cast<std::uint8_t>(text[at]); };
  for (std::size_t at = skip_ascii(text, 0); at < text.size(); at = skip_ascii(text, at)) {
    const Sequence sequence = sequence_of(byte(at));
    if (sequence.length == 0 || text.size() - at < sequence.length) return false;
    if (byte(at + 1) < sequence.first || byte(at + 1) > sequence.second) return false;
    for (std::size_t i = 2; i < sequence.length; ++i) {
      if ((byte(at + i) & 0xc0) != 0x80) return false;
    }
    at += sequence.length;
  }
  return true;
}

}  // namespace tuber::cbor
