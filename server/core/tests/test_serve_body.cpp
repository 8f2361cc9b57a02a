// A reply's body of its own text and borrowed bytes.
#include <doctest/doctest.h>

#include <memory>
#include <string>

#include "base/growing_buffer.hpp"
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

TEST_CASE("borrowed bytes are at the place where they were borrowed") {
  const std::string array = "0123456789";
  Body body;
  body.borrow(array);
  body += "a";
  body.borrow(array);
  body.borrow(array);
  body += 'b';
  body.borrow({});
  CHECK(joined(body) == "0123456789a01234567890123456789b");
  CHECK(body.size() == 32);
  CHECK(body.borrowed()[1].bytes.data() == array.data());
}

TEST_CASE("large bytes are appended like small ones") {
  const std::string large(base::kLargePagesFrom + 1, 'x');
  Body body;
  body += "[";
  body.append_large(large);
  body.append_large(large);
  body += "]";
  CHECK(joined(body) == "[" + large + large + "]");
  CHECK(body.borrowed().empty());
}

TEST_CASE("a cut drops what came after the mark") {
  Body body;
  body += "kept";
  body.borrow("lent");
  const Body::Mark mark = body.mark();
  body += "text";
  body.borrow("more");
  body.cut(mark);
  CHECK(joined(body) == "keptlent");
  CHECK(body.size() == 8);
}

TEST_CASE("the owner is released with the body's content") {
  Body body;
  body.owner() = std::make_shared<int>(1);
  const std::weak_ptr<void> owner = body.owner();
  body.borrow("lent");
  body.cut({0, 0});
  CHECK_FALSE(owner.expired());  // other bytes of the owner may still be in the body
  body.clear();
  CHECK(owner.expired());
  CHECK(body.empty());
}

}  // namespace
}  // namespace tuber::serve
