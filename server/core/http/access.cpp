#include "http/access.hpp"

#include <algorithm>
#include <cstddef>
#include <string_view>

#include "http/characters.hpp"

namespace tuber::http {
namespace {

// The token of `Authorization: Bearer TOKEN`; empty if there is none or more than one.
std::string_view bearer_token(const RequestHead& head) {
  constexpr std::string_view scheme = "bearer ";
  std::string_view sent;
  for (const Field& field : head.fields) {
    if (!equals_ignoring_case(field.name, "Authorization")) continue;
    if (!sent.empty() || field.value.size() <= scheme.size() ||
        !equals_ignoring_case(field.value.substr(0, scheme.size()), scheme)) {
      return {};
    }
    sent = trim(field.value.substr(scheme.size()));
  }
  return sent;
}

// Takes time that depends only on the length of `sent`.
bool are_equal(std::string_view sent, std::string_view token) {
  std::size_t differences = sent.size() ^ token.size();
  for (std::size_t i = 0; i < sent.size(); ++i) {
    differences |= static_cast<std::size_t>(static_cast<unsigned char>(sent[i]) ^
                                            static_cast<unsigned char>(token[i % token.size()]));
  }
  return differences == 0;
}

}  // namespace

Access access_of(const RequestHead& head, const std::vector<Token>& tokens) {
  if (tokens.empty()) return Access::control;
  const std::string_view sent = bearer_token(head);
  Access access = Access::none;
  for (const Token& token : tokens) {  // no early exit: constant time
    if (are_equal(sent, token.text)) access = std::max(access, token.access);
  }
  return access;
}

}  // namespace tuber::http
