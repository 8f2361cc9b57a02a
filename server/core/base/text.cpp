#include "base/text.hpp"

#include <cstdio>
#include <ctime>

namespace tuber::base {

void append_json_string(std::string& out, std::string_view text) {
  static constexpr std::string_view kDigits = "0123456789abcdef";
  out.push_back('"');
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out.push_back('\\');
      out.push_back(c);
    } else if (byte < 0x20 || byte == 0x7f) {
      out.append("\\u00");
      out.push_back(kDigits[byte >> 4]);
      out.push_back(kDigits[byte & 15]);
    } else {
      out.push_back(c);
    }
  }
  out.push_back('"');
}

void append_time(std::string& out, std::chrono::system_clock::time_point moment) {
  const auto since =
      std::chrono::floor<std::chrono::milliseconds>(moment.time_since_epoch()).count();
  const std::time_t seconds = since / 1000;
  std::tm parts{};
  ::gmtime_r(&seconds, &parts);
  std::array<char, 40> text{};
  const std::size_t size = std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%S", &parts);
  std::array<char, 8> rest{};
  std::snprintf(rest.data(), rest.size(), ".%03dZ", static_cast<int>(since % 1000));
  out.append(text.data(), size).append(rest.data());
}

void append_seconds(std::string& out, std::chrono::steady_clock::duration time) {
  constexpr std::size_t kDecimals = 6;
  constexpr std::uint64_t kSecond = 1'000'000;
  const auto microseconds = static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::microseconds>(time).count());
  const std::string decimals = std::to_string(microseconds % kSecond);
  out.append(std::to_string(microseconds / kSecond)).append(".");
  out.append(kDecimals - decimals.size(), '0').append(decimals);
}

}  // namespace tuber::base
