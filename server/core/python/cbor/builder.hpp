// Builds Python values from a CBOR body. The Validator refuses malformed bytes before the first
// object is created.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "cbor/reader.hpp"
#include "cbor/typed_array.hpp"
#include "cbor/validator.hpp"
#include "python/cbor/imports.hpp"
#include "python/decode_meter.hpp"
#include "python/handle.hpp"
#include "python/source.hpp"

namespace tuber::python {

// Builds the value of one body. Its constructor's arguments must outlive it. REQUIRES: the GIL. A
// function that returns an empty handle or false has set a Python exception.
class CborBuilder {
 public:
  CborBuilder(Source& source, const CborImports& imports)
      : source_(source), imports_(imports), reader_(source.bytes()), meter_(source) {}

  // The value of the whole body.
  [[nodiscard]] Handle build();

 private:
  // How many keys have a hash. Ordered, because a sender can choose the hashes.
  using Hashes = std::map<Py_hash_t, std::size_t>;

  CborBuilder(Source& source, const CborImports& imports, std::size_t at)
      : source_(source), imports_(imports), reader_(source.bytes(), at), meter_(source) {}

  [[nodiscard]] Handle item();
  // A hashable item: arrays become tuples.
  [[nodiscard]] Handle hashable_item();
  [[nodiscard]] Handle value_of(const cbor::Head& head);
  [[nodiscard]] Handle integer(const cbor::Head& head);
  [[nodiscard]] Handle string(const cbor::Head& head);
  [[nodiscard]] Handle list(const cbor::Head& head);
  [[nodiscard]] Handle tuple(const cbor::Head& head);
  [[nodiscard]] Handle map(const cbor::Head& head);
  [[nodiscard]] bool pair(PyObject* map, Hashes& hashes);
  [[nodiscard]] bool count_hash(PyObject* key, Hashes& hashes, const char* what,
                                std::size_t offset);
  [[nodiscard]] Handle tagged(const cbor::Head& tag);
  [[nodiscard]] Handle bignum(const cbor::Head& tag);
  [[nodiscard]] Handle date_time(const cbor::Head& tag);
  [[nodiscard]] Handle date(const cbor::Head& tag);
  [[nodiscard]] Handle uuid(const cbor::Head& tag);
  [[nodiscard]] Handle complex(const cbor::Head& tag);
  [[nodiscard]] Handle set(const cbor::Head& tag);
  [[nodiscard]] Handle array(const cbor::Head& tag);
  // A memoryview of an array's bytes: of the source if possible, otherwise of a copy.
  [[nodiscard]] Handle memory_of(const cbor::TypedArray& array);

  // True if the container has another item. Otherwise consumes the break that ends it, if any.
  [[nodiscard]] bool more(const cbor::Head& container, std::uint64_t read);
  [[nodiscard]] bool validate(cbor::Validator& validator) const;
  [[nodiscard]] bool charge(std::size_t offset, std::uint64_t bytes);
  // Raise a DecodeError.
  Handle refuse(const cbor::Fault& fault, const std::vector<cbor::Step>& path);
  Handle refuse(std::size_t offset, const Handle& text);
  Handle refuse_read();
  // The steps, innermost first, as Python objects.
  [[nodiscard]] Handle steps_of(const std::vector<cbor::Step>& path);

  Source& source_;
  const CborImports& imports_;
  cbor::Reader reader_;
  DecodeMeter meter_;
};

}  // namespace tuber::python
