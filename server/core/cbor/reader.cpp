#include "cbor/reader.hpp"

#include <bit>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <utility>

namespace tuber::cbor {
namespace {

std::string hexadecimal(std::uint8_t byte) {
  char text[sizeof "0x00"];
  std::snprintf(text, sizeof text, "0x%02x", byte);
  return text;
}

// RFC 8949 appendix D.
double half_to_double(std::uint16_t half) {
  const int exponent = half >> 10 & 0x1f;
  const int mantissa = half & 0x3ff;
  double value = 0.0;
  if (exponent == 0) {
    value = std::ldexp(mantissa, -24);
  } else if (exponent != 31) {
    value = std::ldexp(mantissa + 1024, exponent - 25);
  } else {
    value = mantissa == 0 ? HUGE_VAL : std::nan("");
  }
  return (half & 0x8000) != 0 ? -value : value;
}

// Most text is ASCII, so this compares eight characters at a time.
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

// The bytes that may follow a lead byte (RFC 3629 section 4).
struct Sequence {
  std::size_t length;          // 0: not a lead byte
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

// RFC 3629: no overlong form, no surrogate, nothing above U+10FFFF.
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

}  // namespace

bool Reader::refuse(std::size_t offset, std::string text) {
  fault_ = {offset, std::move(text)};
  return false;
}

bool Reader::refuse_size(std::size_t offset, std::uint64_t expected, std::size_t got) {
  return refuse(offset,
                "expected " + std::to_string(expected) + " more bytes, got " + std::to_string(got));
}

std::optional<Major> Reader::next_major() const {
  if (remaining() == 0) return std::nullopt;
  return static_cast<Major>(static_cast<std::uint8_t>(body_[offset_]) >> 5);
}

bool Reader::long_head(Head& head) {
  if (remaining() == 0) {
    return body_.empty() ? refuse(0, "the input is empty") : refuse_size(offset_, 1, 0);
  }
  begin_head(head);
  if (head.info < info::kOneByte && !head.is(Major::simple)) return check_size(head);
  return argument(head) && (head.is(Major::simple) ? check_simple(head) : check_size(head));
}

bool Reader::head_of_item(Head& head) {
  if (!this->head(head)) return false;
  return !head.is_break() || refuse(head.offset, "a break outside of an indefinite-length item");
}

bool Reader::argument(Head& head) {
  if (head.info < info::kOneByte) return true;
  if (head.indefinite() && !head.is_integer() && !head.is(Major::tag)) return true;
  if (head.info > info::kEightBytes) {
    const auto initial = static_cast<std::uint8_t>(body_[head.offset]);
    return refuse(head.offset, "initial byte " + hexadecimal(initial) + " is reserved");
  }
  const std::size_t width = std::size_t{1} << (head.info - info::kOneByte);
  if (remaining() < width) return refuse_size(head.offset, width, remaining());
  head.argument = 0;
  for (const char byte : take(width))
    head.argument = head.argument << 8 | static_cast<std::uint8_t>(byte);
  return true;
}

bool Reader::check_size(const Head& head) {
  if (head.indefinite()) return true;
  switch (head.major) {
    case Major::byte_string:
    case Major::text_string:
      return head.argument <= remaining() || refuse_size(head.offset, head.argument, remaining());
    case Major::array:
      return head.argument <= remaining() || refuse_count(head, "an array of ", " items");
    case Major::map:
      return head.argument <= remaining() / 2 || refuse_count(head, "a map of ", " pairs");
    default:
      return true;
  }
}

bool Reader::refuse_count(const Head& head, const char* container, const char* entries) {
  return refuse(head.offset, container + std::to_string(head.argument) + entries +
                                 " can't fit in the " + std::to_string(remaining()) +
                                 " bytes left");
}

bool Reader::check_simple(const Head& head) {
  if (head.is_float() || head.is_break()) return true;
  const std::string value = "simple value " + std::to_string(head.argument);
  if (head.info == info::kOneByte) {
    if (head.argument < 32)
      return refuse(head.offset, value + " written in two bytes is not well-formed");
    return refuse(head.offset, value + " is not supported");
  }
  if (head.argument == simple::kUndefined)
    return refuse(head.offset, "the value undefined is not supported");
  return head.argument >= simple::kFalse || refuse(head.offset, value + " is not supported");
}

std::string_view Reader::take(std::size_t count) {
  const std::string_view taken = body_.substr(offset_, count);
  offset_ += count;
  return taken;
}

bool Reader::definite_string(const Head& head, std::string_view& content) {
  content = take(static_cast<std::size_t>(head.argument));
  return !head.is(Major::text_string) || is_utf8(content) ||
         refuse(head.offset, "invalid UTF-8 in a text string");
}

// The chunks of a string of indefinite length (RFC 8949 section 3.2.3).
template <class Visit>
bool Reader::for_each_chunk(const Head& head, Visit&& visit) {
  for (;;) {
    if (remaining() > 0 && !at_break()) {
      const auto initial = static_cast<std::uint8_t>(body_[offset_]);
      if (next_major() != head.major || (initial & 0x1f) > info::kEightBytes) {
        const char* kind = head.is(Major::text_string) ? "text" : "byte";
        return refuse(offset_, std::string("expected a definite-length ") + kind +
                                   " string as chunk, got initial byte " + hexadecimal(initial));
      }
    }
    Head chunk;
    if (!this->head(chunk)) return false;
    if (chunk.is_break()) return true;
    std::string_view content;
    if (!definite_string(chunk, content)) return false;
    visit(content);
  }
}

bool Reader::string(const Head& head, std::string_view& content, std::string& joined) {
  if (!head.indefinite()) return definite_string(head, content);
  joined.clear();
  if (!for_each_chunk(head, [&](std::string_view chunk) { joined += chunk; })) return false;
  content = joined;
  return true;
}

bool Reader::skip_string(const Head& head) {
  std::string_view content;
  if (!head.indefinite()) return definite_string(head, content);
  return for_each_chunk(head, [](std::string_view) {});
}

double float_of(const Head& head) {
  switch (head.info) {
    case info::kTwoBytes:
      return half_to_double(static_cast<std::uint16_t>(head.argument));
    case info::kFourBytes:
      return std::bit_cast<float>(static_cast<std::uint32_t>(head.argument));
    default:
      return std::bit_cast<double>(head.argument);
  }
}

}  // namespace tuber::cbor
