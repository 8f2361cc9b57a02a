// Converts JSON to Python values and back with orjson, called through its C interface.
#pragma once

#include "python/codec.hpp"

namespace tuber::python {

// orjson handles common requests and replies; the exact codec of tuber.codec.json handles the rest.
//
// orjson reads integers over 64 bits as floats, and does not know the protocol's form of bytes.
// While it writes, it holds borrowed references into lists and maps, so no Python code may run that
// lets another thread change them. Therefore it gets only values of JSON's own types.
class JsonCodec final : public Codec {
 public:
  // `exact` is a tuber.codec.json.JsonCodec. It handles everything if `orjson` is empty.
  struct Parts {
    Handle exact = {};
    Handle orjson = {};
  };
  // REQUIRES: the GIL. Throws std::runtime_error if a part lacks an attribute.
  explicit JsonCodec(Parts parts);

  [[nodiscard]] std::string_view media_type() const override { return "application/json"; }
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
  Handle exact_decode_;
  Handle exact_encode_;
  Handle loads_;  // orjson.loads and orjson.dumps; empty without orjson
  Handle dumps_;
};

// True if orjson decodes this body without changing a value. False if it contains 19 consecutive
// digits (an integer could exceed 64 bits) or the member name of encoded bytes.
[[nodiscard]] bool orjson_is_exact_for(std::string_view body);

// True if the value and everything in it is exactly of a JSON type (None, bool, int, float, str,
// list, tuple, dict with string keys), so that encoding it runs no Python code. REQUIRES: the GIL.
[[nodiscard]] bool is_plain(PyObject* value);

// True if JSON carries the value unchanged (a tuple arrives as a list, as in CBOR): it is plain and
// contains no NaN, infinity or map with the form of bytes. Never true for a value that JSON
// changes; may be false for one that it does not. REQUIRES: the GIL.
[[nodiscard]] bool is_exact_in_json(PyObject* value);

}  // namespace tuber::python
