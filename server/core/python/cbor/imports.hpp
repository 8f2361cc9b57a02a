// What the CBOR codec imports from the one in Python: errors, arrays, and the conversion of values
// that CBOR has no form for. Sharing them makes both codecs behave the same.
#pragma once

#include "python/handle.hpp"

namespace tuber::python {

// Read-only after construction; all members are set. REQUIRES: the GIL to construct and destroy.
struct CborImports {
  // Throws pybind11::error_already_set if an import fails.
  [[nodiscard]] static CborImports load();

  Handle decode_error;  // tuber.codec.DecodeError(fault, offset, place)
  Handle encode_error;  // (exception, steps) -> an EncodeError with the place
  Handle fault;         // tuber.codec.fault.Fault: raised while encoding
  Handle place_of;      // (steps, innermost first) -> the place as text
  Handle make_array;    // (memoryview, typecode, shape, order) -> an array
  Handle simplify;      // (value) -> a simpler value, or a Block; raises Fault
  Handle hashable;      // (key, role) -> the key to write; raises Fault
  Handle block;         // the class Block: memory, typecode, shape, order
  Handle uuid;          // uuid.UUID
};

}  // namespace tuber::python
