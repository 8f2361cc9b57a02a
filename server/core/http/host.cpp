#include "http/host.hpp"

#include <cstddef>

#include "http/characters.hpp"

namespace tuber::http {
namespace {

constexpr std::string_view::size_type npos = std::string_view::npos;

// dec-octet: no sign, no leading zero, at most 255.
bool is_ipv4_octet(std::string_view text) {
  if (text.empty() || text.size() > 3 || (text.size() > 1 && text[0] == '0')) return false;
  int value = 0;
  for (const char c : text) {
    if (!is_digit(c)) return false;
    value = value * 10 + (c - '0');
  }
  return value <= 255;
}

bool is_ipv4(std::string_view text) {
  for (int octet = 0; octet < 3; ++octet) {
    const std::size_t dot = text.find('.');
    if (dot == npos || !is_ipv4_octet(text.substr(0, dot))) return false;
    text.remove_prefix(dot + 1);
  }
  return is_ipv4_octet(text);
}

bool is_ipv6_group(std::string_view text) {
  if (text.empty() || text.size() > 4) return false;
  for (const char c : text) {
    if (hex_value(c) < 0) return false;
  }
  return true;
}

// The number of 16-bit groups in a colon-separated list; -1 if it is malformed. Only the last group
// of the address may be an IPv4 address, which counts as two.
int count_ipv6_groups(std::string_view text, bool may_end_in_ipv4) {
  if (text.empty()) return 0;
  for (int groups = 1;; ++groups) {
    const std::size_t colon = text.find(':');
    const std::string_view group = text.substr(0, colon);
    if (colon == npos && may_end_in_ipv4 && is_ipv4(group)) return groups + 1;
    if (!is_ipv6_group(group)) return -1;
    if (colon == npos) return groups;
    text.remove_prefix(colon + 1);
  }
}

bool is_ipv6(std::string_view text) {
  constexpr int group_count = 8;
  const std::size_t gap = text.find("::");
  if (gap == npos) return count_ipv6_groups(text, true) == group_count;
  const int before = count_ipv6_groups(text.substr(0, gap), false);
  const int after = count_ipv6_groups(text.substr(gap + 2), true);
  return before >= 0 && after >= 0 && before + after < group_count;
}

// reg-name: unreserved, sub-delims and percent-encoded bytes; empty is refused.
bool is_registered_name(std::string_view text) {
  if (text.empty()) return false;
  for (std::size_t i = span_of_class(text, kNameCharacter); i < text.size();
       i += span_of_class(text.substr(i), kNameCharacter)) {
    if (text[i] != '%' || text.size() - i < 3) return false;
    if (hex_value(text[i + 1]) < 0 || hex_value(text[i + 2]) < 0) return false;
    i += 3;
  }
  return true;
}

// Digits, at most 65535. RFC 3986 section 3.2.3 allows an empty port.
bool is_port(std::string_view text) {
  unsigned value = 0;
  for (const char c : text) {
    if (!is_digit(c)) return false;
    value = value * 10 + static_cast<unsigned>(c - '0');
    if (value > 65535) return false;
  }
  return true;
}

}  // namespace

std::optional<Host> parse_host(std::string_view text) {
  Host host;
  std::string_view rest;
  if (text.starts_with('[')) {
    const std::size_t bracket = text.find(']');
    if (bracket == npos) return std::nullopt;
    host = {text.substr(1, bracket - 1), {}, HostKind::ipv6};
    if (!is_ipv6(host.name)) return std::nullopt;
    rest = text.substr(bracket + 1);
  } else {
    host.name = text.substr(0, text.find(':'));
    if (!is_registered_name(host.name)) return std::nullopt;
    if (is_ipv4(host.name)) host.kind = HostKind::ipv4;
    rest = text.substr(host.name.size());
  }
  if (rest.empty()) return host;
  host.port = rest.substr(1);
  if (rest[0] != ':' || !is_port(host.port)) return std::nullopt;
  return host;
}

}  // namespace tuber::http
