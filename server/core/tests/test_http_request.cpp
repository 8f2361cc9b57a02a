// Looking up fields of a request.
#include <doctest/doctest.h>

#include <optional>

#include "http/request.hpp"

using tuber::http::RequestHead;

TEST_CASE("a field is found by its name in any case, the first of several") {
  RequestHead head;
  head.fields = {{"Accept", "a"}, {"accept", "b"}, {"X", ""}};
  CHECK(head.field("ACCEPT") == "a");
  CHECK(head.field("x") == "");
  CHECK(head.field("Accep") == std::nullopt);
  CHECK(head.field("Accepts") == std::nullopt);
  CHECK(head.field("") == std::nullopt);
}
