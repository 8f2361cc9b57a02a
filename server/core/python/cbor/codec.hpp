// Converts CBOR (RFC 8949) to Python values and back.
#pragma once

#include <utility>

#include "python/cbor/imports.hpp"
#include "python/codec.hpp"

namespace tuber::python {

// Immutable after construction. PROTOCOL.md section 9 lists the form of each value.
class CborCodec final : public Codec {
 public:
  explicit CborCodec(CborImports imports) : imports_(std::move(imports)) {}

  [[nodiscard]] std::string_view media_type() const override { return "application/cbor"; }
  [[nodiscard]] Handle decode(Source& source) const override;
  [[nodiscard]] bool decode_calls(Source& source, Calls& calls) const override;
  [[nodiscard]] bool encode(PyObject* value, serve::Body& out) const override;
  [[nodiscard]] bool encode_exact(PyObject* value, serve::Body& out) const override {
    return encode(value, out);
  }

  void open_batch(std::size_t envelopes, serve::Body& out) const override;
  void separate(serve::Body& out) const override;
  void close_batch(serve::Body& out) const override;
  void open_envelope(Outcome outcome, serve::Body& out) const override;
  void open_warnings(serve::Body::Mark envelope, serve::Body& out) const override;
  void close_envelope(serve::Body& out) const override;
  void encode_failure(std::string_view message, std::string_view type,
                      serve::Body& out) const override;

 private:
  CborImports imports_;
};

}  // namespace tuber::python
