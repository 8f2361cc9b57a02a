// See writer.hpp.
#include "json/writer.hpp"

#include <algorithm>
#include <charconv>
#include <vector>

#include "json/scan.hpp"

namespace tuber::json {
namespace {

// Longer runs of a string go straight to the text.
constexpr std::size_t kLongRun = 512;
// Bytes that are examined before they are copied: they stay in the first cache in between.
constexpr std::size_t kScanned = 16 * 1024;
constexpr std::size_t kLongestInteger = 20;

// Long integers are converted in parts of as many digits, which fit into 32 bits.
constexpr std::uint32_t kPart = 1'000'000'000;
constexpr std::size_t kPartDigits = 9;

}  // namespace

void Writer::any_integer(std::int64_t value) {
  char*& at = space(kLongestInteger);
  at = std::to_chars(at, at + kLongestInteger, value).ptr;
}

bool Writer::short_string(std::string_view text) {
  char*& at = space(text.size() + 2);
  char* out = at;
  *out++ = '"';
  const char* from = text.data();
  std::size_t left = text.size();
  for (; left >= 8; left -= 8, from += 8, out += 8) {
    std::uint64_t word;
    std::memcpy(&word, from, 8);
    if (word_needs_escape(word)) return false;
    std::memcpy(out, &word, 8);
  }
  for (; left > 0; --left) {
    if (needs_escape(*from)) return false;
    *out++ = *from++;
  }
  *out++ = '"';
  at = out;
  return true;
}

void Writer::any_string(std::string_view text) {
  character('"');
  if (text.size() > kLongRun) {
    flush();
    if (out_.capacity() - out_.size() < text.size() + 2) {
      out_.reserve(std::max(out_.size() + text.size() + 2, out_.capacity() * 3 / 2));
    }
  }
  const char* const end = text.data() + text.size();
  for (const char* at = text.data(); at != end;) {
    const char* const limit = at + std::min<std::size_t>(kScanned, end - at);
    const char* const found = find_escape(at, limit).end;
    const std::string_view run(at, static_cast<std::size_t>(found - at));
    if (run.size() <= kLongRun) {
      literal(run);
    } else {
      flush();
      out_.append(run);
    }
    at = found;
    if (at != limit) escape(*at++);
  }
  character('"');
}

void Writer::escape(char character) {
  constexpr std::string_view kMeanings = "\"\\\b\f\n\r\t", kLetters = "\"\\bfnrt";
  constexpr char kDigits[] = "0123456789abcdef";
  const std::size_t letter = kMeanings.find(character);
  if (letter != std::string_view::npos) {
    const char both[] = {'\\', kLetters[letter]};
    return literal({both, 2});
  }
  literal("\\u00");
  this->character(kDigits[static_cast<unsigned char>(character) >> 4]);
  this->character(kDigits[character & 15]);
}

void Writer::octets(std::string_view bytes) {
  literal("{\"bytes\":[");
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (i > 0) character(',');
    integer(static_cast<unsigned char>(bytes[i]));
  }
  literal("]}");
}

bool is_form_of_bytes(std::string_view text) {
  constexpr std::string_view kBegin = "{\"bytes\":[", kEnd = "]}";
  if (!text.starts_with(kBegin) || text.substr(kBegin.size()) == kEnd)
    return text.starts_with(kBegin);
  unsigned number = 0, digits = 0;
  for (const char character : text.substr(kBegin.size())) {
    if (character == ',' || character == ']') {
      if (digits == 0 || number > 255) return false;
      if (character == ']') return true;
      number = digits = 0;
    } else if (character < '0' || character > '9' || ++digits > 3) {
      return false;
    } else {
      number = number * 10 + static_cast<unsigned>(character - '0');
    }
  }
  return false;
}

std::string digits_of(std::string_view magnitude) {
  std::vector<std::uint32_t> parts;  // the least significant one first
  for (const char byte : magnitude) {
    std::uint64_t carry = static_cast<unsigned char>(byte);
    for (std::uint32_t& part : parts) {
      carry += std::uint64_t{part} << 8;
      part = static_cast<std::uint32_t>(carry % kPart);
      carry /= kPart;
    }
    if (carry != 0) parts.push_back(static_cast<std::uint32_t>(carry));
  }
  if (parts.empty()) return "0";
  std::string digits = std::to_string(parts.back());
  for (auto part = parts.rbegin() + 1; part != parts.rend(); ++part) {
    const std::string text = std::to_string(*part);
    digits.append(kPartDigits - text.size(), '0') += text;
  }
  return digits;
}

std::string magnitude_of(std::string_view digits) {
  std::vector<std::uint32_t> words;  // the least significant one first
  while (!digits.empty()) {
    const std::string_view part = digits.substr(0, kPartDigits);
    digits.remove_prefix(part.size());
    std::uint64_t carry = 0;
    std::uint64_t factor = 1;
    for (const char digit : part) {
      carry = carry * 10 + static_cast<std::uint64_t>(digit - '0');
      factor *= 10;
    }
    for (std::uint32_t& word : words) {
      carry += word * factor;
      word = static_cast<std::uint32_t>(carry);
      carry >>= 32;
    }
    if (carry != 0) words.push_back(static_cast<std::uint32_t>(carry));
  }
  std::string magnitude;
  for (auto word = words.rbegin(); word != words.rend(); ++word) {
    for (int shift = 24; shift >= 0; shift -= 8) magnitude += static_cast<char>(*word >> shift);
  }
  return magnitude;
}

}  // namespace tuber::json
