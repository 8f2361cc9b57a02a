// The bytes of a body that is to be decoded, and whether values may keep on using them.
#pragma once

#include <string_view>

#include "base/growing_buffer.hpp"
#include "python/handle.hpp"

namespace tuber::python {

// Borrows all that it is made of. REQUIRES: the GIL, but for its making and bytes().
class Source {
 public:
  // Bytes that are the caller's again after the decoding.
  explicit Source(std::string_view bytes) : bytes_(bytes) {}
  // Bytes of a request. `memory`, when not null, holds them and nothing else, and may be taken.
  Source(std::string_view bytes, base::GrowingBuffer* memory) : bytes_(bytes), memory_(memory) {}
  // Bytes that `exporter` exports for writing by the buffer protocol, all of them.
  Source(std::string_view bytes, PyObject* exporter)
      : bytes_(bytes), exporter_(Handle::borrow(exporter)) {}

  [[nodiscard]] std::string_view bytes() const { return bytes_; }

  // An object that keeps the bytes and exports all of them for writing, borrowed from the source;
  // null when there is none, or with a Python exception set. Takes the memory of a request when it
  // is asked for the first time.
  [[nodiscard]] PyObject* exporter();

 private:
  std::string_view bytes_;
  base::GrowingBuffer* memory_ = nullptr;
  Handle exporter_;
};

}  // namespace tuber::python
