#include "files/media_types.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "http/characters.hpp"

namespace tuber::files {
namespace {

std::string to_lower(std::string_view text) {
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](char c) { return http::to_lower(c); });
  return lower;
}

// Types of text that do not begin with "text/". Without a charset, browsers guess one.
bool is_text(std::string_view type) {
  constexpr std::array<std::string_view, 3> kTexts{"application/javascript", "application/json",
                                                   "image/svg+xml"};
  return type.starts_with("text/") || std::find(kTexts.begin(), kTexts.end(), type) != kTexts.end();
}

}  // namespace

MediaTypes::MediaTypes(std::unordered_map<std::string, std::string> by_ending)
    : by_ending_(std::move(by_ending)) {
  for (auto& [ending, type] : by_ending_) {
    if (is_text(type)) type += "; charset=utf-8";
  }
}

std::string_view MediaTypes::of(std::string_view file_name) const {
  const std::size_t dot = file_name.rfind('.');
  if (dot != std::string_view::npos) {
    const auto found = by_ending_.find(to_lower(file_name.substr(dot)));
    if (found != by_ending_.end()) return found->second;
  }
  return "application/octet-stream";
}

}  // namespace tuber::files
