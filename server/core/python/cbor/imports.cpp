// See imports.hpp.
#include "python/cbor/imports.hpp"

#include "python/invoke.hpp"

namespace tuber::python {

CborImports CborImports::load() {
  return {.decode_error = import_attribute("tuber.codec", "DecodeError"),
          .encode_error = import_attribute("tuber.codec.fault", "encode_error"),
          .fault = import_attribute("tuber.codec.fault", "Fault"),
          .place_of = import_attribute("tuber.codec.fault", "place_of"),
          .make_array = import_attribute("tuber.codec.ndarray", "make_array"),
          .simplify = import_attribute("tuber.codec.cbor_values", "simplify"),
          .hashable = import_attribute("tuber.codec.cbor_values", "hashable"),
          .block = import_attribute("tuber.codec.cbor_arrays", "Block"),
          .uuid = import_attribute("uuid", "UUID")};
}

}  // namespace tuber::python
