// The JSON codec of the server, and as functions for Python.
#pragma once

#include <pybind11/pybind11.h>

#include "python/codec.hpp"
#include "python/json/encoder.hpp"
#include "python/json/imports.hpp"
#include "python/json/string_cache.hpp"

namespace tuber::python {

// Writes values for clients that accept only JSON, too (PROTOCOL.md section 9).
class JsonCodec final : public Codec {
 public:
  // REQUIRES: the GIL, here and for the destructor.
  explicit JsonCodec(JsonImports imports) : imports_(std::move(imports)) {}

  [[nodiscard]] std::string_view media_type() const override { return "application/json"; }
  [[nodiscard]] Handle decode(Source& source) const override;
  [[nodiscard]] bool decode_calls(Source& source, Calls& calls) const override;
  [[nodiscard]] bool encode(PyObject* value, serve::Body& out) const override;
  [[nodiscard]] bool encode_exact(PyObject* value, serve::Body& out) const override;

  void open_batch(std::size_t envelopes, serve::Body& out) const override;
  void separate(serve::Body& out) const override;
  void close_batch(serve::Body& out) const override;
  void open_envelope(Outcome outcome, serve::Body& out) const override;
  void open_warnings(serve::Body::Mark envelope, serve::Body& out) const override;
  void close_envelope(serve::Body& out) const override;
  void encode_failure(std::string_view message, std::string_view type,
                      serve::Body& out) const override;

 private:
  JsonImports imports_;
  mutable StringCache strings_;
};

// Adds the function json_functions to the module: `strict` -> the functions encode(value),
// encode_exact(value) and decode(body) of tuber.codec.json, which documents them.
void define_json_functions(pybind11::module_& module);

}  // namespace tuber::python
