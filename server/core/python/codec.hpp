// The interface of a media type: values to and from bytes, and the envelope around them.
#pragma once

#include <cstddef>
#include <string_view>

#include "python/call_members.hpp"
#include "python/handle.hpp"
#include "python/source.hpp"
#include "serve/body.hpp"

namespace tuber::python {

// Which of its two members an envelope has (PROTOCOL.md section 4).
enum class Outcome { result, error };

// Thread-safe under the GIL. REQUIRES: the GIL for functions that take or return Python objects; on
// failure they return an empty handle or false with a Python exception set.
class Codec {
 public:
  virtual ~Codec() = default;

  [[nodiscard]] virtual std::string_view media_type() const = 0;

  [[nodiscard]] virtual Handle decode(Source& source) const = 0;
  // The same for the calls of a request.
  [[nodiscard]] virtual bool decode_calls(Source& source, Calls& calls) const = 0;
  // Appends the value. On failure `out` may hold a part of it, which the caller must cut off.
  [[nodiscard]] virtual bool encode(PyObject* value, serve::Body& out) const = 0;
  // The same, but fails without an exception if the value would arrive as another one, or if only a
  // close inspection would show that it does not.
  [[nodiscard]] virtual bool encode_exact(PyObject* value, serve::Body& out) const = 0;

  // A batch: open, the envelopes with separators between them, close.
  virtual void open_batch(std::size_t envelopes, serve::Body& out) const = 0;
  virtual void separate(serve::Body& out) const = 0;
  virtual void close_batch(serve::Body& out) const = 0;

  // An envelope: open, the encoded result or failure, the warnings if any, close.
  // Warnings may still appear while a result is encoded, so their number is not known at the start.
  virtual void open_envelope(Outcome outcome, serve::Body& out) const = 0;
  virtual void open_warnings(serve::Body::Mark envelope, serve::Body& out) const = 0;
  virtual void close_envelope(serve::Body& out) const = 0;

  // Appends a failure with these two members. Needs no Python object, so it works when Python
  // cannot allocate. REQUIRES: ASCII without control characters, quotation marks or backslashes.
  virtual void encode_failure(std::string_view message, std::string_view type,
                              serve::Body& out) const = 0;
};

}  // namespace tuber::python
