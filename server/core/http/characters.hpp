// The character classes of RFC 9110 section 5.6 and RFC 3986, and percent-decoding. Independent of
// the locale.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tuber::http {

inline constexpr std::uint8_t kTokenCharacter = 1;   // tchar, RFC 9110 section 5.6.2
inline constexpr std::uint8_t kTargetCharacter = 2;  // in a URI except "#", RFC 9112 section 3.2
inline constexpr std::uint8_t kNameCharacter = 4;    // unreserved and sub-delims, RFC 3986
inline constexpr std::uint8_t kControl = 8;          // CTL except HTAB: not allowed in a head

constexpr bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

constexpr char to_lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
}

constexpr bool is_letter(char c) {
  return to_lower(c) >= 'a' && to_lower(c) <= 'z';
}

// The value of a hexadecimal digit, -1 for any other byte.
constexpr int hex_value(char c) {
  if (is_digit(c)) return c - '0';
  const char lower = to_lower(c);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

constexpr std::array<std::uint8_t, 256> make_character_classes() {
  constexpr std::string_view token_marks = "!#$%&'*+-.^_`|~";
  constexpr std::string_view name_marks = "-._~!$&'()*+,;=";
  constexpr std::string_view target_marks =
      "%:/?[]@";  // "#" begins a fragment, which is never sent
  std::array<std::uint8_t, 256> classes{};
  for (int byte = 0; byte < 256; ++byte) {
    const char c = static_cast<char>(byte);
    const bool alphanumeric = is_digit(c) || is_letter(c);
    std::uint8_t& flags = classes[static_cast<std::size_t>(byte)];
    if (alphanumeric || token_marks.find(c) != std::string_view::npos) flags |= kTokenCharacter;
    const bool in_name = alphanumeric || name_marks.find(c) != std::string_view::npos;
    if (in_name) flags |= kNameCharacter;
    if (in_name || target_marks.find(c) != std::string_view::npos) flags |= kTargetCharacter;
    if ((byte < 0x20 && c != '\t') || byte == 0x7f) flags |= kControl;
  }
  return classes;
}

inline constexpr std::array<std::uint8_t, 256> kCharacterClasses = make_character_classes();

constexpr bool is_in_class(char c, std::uint8_t flag) {
  return (kCharacterClasses[static_cast<unsigned char>(c)] & flag) != 0;
}

// Index of the first byte that is not in the class; the size of the text if all are.
constexpr std::size_t span_of_class(std::string_view text, std::uint8_t flag) {
  std::size_t i = 0;
  while (i < text.size() && is_in_class(text[i], flag)) ++i;
  return i;
}

// Index of the first control character other than HTAB at or after `from`; the size of the text if
// there is none. Reads eight bytes at a time, because it scans every byte of every head.
[[nodiscard]] std::size_t find_control(std::string_view text, std::size_t from);

[[nodiscard]] constexpr bool equals_ignoring_case(std::string_view left, std::string_view right) {
  if (left.size() != right.size()) return false;
  for (std::size_t i = 0; i < left.size(); ++i) {
    if (to_lower(left[i]) != to_lower(right[i])) return false;
  }
  return true;
}

// Removes optional white space (SP and HTAB, RFC 9110 section 5.6.3) from both ends.
[[nodiscard]] constexpr std::string_view trim(std::string_view text) {
  const auto is_blank = [](char c) { return c == ' ' || c == '\t'; };
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

// Removes the first member from a comma-separated list and returns it, trimmed; it may be empty
// (RFC 9110 section 5.6.1). `more`: whether another one follows.
[[nodiscard]] constexpr std::string_view take_list_member(std::string_view& list, bool& more) {
  const std::size_t comma = list.find(',');
  more = comma != std::string_view::npos;
  const std::string_view member = trim(list.substr(0, comma));
  list.remove_prefix(more ? comma + 1 : list.size());
  return member;
}

// Decodes a percent-encoded path once, strictly (RFC 3986 section 2.1). Nothing if an escape is not
// two hexadecimal digits, or if the result contains NUL, which would end a file name early. "+"
// stays as it is. The caller must check dot segments after decoding, because a decoded "/" looks
// like a plain one.
[[nodiscard]] std::optional<std::string> percent_decode(std::string_view path);

}  // namespace tuber::http
