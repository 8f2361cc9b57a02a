// Converts CBOR (RFC 8949) to Python values and back.
#pragma once

#include <pybind11/pybind11.h>

#include <string_view>
#include <utility>

#include "python/codec.hpp"
#include "python/handle.hpp"

namespace tuber::python {

// What the codec imports from the one in Python: errors, arrays, and the conversion of values that
// CBOR has no form for. Sharing them makes both codecs behave the same.
//
// Read-only after construction; all members are set. REQUIRES: the GIL to construct and destroy.
struct CborImports {
  // Throws pybind11::error_already_set if an import fails.
  [[nodiscard]] static CborImports load();

  Handle decode_error;  // tuber.codec.DecodeError(fault, offset, place)
  Handle encode_error;  // tuber.codec.EncodeError(fault, place)
  Handle fault;         // tuber.codec.fault.Fault: raised while encoding
  Handle place_of;      // (steps, innermost first) -> the place as text
  Handle make_array;    // (memoryview, typecode, shape, order) -> an array
  Handle simplify;      // (value) -> a simpler value, or a Block; raises Fault
  Handle hashable;      // (key, role) -> the key to write; raises Fault
  Handle block;         // the class Block: memory, typecode, shape, order
  Handle uuid;          // uuid.UUID
};

// When a body may refer to the memory of a value instead of copying it.
enum class ZeroCopy {
  // Always: nothing can change the value before the body is used, or the caller promised not to.
  always,
  // Only if nothing else refers to the memory. A method may return an array that the instrument
  // keeps writing to, and a slow client would receive a mixture of old and new values.
  unshared,
};

// Immutable after construction. PROTOCOL.md section 9 lists the form of each value.
class CborCodec final : public Codec {
 public:
  CborCodec(CborImports imports, ZeroCopy zero_copy)
      : imports_(std::move(imports)), zero_copy_(zero_copy) {}

  [[nodiscard]] std::string_view media_type() const override { return "application/cbor"; }
  [[nodiscard]] Handle decode(Source& source) const override;
  [[nodiscard]] bool encode(PyObject* value, serve::Body& out) const override;

  void open_batch(std::size_t envelopes, serve::Body& out) const override;
  void separate(serve::Body& out) const override;
  void close_batch(serve::Body& out) const override;
  void open_envelope(Outcome outcome, bool with_warnings, serve::Body& out) const override;
  void open_warnings(serve::Body& out) const override;
  void close_envelope(serve::Body& out) const override;
  void encode_failure(std::string_view message, std::string_view type,
                      serve::Body& out) const override;

 private:
  CborImports imports_;
  ZeroCopy zero_copy_;
};

// Adds the Python class CborCodec, for the client (tuber.codec.compiled) and for tests.
void define_cbor_codec(pybind11::module_& module);

}  // namespace tuber::python
