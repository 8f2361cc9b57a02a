// Fields by name, the elements of lists and their weights.
#include <doctest/doctest.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "http/field_list.hpp"

using namespace tuber::http;

namespace {

using Elements = std::vector<std::string>;

Elements elements_of(const std::vector<Field>& fields) {
  RequestHead head;
  head.fields = fields;
  Elements elements;
  for_each_element(head, "List", [&](std::string_view one) { elements.emplace_back(one); });
  return elements;
}

}  // namespace

TEST_CASE("a list's elements are trimmed, not empty, and spread over its fields") {
  CHECK(elements_of({}) == Elements{});
  CHECK(elements_of({{"List", ""}, {"list", ", \t,"}}) == Elements{});
  CHECK(elements_of({{"List", "a,, b c\t"}, {"Other", "x"}, {"LIST", " d"}}) ==
        Elements{"a", "b c", "d"});
  CHECK(elements_of({{"List", "\"a,b\", c"}}) == Elements{"\"a,b\"", "c"});
}

TEST_CASE("a weight is read in thousandths") {
  CHECK(weight_of("a;q=0") == 0);
  CHECK(weight_of("a;q=0.") == 0);
  CHECK(weight_of("a;q=0.000") == 0);
  CHECK(weight_of("a;q=0.001") == 1);
  CHECK(weight_of("a ; Q=0.5 ; x=y") == 500);
  CHECK(weight_of("a;x=y;q=0.25") == 250);
  CHECK(weight_of("a;q=1.000") == kFullWeight);
}

TEST_CASE("without a weight, or with one that is none, an element weighs in full") {
  for (const std::string element : {"a", "a;x=0", "a;q", "a;q=", "a;q=.", "a;q=.0", "a;q=00",
                                    "a;q=0.0000", "a;q=-0", "a;q=0,0", "a;q=x", "a;q =0"}) {
    CAPTURE(element);
    CHECK(weight_of(element) == kFullWeight);
  }
}

TEST_CASE("a field is found by its name in any case, the first of several") {
  RequestHead head;
  head.fields = {{"Accept", "a"}, {"accept", "b"}, {"X", ""}};
  CHECK(head.field("ACCEPT") == "a");
  CHECK(head.field("x") == "");
  CHECK(head.field("Accep") == std::nullopt);
  CHECK(head.field("Accepts") == std::nullopt);
  CHECK(head.field("") == std::nullopt);
}
