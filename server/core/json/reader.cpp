// See reader.hpp.
#include "json/reader.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "json/limits.hpp"
#include "json/scan.hpp"

namespace tuber::json {
namespace {

// Integers of fewer digits fit into 64 bits.
constexpr std::ptrdiff_t kLongDigits = 19;

bool is_digit(char character) {
  return character >= '0' && character <= '9';
}

// How a message names a byte.
std::string name_of(char character) {
  constexpr char kDigits[] = "0123456789abcdef";
  const auto byte = static_cast<unsigned char>(character);
  if (byte >= 0x20 && byte < 0x7f) return {'\'', character, '\''};
  return std::string("byte 0x") + kDigits[byte >> 4] + kDigits[byte & 15];
}

// What the letter after a backslash stands for; 0 for other characters.
constexpr auto kMeanings = [] {
  constexpr std::string_view kLetters = "\"\\/bfnrt", kStandFor = "\"\\/\b\f\n\r\t";
  std::array<char, 256> meanings{};
  for (std::size_t i = 0; i < kLetters.size(); ++i)
    meanings[static_cast<unsigned char>(kLetters[i])] = kStandFor[i];
  return meanings;
}();

int hexadecimal(char character) {
  if (is_digit(character)) return character - '0';
  const char lower = static_cast<char>(character | 0x20);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

void append_utf8(std::string& out, std::uint32_t code) {
  const auto byte = [&out](std::uint32_t value) { out += static_cast<char>(value); };
  if (code < 0x80) return byte(code);
  if (code < 0x800) {
    byte(0xc0 | code >> 6);
  } else if (code < 0x10000) {
    byte(0xe0 | code >> 12);
    byte(0x80 | (code >> 6 & 0x3f));
  } else {
    byte(0xf0 | code >> 18);
    byte(0x80 | (code >> 12 & 0x3f));
    byte(0x80 | (code >> 6 & 0x3f));
  }
  byte(0x80 | (code & 0x3f));
}

// A number that from_chars reports as out of range is too large, or so small that it is zero. The
// exponent of its first nonzero digit decides.
bool is_too_large(std::string_view number) {
  const std::size_t mark = number.find_first_of("eE");
  const std::string_view digits = number.substr(0, mark);
  long long exponent = 0;
  if (mark != std::string_view::npos) {
    const std::size_t begin = mark + (number[mark + 1] == '+' ? 2 : 1);
    const char* const end = number.data() + number.size();
    if (std::from_chars(number.data() + begin, end, exponent).ec != std::errc())
      return number[begin] != '-';
  }
  const std::size_t first = digits.find_first_of("123456789");
  if (first == std::string_view::npos) return false;
  const std::size_t point = std::min(digits.find('.'), digits.size());
  return exponent + static_cast<long long>(point) - static_cast<long long>(first) > 0;
}

}  // namespace

std::size_t find_invalid_utf8(std::string_view text) {
  const auto* const begin = reinterpret_cast<const unsigned char*>(text.data());
  const auto* const end = begin + text.size();
  const auto* at = begin;
  const auto continues = [](unsigned byte) { return (byte & 0xc0) == 0x80; };
  while (at != end) {
    const unsigned lead = *at;
    if (lead < 0x80) {
      ++at;
    } else if (lead < 0xe0) {
      if (lead < 0xc2 || end - at < 2 || !continues(at[1])) break;
      at += 2;
    } else if (lead < 0xf0) {
      if (end - at < 3 || !continues(at[1]) || !continues(at[2])) break;
      const unsigned code = (lead & 15) << 6 | (at[1] & 0x3f);  // without its last six bits
      if (code < 0x20 || (code & ~0x1fU) == 0x360) break;
      at += 3;
    } else {
      if (end - at < 4 || !continues(at[1]) || !continues(at[2]) || !continues(at[3])) break;
      const unsigned code = (lead & 15) << 6 | (at[1] & 0x3f);  // without its last twelve bits
      if (lead > 0xf4 || code < 0x10 || code > 0x10f) break;
      at += 4;
    }
  }
  return static_cast<std::size_t>(at - begin);
}

bool Reader::refuse(std::size_t offset, std::string text) {
  failed_ = true;
  fault_ = {offset, std::move(text)};
  return false;
}

bool Reader::expected(const char* what) {
  std::string text = std::string("not JSON: expected ") + what + ", came ";
  text += at_ == end_ ? "the end of the text" : name_of(*at_);
  return refuse(static_cast<std::size_t>(at_ - begin_), std::move(text));
}

bool Reader::value(Value& value) {
  skip_space();
  token_ = at_;
  if (at_ == end_) return expected("a value");
  switch (*at_) {
    case '"':
      return string(value);
    case '[':
      return open(Kind::array, value);
    case '{':
      return open(Kind::object, value);
    case 'n':
      return literal("null", Kind::null, value);
    case 't':
      return literal("true", Kind::true_value, value);
    case 'f':
      return literal("false", Kind::false_value, value);
    default:
      return number(value);
  }
}

bool Reader::open(Kind kind, Value& value) {
  if (++nesting_ > kMaxNesting) {
    return refuse(offset(), "nested more than " + std::to_string(kMaxNesting) + " levels deep");
  }
  value.kind = kind;
  ++at_;
  return true;
}

bool Reader::literal(std::string_view word, Kind kind, Value& value) {
  if (std::string_view(at_, static_cast<std::size_t>(end_ - at_)).substr(0, word.size()) != word)
    return expected("a value");
  value.kind = kind;
  at_ += word.size();
  return true;
}

bool Reader::more(bool first, char closing) {
  skip_space();
  token_ = at_;
  if (at_ != end_ && *at_ == closing) {
    ++at_;
    --nesting_;
    return false;
  }
  if (first) return true;
  if (at_ == end_ || *at_ != ',') return expected(closing == ']' ? "',' or ']'" : "',' or '}'");
  ++at_;
  return true;
}

bool Reader::name(bool first, Value& name) {
  if (!more(first, '}')) return false;
  skip_space();
  token_ = at_;
  if (at_ == end_ || *at_ != '"') return expected("a member's name in quotation marks");
  if (!string(name)) return false;
  skip_space();
  if (at_ == end_ || *at_ != ':') return expected("':'");
  ++at_;
  return true;
}

bool Reader::finish() {
  skip_space();
  token_ = at_;
  return at_ == end_ || expected("nothing after the value");
}

bool Reader::number(Value& value) {
  const char* const begin = at_;
  if (*at_ == '-') ++at_;
  if (at_ == end_ || !is_digit(*at_)) return expected(*begin == '-' ? "a digit" : "a value");
  const char* const first = at_;
  std::uint64_t magnitude = 0;
  if (*at_ == '0') {
    ++at_;
  } else {
    for (; at_ != end_ && is_digit(*at_); ++at_)
      magnitude = magnitude * 10 + static_cast<std::uint64_t>(*at_ - '0');
  }
  if (at_ != end_) {
    if (*at_ == '.' || *at_ == 'e' || *at_ == 'E') return real(begin, value);
    if (is_digit(*at_)) return expected("no digit after a leading zero");
  }
  if (at_ - first < kLongDigits) {
    value.kind = Kind::integer;
    value.integer = static_cast<std::int64_t>(magnitude);
    if (first != begin) value.integer = -value.integer;
    return true;
  }
  if (at_ - first > static_cast<std::ptrdiff_t>(kMaxDigits)) {
    return refuse(offset(), "an integer of " + std::to_string(at_ - first) +
                                " digits is over the limit of " + std::to_string(kMaxDigits));
  }
  value.kind = Kind::long_integer;
  value.text = {begin, static_cast<std::size_t>(at_ - begin)};
  return true;
}

bool Reader::real(const char* begin, Value& value) {
  const auto digits = [this] {
    if (at_ == end_ || !is_digit(*at_)) return expected("a digit");
    while (at_ != end_ && is_digit(*at_)) ++at_;
    return true;
  };
  if (*at_ == '.') {
    ++at_;
    if (!digits()) return false;
  }
  if (at_ != end_ && (*at_ == 'e' || *at_ == 'E')) {
    ++at_;
    if (at_ != end_ && (*at_ == '+' || *at_ == '-')) ++at_;
    if (!digits()) return false;
  }
  value.kind = Kind::real;
  if (std::from_chars(begin, at_, value.real).ec == std::errc()) return true;
  const std::string_view text(begin, static_cast<std::size_t>(at_ - begin));
  if (is_too_large(text)) return refuse(offset(), "a number is too large for a 64-bit float");
  value.real = *begin == '-' ? -0.0 : 0.0;
  return true;
}

bool Reader::string(Value& value) {
  const char* const begin = ++at_;
  value.kind = Kind::string;
  const Run run = find_escape(at_, end_);
  at_ = run.end;
  value.ascii = run.ascii;
  if (at_ == end_ || *at_ != '"') return unescape(begin, value);
  value.text = {begin, static_cast<std::size_t>(at_ - begin)};
  ++at_;
  if (value.ascii) return true;
  const std::size_t invalid = find_invalid_utf8(value.text);
  return invalid == value.text.size() ||
         refuse(static_cast<std::size_t>(begin - begin_) + invalid, "invalid UTF-8 in a string");
}

// The slow path: the string has escapes, or is malformed.
bool Reader::unescape(const char* begin, Value& value) {
  unescaped_.clear();
  bool ascii = true;
  for (const char* from = begin;;) {
    const std::string_view run(from, static_cast<std::size_t>(at_ - from));
    const std::size_t invalid = value.ascii ? run.size() : find_invalid_utf8(run);
    if (invalid != run.size()) {
      return refuse(static_cast<std::size_t>(from - begin_) + invalid, "invalid UTF-8 in a string");
    }
    ascii = ascii && value.ascii;
    unescaped_ += run;
    if (at_ == end_) return expected("'\"' at the end of a string");
    if (*at_ == '"') break;
    if (*at_ != '\\') return expected("an escape instead of a control character");
    ++at_;
    if (!escape(ascii)) return false;
    from = at_;
    const Run next = find_escape(at_, end_);
    at_ = next.end;
    value.ascii = next.ascii;
  }
  ++at_;
  value.text = unescaped_;
  value.ascii = ascii;
  return true;
}

bool Reader::escape(bool& ascii) {
  if (at_ == end_) return expected("an escape");
  const char meaning = kMeanings[static_cast<unsigned char>(*at_)];
  if (meaning != 0) {
    unescaped_ += meaning;
    ++at_;
    return true;
  }
  if (*at_ != 'u') return expected("one of \"\\/bfnrtu after a backslash");
  const auto offset = static_cast<std::size_t>(at_ - 1 - begin_);
  std::uint32_t code = 0, low = 0;
  if (!escaped_unit(code)) return false;
  if (code >= 0xd800 && code < 0xe000) {
    const bool paired = code < 0xdc00 && end_ - at_ >= 2 && at_[0] == '\\' && at_[1] == 'u';
    if (paired) {
      ++at_;
      if (!escaped_unit(low)) return false;
    }
    if (low < 0xdc00 || low > 0xdfff) return refuse(offset, "a lone surrogate in a string");
    code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
  }
  ascii = ascii && code < 0x80;
  append_utf8(unescaped_, code);
  return true;
}

// Reads the four digits after `u`.
bool Reader::escaped_unit(std::uint32_t& unit) {
  ++at_;
  for (int i = 0; i < 4; ++i, ++at_) {
    const int digit = at_ == end_ ? -1 : hexadecimal(*at_);
    if (digit < 0) return expected("4 hexadecimal digits after \\u");
    unit = unit << 4 | static_cast<std::uint32_t>(digit);
  }
  return true;
}

}  // namespace tuber::json
