// Builds Python values from a JSON text while it is read.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "json/reader.hpp"
#include "python/call_members.hpp"
#include "python/decode_meter.hpp"
#include "python/json/imports.hpp"
#include "python/json/string_cache.hpp"
#include "python/source.hpp"

namespace tuber::python {

// Reads one text. Its constructor's arguments must outlive it. REQUIRES: the GIL. A function that
// returns an empty handle or false has set a Python exception; all may throw std::bad_alloc.
class JsonBuilder {
 public:
  JsonBuilder(const Source& source, const JsonImports& imports, StringCache& strings)
      : imports_(imports), strings_(strings), reader_(source.bytes()), meter_(source) {}
  ~JsonBuilder();
  JsonBuilder(const JsonBuilder&) = delete;
  JsonBuilder& operator=(const JsonBuilder&) = delete;

  // The value of the whole text.
  [[nodiscard]] Handle build();
  // The same for a request: reads the members of calls without making dicts.
  [[nodiscard]] bool build_calls(Calls& calls);

 private:
  // These leave the fault to the reader, or set a Python exception.
  [[nodiscard]] Handle value();
  [[nodiscard]] Handle value_of(const json::Value& value);
  [[nodiscard]] Handle integer(std::int64_t value);
  [[nodiscard]] Handle array();
  [[nodiscard]] Handle object();
  [[nodiscard]] Handle string(const json::Value& value);
  [[nodiscard]] Handle name(const json::Value& name);
  [[nodiscard]] Handle long_integer(const json::Value& value);
  [[nodiscard]] bool call(CallMembers& call);
  [[nodiscard]] bool call_of(const json::Value& value, CallMembers& call);
  [[nodiscard]] bool member(const json::Value& name, CallMembers& call);
  [[nodiscard]] bool batch(std::vector<CallMembers>& batch);

  // A list of the values on the stack from `base` on.
  [[nodiscard]] Handle take_items(std::size_t base);
  [[nodiscard]] bool charge(std::uint64_t bytes);
  bool refuse_repeated(std::size_t offset);
  Handle failed_at(Handle step);
  void raise_decode_error();

  const JsonImports& imports_;
  StringCache& strings_;
  json::Reader reader_;
  DecodeMeter meter_;
  std::vector<PyObject*> stack_;  // items of open arrays; owned
  std::vector<Handle> steps_;     // of a fault, innermost first
};

}  // namespace tuber::python
