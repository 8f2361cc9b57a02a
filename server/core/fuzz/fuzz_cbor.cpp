// Law: any bytes are one CBOR item that we take, or a fault in one place, found in time linear in
// their number; and no item is the beginning of another.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "cbor/examiner.hpp"

namespace {

using tuber::cbor::Examiner;
using tuber::cbor::Step;

void must(bool law) {
  if (!law) std::abort();
}

bool is_item(std::string_view body) {
  return Examiner(body).examine();
}

void check_fault(const Examiner& examiner, std::string_view body) {
  must(examiner.fault().offset <= body.size() && !examiner.fault().text.empty());
  for (const Step& step : examiner.way()) {
    if (step.kind == Step::Kind::index) {
      must(step.index < body.size());
    } else {
      must(step.key_offset < examiner.fault().offset);
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view body(reinterpret_cast<const char*>(data), size);
  Examiner examiner(body);
  const bool whole = examiner.examine();
  must(examiner.heads_read() <= size);
  if (!whole) {
    check_fault(examiner, body);
    return 0;
  }
  must(examiner.way().empty());
  must(!is_item(std::string(body) + '\0'));
  for (std::size_t length = 0; length < size && length < 64; ++length) {
    must(!is_item(body.substr(0, length)));
    static_cast<void>(Examiner::way_to(body, length));
  }
  return 0;
}
