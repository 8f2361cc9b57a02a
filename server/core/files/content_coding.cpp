#include "files/content_coding.hpp"

#include "http/characters.hpp"
#include "http/fields.hpp"

namespace tuber::files {
namespace {

// What identity weighs when the client did not name it: it is acceptable, but a client that names
// codings would rather have one of those.
constexpr int kUnnamedIdentity = 0;

// RFC 9110 section 8.4.1.3: "x-gzip" is gzip.
bool names(std::string_view token, const CodingNames& coding) {
  return http::equals_ignoring_case(token, coding.token) ||
         (coding.coding == Coding::gzip && http::equals_ignoring_case(token, "x-gzip"));
}

}  // namespace

std::optional<Coding> choose_coding(const http::RequestHead& head, const Available& available) {
  std::array<std::optional<int>, kCodings.size()> weights;
  std::optional<int> any;
  http::for_each_element(head, "accept-encoding", [&](std::string_view element) {
    const std::string_view token = http::trim(element.substr(0, element.find(';')));
    if (token == "*") any = http::weight_of(element);
    for (std::size_t i = 0; i < kCodings.size(); ++i) {
      if (names(token, kCodings[i])) weights[i] = http::weight_of(element);
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

}  // namespace tuber::files
