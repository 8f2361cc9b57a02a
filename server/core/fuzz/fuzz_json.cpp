// Property: any bytes are one JSON text or a fault with an offset. A text that is written from what
// was read is read as the same, and written as the same again.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "json/limits.hpp"
#include "json/reader.hpp"
#include "json/scan.hpp"
#include "json/writer.hpp"
#include "must.hpp"

namespace {

using tuber::json::Kind;
using tuber::json::Reader;
using tuber::json::Value;
using tuber::json::Writer;

bool copy_value(Reader& reader, Writer& writer, std::size_t depth);

bool copy_container(Reader& reader, Writer& writer, bool object, std::size_t depth) {
  Value name;
  bool first = true;
  writer.character(object ? '{' : '[');
  while (object ? reader.name(first, name) : reader.more(first)) {
    if (!first) writer.character(',');
    first = false;
    if (object) {
      must(tuber::json::find_invalid_utf8(name.text) == name.text.size());
      writer.string(name.text);
      writer.character(':');
    }
    if (!copy_value(reader, writer, depth + 1)) return false;
  }
  writer.character(object ? '}' : ']');
  return !reader.failed();
}

bool copy_value(Reader& reader, Writer& writer, std::size_t depth) {
  must(depth <= tuber::json::kMaxNesting);
  Value value;
  if (!reader.value(value)) return false;
  switch (value.kind) {
    case Kind::null:
      writer.literal("null");
      break;
    case Kind::false_value:
      writer.literal("false");
      break;
    case Kind::true_value:
      writer.literal("true");
      break;
    case Kind::integer:
      writer.integer(value.integer);
      break;
    case Kind::long_integer: {
      const bool negative = value.text.front() == '-';
      const std::string_view digits = value.text.substr(negative ? 1 : 0);
      const std::string magnitude = tuber::json::magnitude_of(digits);
      must(tuber::json::digits_of(magnitude) == digits);
      writer.text(value.text);
      break;
    }
    case Kind::real:
      writer.real(value.real);
      break;
    case Kind::string:
      must(tuber::json::find_invalid_utf8(value.text) == value.text.size());
      writer.string(value.text);
      break;
    case Kind::array:
    case Kind::object:
      return copy_container(reader, writer, value.kind == Kind::object, depth);
  }
  return true;
}

bool copy(std::string_view text, std::string& out) {
  Reader reader(text);
  Writer writer(out);
  const bool read = copy_value(reader, writer, 0) && reader.finish();
  writer.flush();
  must(read != reader.failed());
  if (!read) must(reader.fault().offset <= text.size() && !reader.fault().text.empty());
  return read;
}

void check_scan(std::string_view text) {
  const char* const begin = text.data();
  const char* const end = begin + text.size();
  const tuber::json::Run fast = tuber::json::find_escape(begin, end);
  const tuber::json::Run portable = tuber::json::find_escape_by_words(begin, end);
  must(fast.end == portable.end && fast.ascii == portable.ascii);
  for (const char* at = begin; at != fast.end; ++at) must(!tuber::json::needs_escape(*at));
  must(fast.end == end || tuber::json::needs_escape(*fast.end));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  // A copy of the exact size, so that AddressSanitizer sees each read outside of it.
  const std::string text(reinterpret_cast<const char*>(data), size);
  check_scan(text);
  std::string once, twice;
  if (!copy(text, once)) return 0;
  must(copy(once, twice) && once == twice);
  return 0;
}
