// The access that a bearer token gives.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "http/access.hpp"

using namespace tuber::http;

namespace {

const std::vector<Token> kTokens = {{"reader-of-the-lab", Access::read},
                                    {"operator", Access::control},
                                    {"operator2", Access::read}};

Access access_with(std::vector<Field> fields) {
  RequestHead head;
  for (const Field& field : fields) head.fields.push_back(field);
  return access_of(head, kTokens);
}

}  // namespace

TEST_CASE("the token decides the access") {
  CHECK(access_with({{"Authorization", "Bearer reader-of-the-lab"}}) == Access::read);
  CHECK(access_with({{"Authorization", "Bearer operator"}}) == Access::control);
  CHECK(access_with({{"Authorization", "Bearer operator2"}}) == Access::read);
  CHECK(access_with({{"authorization", "bEARER  operator"}}) == Access::control);
}

TEST_CASE("an unknown or malformed token gives no access") {
  for (const char* value :
       {"", "Bearer", "Bearer ", "operator", "Bearer operato", "Bearer operator22",
        "Bearer Operator", "Basic operator", "Bearer operatoroperator",
        "Bearer operator, Bearer operator", "Bearer operator operator2", "Beareroperator",
        "Bearer reader-of-the-laboperator"}) {
    CAPTURE(value);
    CHECK(access_with({{"Authorization", value}}) == Access::none);
  }
  CHECK(access_with({}) == Access::none);
  CHECK(access_with({{"Cookie", "operator"}}) == Access::none);
  CHECK(access_with({{"Authorization", "Bearer operator"}, {"Authorization", "Bearer operator"}}) ==
        Access::none);
}

TEST_CASE("a server without tokens gives control to every request") {
  RequestHead head;
  CHECK(access_of(head, {}) == Access::control);
}
