// The bytes of a body to decode, and an object that keeps them alive for arrays.
#pragma once

#include <pybind11/pybind11.h>

#include <cstdint>
#include <limits>
#include <string_view>

#include "base/growing_buffer.hpp"
#include "python/handle.hpp"

namespace tuber::python {

// Its constructor's arguments must outlive it. REQUIRES: the GIL, except for the constructor and
// bytes().
class Source {
 public:
  // Bytes that the caller keeps: arrays are copied.
  explicit Source(std::string_view bytes) : bytes_(bytes) {}
  // The body of a request. `memory`, if not null, holds exactly these bytes and may be taken over.
  Source(std::string_view bytes, base::GrowingBuffer* memory) : bytes_(bytes), memory_(memory) {}
  // All the bytes that `exporter` exports, writable, through the buffer protocol.
  Source(std::string_view bytes, PyObject* exporter)
      : bytes_(bytes), exporter_(Handle::borrow(exporter)) {}

  [[nodiscard]] std::string_view bytes() const { return bytes_; }

  // Limits what the values may take, in bytes (see DecodeMeter), and lets other threads run while
  // they are made. REQUIRES: the bytes cannot change.
  void share_with_others(std::uint64_t allowance) {
    allowance_ = allowance;
    may_pause_ = true;
  }
  [[nodiscard]] std::uint64_t allowance() const { return allowance_; }
  [[nodiscard]] bool may_pause() const { return may_pause_; }

  // An object that owns the bytes and exports them, writable; borrowed from the source. Null if
  // there is none, or with a Python exception set. The first call takes over a request's memory.
  [[nodiscard]] PyObject* exporter();

 private:
  std::string_view bytes_;
  base::GrowingBuffer* memory_ = nullptr;
  std::uint64_t allowance_ = std::numeric_limits<std::uint64_t>::max();
  bool may_pause_ = false;
  Handle exporter_;
};

// Adds the class of such owners to the module. REQUIRES: the GIL.
void define_received_bytes(pybind11::module_& module);

}  // namespace tuber::python
