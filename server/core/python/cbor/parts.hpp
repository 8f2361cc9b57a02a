// What the CBOR codec shares with the one in Python: its errors, its arrays, and what becomes of the
// values that CBOR has no form of. So both say the same of them, in one place.
#pragma once

#include "python/handle.hpp"

namespace tuber::python {

// REQUIRES: the GIL when it is made and destroyed. All members are set; read-only afterwards.
struct CborParts {
  // Imports them from the package tuber.codec. Throws pybind11::error_already_set.
  [[nodiscard]] static CborParts load();

  Handle decode_error;  // tuber.codec.DecodeError(fault, offset, place)
  Handle encode_error;  // tuber.codec.EncodeError(fault, place)
  Handle fault;         // tuber.codec.fault.Fault: what encoding raises inside
  Handle place_of;      // (steps, innermost first) -> the place as text
  Handle make_array;    // (memoryview, typecode, shape, order) -> an array
  Handle plainer;       // (value) -> a value nearer to CBOR's, or a Block; raises Fault
  Handle hashable;      // (key, role) -> the key as it is written; raises Fault
  Handle block;         // the class Block: memory, typecode, shape, order
  Handle uuid;          // uuid.UUID
};

}  // namespace tuber::python
