// Makes Python values of a CBOR body. What is wrong with the bytes alone the Examiner has said
// before the first object is made.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "cbor/examiner.hpp"
#include "cbor/reader.hpp"
#include "cbor/typed_array.hpp"
#include "python/cbor/parts.hpp"
#include "python/handle.hpp"
#include "python/source.hpp"

namespace tuber::python {

// For one body. Borrows what it is made of. REQUIRES: the GIL. A function that returns an empty
// handle or false has set a Python exception.
class CborBuilder {
 public:
  CborBuilder(Source& source, const CborParts& parts)
      : source_(source), parts_(parts), reader_(source.bytes()) {}

  // The value of the whole body.
  [[nodiscard]] Handle build();

 private:
  CborBuilder(Source& source, const CborParts& parts, std::size_t at)
      : source_(source), parts_(parts), reader_(source.bytes(), at) {}

  [[nodiscard]] Handle item();
  // An item that can be hashed: arrays become tuples.
  [[nodiscard]] Handle hashable_item();
  [[nodiscard]] Handle value_of(const cbor::Head& head);
  [[nodiscard]] Handle integer(const cbor::Head& head);
  [[nodiscard]] Handle string(const cbor::Head& head);
  [[nodiscard]] Handle list(const cbor::Head& head);
  [[nodiscard]] Handle tuple(const cbor::Head& head);
  [[nodiscard]] Handle map(const cbor::Head& head);
  [[nodiscard]] bool pair(PyObject* map);
  [[nodiscard]] Handle tagged(const cbor::Head& tag);
  [[nodiscard]] Handle bignum(const cbor::Head& tag);
  [[nodiscard]] Handle date_time(const cbor::Head& tag);
  [[nodiscard]] Handle date(const cbor::Head& tag);
  [[nodiscard]] Handle uuid(const cbor::Head& tag);
  [[nodiscard]] Handle complex(const cbor::Head& tag);
  [[nodiscard]] Handle set(const cbor::Head& tag);
  [[nodiscard]] Handle array(const cbor::Head& tag);
  // The bytes of an array as a memoryview: of the source if they may stay there, else of a copy.
  [[nodiscard]] Handle memory_of(const cbor::TypedArray& array);

  // Is there another item in the container? Takes the break that ends it, if that comes next.
  [[nodiscard]] bool more(const cbor::Head& container, std::uint64_t read);
  // Raise a DecodeError.
  Handle refuse(const cbor::Fault& fault, const std::vector<cbor::Step>& way);
  Handle refuse(std::size_t offset, const Handle& text);
  Handle refuse_read();
  // The steps, innermost first, as Python objects.
  [[nodiscard]] Handle steps_of(const std::vector<cbor::Step>& way);

  Source& source_;
  const CborParts& parts_;
  cbor::Reader reader_;
};

}  // namespace tuber::python
