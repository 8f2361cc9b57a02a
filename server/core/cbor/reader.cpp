#include "cbor/reader.hpp"

#include <bit>
#include <cmath>
#include <cstdio>
#include <utility>

#include "cbor/utf8.hpp"

namespace tuber::cbor {
namespace {

std::string hexadecimal(std::uint8_t byte) {
  char text[sizeof "0x00"];
  std::snprintf(text, sizeof text, "0x%02x", byte);
  return text;
}

std::uint8_t initial_byte(const Head& head) {
  return static_cast<std::uint8_t>(static_cast<unsigned>(head.major) << 5 | head.info);
}

constexpr const char* kBreakOutside = "a break outside of an indefinite-length item";

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

}  // namespace

bool Reader::refuse(std::size_t offset, std::string text) {
  fault_ = {offset, std::move(text)};
  return false;
}

bool Reader::refuse_length(std::size_t offset, std::uint64_t expected, std::size_t came) {
  return refuse(
      offset, "expected " + std::to_string(expected) + " more bytes, came " + std::to_string(came));
}

std::optional<Major> Reader::next_major() const {
  if (left() == 0) return std::nullopt;
  return static_cast<Major>(static_cast<std::uint8_t>(body_[at_]) >> 5);
}

bool Reader::any_head(Head& head) {
  if (left() == 0) {
    return body_.empty() ? refuse(0, "the input is empty") : refuse_length(at_, 1, 0);
  }
  ++heads_read_;
  const auto initial = static_cast<std::uint8_t>(body_[at_]);
  head.offset = at_++;
  head.major = static_cast<Major>(initial >> 5);
  head.info = initial & 0x1f;
  head.argument = head.info;
  if (head.info < info::kOneByte && !head.is(Major::simple)) return check_promise(head);
  return argument(head) && (head.is(Major::simple) ? check_simple(head) : check_promise(head));
}

bool Reader::head_of_item(Head& head) {
  if (!this->head(head)) return false;
  return !head.is_break() || refuse(head.offset, kBreakOutside);
}

bool Reader::argument(Head& head) {
  if (head.info < info::kOneByte) return true;
  if (head.info == info::kIndefinite) {
    const bool allowed = !head.is_integer() && !head.is(Major::tag);
    return allowed ||
           refuse(head.offset, "initial byte " + hexadecimal(initial_byte(head)) + " is reserved");
  }
  if (head.info > info::kEightBytes)
    return refuse(head.offset, "initial byte " + hexadecimal(initial_byte(head)) + " is reserved");
  const std::size_t width = std::size_t{1} << (head.info - info::kOneByte);
  if (left() < width) return refuse_length(head.offset, width, left());
  head.argument = 0;
  for (const char byte : take(width))
    head.argument = head.argument << 8 | static_cast<std::uint8_t>(byte);
  return true;
}

bool Reader::check_promise(const Head& head) {
  if (head.indefinite()) return true;
  switch (head.major) {
    case Major::byte_string:
    case Major::text_string:
      return head.argument <= left() || refuse_length(head.offset, head.argument, left());
    case Major::array:
      return head.argument <= left() ||
             refuse(head.offset, "an array of " + std::to_string(head.argument) +
                                     " items can't fit in the " + std::to_string(left()) +
                                     " bytes left");
    case Major::map:
      return head.argument <= left() / 2 ||
             refuse(head.offset, "a map of " + std::to_string(head.argument) +
                                     " pairs can't fit in the " + std::to_string(left()) +
                                     " bytes left");
    default:
      return true;
  }
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
  const std::string_view taken = body_.substr(at_, count);
  at_ += count;
  return taken;
}

bool Reader::definite(const Head& head, std::string_view& content) {
  content = take(static_cast<std::size_t>(head.argument));
  return !head.is(Major::text_string) || is_utf8(content) ||
         refuse(head.offset, "invalid UTF-8 in a text string");
}

// The chunks of a string of indefinite length (RFC 8949 section 3.2.3).
template <class Take>
bool Reader::for_each_chunk(const Head& head, Take&& take) {
  for (;;) {
    Head chunk;
    if (at_ < body_.size() && !at_break()) {
      const auto initial = static_cast<std::uint8_t>(body_[at_]);
      const bool fits =
          initial >> 5 == static_cast<int>(head.major) && (initial & 0x1f) <= info::kEightBytes;
      if (!fits) {
        const char* kind = head.is(Major::text_string) ? "text" : "byte";
        return refuse(at_, std::string("expected a definite-length ") + kind +
                               " string as chunk, came initial byte " + hexadecimal(initial));
      }
    }
    if (!this->head(chunk)) return false;
    if (chunk.is_break()) return true;
    std::string_view content;
    if (!definite(chunk, content)) return false;
    take(content);
  }
}

bool Reader::string(const Head& head, std::string_view& content, std::string& joined) {
  if (!head.indefinite()) return definite(head, content);
  joined.clear();
  if (!for_each_chunk(head, [&](std::string_view chunk) { joined += chunk; })) return false;
  content = joined;
  return true;
}

bool Reader::skip_string(const Head& head) {
  std::string_view content;
  if (!head.indefinite()) return definite(head, content);
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
