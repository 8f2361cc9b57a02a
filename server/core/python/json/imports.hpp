// What the JSON codec imports from tuber.codec: errors, and the conversion of values that JSON has
// no type for. The codec in Python uses the same functions, so both behave the same.
#pragma once

#include "python/handle.hpp"

namespace tuber::python {

// Read-only after construction; all members are set. REQUIRES: the GIL to construct and destroy.
struct JsonImports {
  // Throws pybind11::error_already_set if an import fails.
  [[nodiscard]] static JsonImports load();

  Handle decode_error;  // tuber.codec.DecodeError(fault, offset, place)
  Handle fault;         // tuber.codec.fault.Fault: raised while encoding
  Handle place_of;      // (steps, innermost first) -> the place as text
  Handle encode_error;  // (exception, steps) -> an EncodeError with the place
  Handle simplify;      // (value) -> a simpler value; raises Fault
  Handle text_keys;     // (keys of a map, strict) -> their strings; raises Fault
};

}  // namespace tuber::python
