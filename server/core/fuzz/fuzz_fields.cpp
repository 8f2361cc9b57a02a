// Property: results parsed from a field, a path or a date stay within the bounds of their input.
// The first line of the input is the field, the second one is the size of a file.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "http/characters.hpp"
#include "http/fields.hpp"
#include "http/file_fields.hpp"
#include "http/reply_head.hpp"
#include "http/request.hpp"
#include "must.hpp"

namespace {

using tuber::http::ByteRange;
using tuber::http::RequestHead;

void check_range(std::string_view field, std::uint64_t size) {
  const ByteRange range = tuber::http::parse_byte_range(field, size);
  if (range.kind != ByteRange::Kind::part) return;
  must(range.length >= 1 && range.length <= size);
  must(range.offset <= size - range.length);  // so their sum does not overflow
  must(field.find(',') == std::string_view::npos);
}

void check_elements(std::string_view field) {
  RequestHead head;
  head.fields.push_back({"Accept", field});
  tuber::http::for_each_element(head, "accept", [field](std::string_view element) {
    must(!element.empty() && element == tuber::http::trim(element));
    must(element.data() >= field.data());
    must(element.data() + element.size() <= field.data() + field.size());
    const int weight = tuber::http::weight_of(element);
    must(weight >= 0 && weight <= tuber::http::kFullWeight);
  });
}

void check_path(std::string_view path) {
  const auto decoded = tuber::http::percent_decode(path);
  if (!decoded)
    return must(path.find('%') != std::string_view::npos ||
                path.find('\0') != std::string_view::npos);
  must(decoded->find('\0') == std::string::npos);
  must(decoded->size() <= path.size() && decoded->size() * 3 >= path.size());
  if (path.find('%') == std::string_view::npos) must(*decoded == path);
}

void check_date(std::string_view text) {
  const auto seconds = tuber::http::parse_http_date(text);
  if (!seconds) return;
  must(tuber::http::parse_http_date(tuber::http::format_http_date(*seconds)) == seconds);
}

void check_preconditions(std::string_view field) {
  using tuber::http::Precondition;
  const tuber::http::Validators current{"\"tag\"", 1'000'000'000};
  RequestHead head;
  head.method = "GET";
  head.fields.push_back({"If-None-Match", field});
  must(tuber::http::evaluate_preconditions(head, current) != Precondition::failed);
  head.fields.front().name = "If-Match";
  must(tuber::http::evaluate_preconditions(head, current) != Precondition::not_modified);
  if (field.find("\"tag\"") == std::string_view::npos &&
      field.find('*') == std::string_view::npos) {
    must(tuber::http::evaluate_preconditions(head, current) == Precondition::failed);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const std::size_t end = bytes.find('\n');
  const std::string_view field = bytes.substr(0, end);
  std::uint64_t length = 0;
  for (const char c : end == std::string_view::npos ? "" : bytes.substr(end + 1)) {
    length = length * 10 + static_cast<unsigned char>(c) % 10;
  }
  check_range(field, length);
  check_elements(field);
  check_path(field);
  check_date(field);
  check_preconditions(field);
  return 0;
}
