// Law: any bytes are one CBOR item that we take, or a fault in one place, found in time linear in
// their number; and no item is the beginning of another.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "cbor/validator.hpp"

namespace {

using tuber::cbor::Step;
using tuber::cbor::Validator;

void must(bool law) {
  if (!law) std::abort();
}

bool is_item(std::string_view body) {
  return Validator(body).validate();
}

void check_fault(const Validator& validator, std::string_view body) {
  must(validator.fault().offset <= body.size() && !validator.fault().text.empty());
  for (const Step& step : validator.path()) {
    if (step.kind == Step::Kind::index) {
      must(step.index < body.size());
    } else {
      must(step.key_offset < validator.fault().offset);
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view body(reinterpret_cast<const char*>(data), size);
  Validator validator(body);
  const bool whole = validator.validate();
  must(validator.heads_read() <= size);
  if (!whole) {
    check_fault(validator, body);
    return 0;
  }
  must(validator.path().empty());
  must(!is_item(std::string(body) + '\0'));
  for (std::size_t length = 0; length < size && length < 64; ++length) {
    must(!is_item(body.substr(0, length)));
    static_cast<void>(Validator::path_to(body, length));
  }
  return 0;
}
