#include "http/characters.hpp"

#include <cstring>

namespace tuber::http {
namespace {

constexpr std::uint64_t repeated(std::uint8_t byte) {
  return 0x0101010101010101u * byte;
}

// True if one of eight bytes may be a control character, here including HTAB. Both halves use the
// "has a byte less than n" trick: only a byte that is itself a hit can produce a borrow. The second
// half first turns 0x7f into zero.
constexpr bool may_hold_control(std::uint64_t word) {
  const std::uint64_t del_is_zero = word ^ repeated(0x7f);
  const std::uint64_t low = (word - repeated(0x20)) & ~word;
  const std::uint64_t del = (del_is_zero - repeated(1)) & ~del_is_zero;
  return ((low | del) & repeated(0x80)) != 0;
}

}  // namespace

std::size_t find_control(std::string_view text, std::size_t from) {
  std::size_t i = from;
  while (i < text.size()) {
    const std::size_t left = text.size() - i;
    if (left >= sizeof(std::uint64_t)) {
      std::uint64_t word;
      std::memcpy(&word, text.data() + i, sizeof word);
      if (!may_hold_control(word)) {
        i += sizeof word;
        continue;
      }
    }
    // These bytes contain a hit or a tab, or they are the end of the text.
    const std::size_t end = i + (left < sizeof(std::uint64_t) ? left : sizeof(std::uint64_t));
    for (; i < end; ++i) {
      if (is_in_class(text[i], kControl)) return i;
    }
  }
  return text.size();
}

std::optional<std::string> percent_decode(std::string_view path) {
  std::string decoded;
  decoded.reserve(path.size());
  for (std::size_t i = 0; i < path.size(); ++i) {
    char byte = path[i];
    if (byte == '%') {
      if (path.size() - i < 3) return std::nullopt;
      const int high = hex_value(path[i + 1]);
      const int low = hex_value(path[i + 2]);
      if (high < 0 || low < 0) return std::nullopt;
      byte = static_cast<char>(high * 16 + low);
      i += 2;
    }
    if (byte == '\0') return std::nullopt;
    decoded.push_back(byte);
  }
  return decoded;
}

}  // namespace tuber::http
