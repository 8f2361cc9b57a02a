// Law: any bytes are a valid chunked body, a beginning of one, or a fault, and it makes no
// difference in which pieces they come.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "http/chunked_decoder.hpp"
#include "tests/http_feeding.hpp"

namespace {

using tuber::http::ChunkedDecoder;
using tuber::http::Limits;
using tuber::http::Outcome;
using tuber::http::testing::every_offset;
using tuber::http::testing::feed_body;
using tuber::http::testing::SeenBody;

void must(bool law) {
  if (!law) std::abort();
}

// Small enough for the fuzzer to reach every limit.
Limits small_limits() {
  Limits limits;
  limits.chunk_line = 16;
  limits.head = 60;
  limits.fields = 4;
  limits.body = 100;
  return limits;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const Limits limits = small_limits();
  ChunkedDecoder decoder(limits);
  const SeenBody whole = feed_body(decoder, bytes, {});

  must(whole.body.size() <= limits.body);
  if (whole.outcome == Outcome::fault) {
    must(whole.fault.status == 400 || whole.fault.status == 413 || whole.fault.status == 431);
    must(whole.fault.offset <= size && !whole.fault.reason.empty());
  }
  if (whole.outcome == Outcome::need_more) must(whole.consumed == size);
  if (whole.outcome == Outcome::complete) {
    must(whole.consumed <= size && whole.body.size() + 5 <= whole.consumed);
    must(bytes.substr(0, whole.consumed).ends_with("\r\n"));
  }

  must(feed_body(decoder, bytes, every_offset(size)) == whole);
  if (size > 1) must(feed_body(decoder, bytes, {1 + data[size - 1] % (size - 1)}) == whole);
  return 0;
}
