#include "net/content_coding.hpp"

#include <algorithm>

#include "http/characters.hpp"
#include "net/field_list.hpp"

namespace tuber::net {
namespace {

// Weights in thousandths: RFC 9110 section 12.4.2 allows three decimals.
constexpr int kFullWeight = 1000;

// What identity weighs when the client did not name it: it is acceptable, but a client that names
// codings would rather have one of those.
constexpr int kUnnamedIdentity = 0;

// "0.75" -> 750. What is not a weight counts as none given, as if the parameter were not there.
int parse_weight(std::string_view text) {
  if (text.empty() || text.size() > 5 || (text[0] != '0' && text[0] != '1')) return kFullWeight;
  if (text.size() > 1 && text[1] != '.') return kFullWeight;
  int weight = (text[0] - '0') * kFullWeight;
  int unit = kFullWeight / 10;
  for (const char c : text.substr(std::min<std::size_t>(text.size(), 2))) {
    if (!http::is_digit(c)) return kFullWeight;
    weight += (c - '0') * unit;
    unit /= 10;
  }
  return std::min(weight, kFullWeight);
}

// The weight in one element of Accept-Encoding, such as "gzip;q=0.5".
int weight_of(std::string_view element) {
  while (true) {
    const std::size_t semicolon = element.find(';');
    if (semicolon == std::string_view::npos) return kFullWeight;
    element = http::trim(element.substr(semicolon + 1));
    if (element.size() >= 2 && (element[0] == 'q' || element[0] == 'Q') && element[1] == '=') {
      return parse_weight(http::trim(element.substr(2, element.find(';') - 2)));
    }
  }
}

// RFC 9110 section 8.4.1.3: "x-gzip" is gzip.
bool names(std::string_view token, const CodingNames& coding) {
  return http::equals_ignoring_case(token, coding.token) ||
         (coding.coding == Coding::gzip && http::equals_ignoring_case(token, "x-gzip"));
}

}  // namespace

std::optional<Coding> choose_coding(const http::RequestHead& head, const Available& available) {
  std::array<std::optional<int>, kCodings.size()> weights;
  std::optional<int> any;
  for_each_element(head, "accept-encoding", [&](std::string_view element) {
    const std::string_view token = http::trim(element.substr(0, element.find(';')));
    if (token == "*") any = weight_of(element);
    for (std::size_t i = 0; i < kCodings.size(); ++i) {
      if (names(token, kCodings[i])) weights[i] = weight_of(element);
    }
  });
  std::optional<Coding> best;
  int best_weight = -1;
  for (std::size_t i = 0; i < kCodings.size(); ++i) {
    const bool identity = kCodings[i].coding == Coding::identity;
    const std::optional<int> given = weights[i] ? weights[i] : any;
    if (!available[i] || (given ? *given == 0 : !identity)) continue;
    const int weight = given.value_or(kUnnamedIdentity);
    if (weight > best_weight) {
      best = kCodings[i].coding;
      best_weight = weight;
    }
  }
  return best;
}

}  // namespace tuber::net
