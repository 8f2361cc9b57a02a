// A reply's body of own text and lent bytes.
#include <doctest/doctest.h>

#include <memory>
#include <string>

#include "base/large_pages.hpp"
#include "serve/body.hpp"

namespace tuber::serve {
namespace {

std::string joined(const Body& body) {
  std::string all;
  body.for_each_piece([&](std::string_view piece) {
    CHECK_FALSE(piece.empty());
    all += piece;
  });
  return all;
}

TEST_CASE("lent bytes stand where they were lent") {
  const std::string array = "0123456789";
  Body body;
  body.lend(array);
  body += "a";
  body.lend(array);
  body.lend(array);
  body += 'b';
  body.lend({});
  CHECK(joined(body) == "0123456789a01234567890123456789b");
  CHECK(body.size() == 32);
  CHECK(body.loans()[1].bytes.data() == array.data());
}

TEST_CASE("large bytes are appended as small ones are") {
  const std::string large(base::kLargePagesFrom + 1, 'x');
  Body body;
  body += "[";
  body.append_large(large);
  body.append_large(large);
  body += "]";
  CHECK(joined(body) == "[" + large + large + "]");
  CHECK(body.loans().empty());
}

TEST_CASE("a cut forgets what came behind the mark") {
  Body body;
  body += "kept";
  body.lend("lent");
  const Body::Mark mark = body.mark();
  body += "text";
  body.lend("more");
  body.cut(mark);
  CHECK(joined(body) == "keptlent");
  CHECK(body.size() == 8);
}

TEST_CASE("the lender is let go with the body's content") {
  Body body;
  body.lender() = std::make_shared<int>(1);
  const std::weak_ptr<void> lender = body.lender();
  body.lend("lent");
  body.cut({0, 0});
  CHECK_FALSE(lender.expired());  // others of its loans may still be in the body
  body.clear();
  CHECK(lender.expired());
  CHECK(body.empty());
}

}  // namespace
}  // namespace tuber::serve
