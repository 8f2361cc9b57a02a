// See imports.hpp.
#include "python/json/imports.hpp"

#include "python/invoke.hpp"

namespace tuber::python {

JsonImports JsonImports::load() {
  return {.decode_error = import_attribute("tuber.codec", "DecodeError"),
          .fault = import_attribute("tuber.codec.fault", "Fault"),
          .place_of = import_attribute("tuber.codec.fault", "place_of"),
          .encode_error = import_attribute("tuber.codec.fault", "encode_error"),
          .simplify = import_attribute("tuber.codec.json_values", "simplify"),
          .text_keys = import_attribute("tuber.codec.json_values", "text_keys")};
}

}  // namespace tuber::python
