// JSON by a library called through its C entry. Building Python objects dominates, so a C++ parser
// would not be faster than a Python library that is written well.
#pragma once

#include "python/codec.hpp"

namespace tuber::python {

// orjson serves the usual request and reply; the exact codec of tuber.codec.json serves the others.
//
// Reading, orjson would turn integers beyond 64 bits into floats, and it does not know our spelling
// of bytes. Writing, it holds borrowed references into lists and maps, so nothing may run that
// could let another thread change them: it is given only values of JSON's own types, for which it
// runs no Python.
class JsonCodec final : public Codec {
 public:
  // `exact` is a tuber.codec.json.JsonCodec. When `orjson` is empty all goes through `exact`.
  struct Parts {
    Handle exact = {};
    Handle orjson = {};
  };
  // REQUIRES: the GIL. Throws std::runtime_error when a part lacks what it should have.
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

 private:
  Handle exact_decode_;
  Handle exact_encode_;
  Handle loads_;  // orjson.loads and orjson.dumps; empty without orjson
  Handle dumps_;
};

// May orjson decode this body without changing a value? No, when it holds 19 digits in a row (an
// integer may be beyond 64 bits) or the member name of encoded bytes.
[[nodiscard]] bool orjson_is_exact_for(std::string_view body);

// Is this value, with all that is in it, of exactly JSON's types (None, bool, int, float, str,
// list, tuple, dict with string keys), so that encoding it runs no Python? REQUIRES: the GIL.
[[nodiscard]] bool is_plain(PyObject* value);

// Does the value arrive as itself when it travels as JSON (a tuple as a list, as in CBOR)? Then it
// is plain, holds no NaN or infinity, and no map of the form of bytes. May be false for a value
// that would arrive all right; never true for one that would not. REQUIRES: the GIL.
[[nodiscard]] bool is_exact_in_json(PyObject* value);

}  // namespace tuber::python
