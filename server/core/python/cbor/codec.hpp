// CBOR (RFC 8949) to and from Python values, with arrays of numbers at memory speed.
#pragma once

#include <utility>

#include "python/cbor/parts.hpp"
#include "python/codec.hpp"

namespace tuber::python {

// Immutable after construction. See PROTOCOL.md section 9 for what becomes of which value.
class CborCodec final : public Codec {
 public:
  explicit CborCodec(CborParts parts) : parts_(std::move(parts)) {}

  [[nodiscard]] std::string_view media_type() const override { return "application/cbor"; }
  [[nodiscard]] Handle decode(Source& source) const override;
  [[nodiscard]] bool encode(PyObject* value, serve::Body& out) const override;

  void open_batch(std::size_t envelopes, serve::Body& out) const override;
  void separate(serve::Body& out) const override;
  void close_batch(serve::Body& out) const override;
  void open_envelope(Outcome outcome, bool with_warnings, serve::Body& out) const override;
  void open_warnings(serve::Body& out) const override;
  void close_envelope(serve::Body& out) const override;

 private:
  CborParts parts_;
};

}  // namespace tuber::python
