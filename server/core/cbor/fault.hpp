// What is wrong with a body, and where. A value, as faults are in the layers without Python.
#pragma once

#include <cstddef>
#include <string>

namespace tuber::cbor {

struct Fault {
  std::size_t offset = 0;  // of the initial byte of the innermost item at fault
  std::string text;        // what was expected and what came; without the place
};

}  // namespace tuber::cbor
