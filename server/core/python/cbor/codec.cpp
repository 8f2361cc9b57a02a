// See codec.hpp.
#include "python/cbor/codec.hpp"

#include "cbor/writer.hpp"
#include "python/cbor/builder.hpp"
#include "python/cbor/encoder.hpp"

namespace tuber::python {

using cbor::Major;

Handle CborCodec::decode(Source& source) const {
  return CborBuilder(source, imports_).build();
}

bool CborCodec::encode(PyObject* value, serve::Body& out) const {
  return CborEncoder(imports_, ZeroCopy::unshared, out).encode(value);
}

void CborCodec::open_batch(std::size_t envelopes, serve::Body& out) const {
  cbor::append_head(out.text(), Major::array, envelopes);
}

// CBOR items delimit themselves.
void CborCodec::separate(serve::Body&) const {}
void CborCodec::close_batch(serve::Body&) const {}
void CborCodec::close_envelope(serve::Body&) const {}

void CborCodec::open_envelope(Outcome outcome, bool with_warnings, serve::Body& out) const {
  cbor::append_head(out.text(), Major::map, with_warnings ? 2 : 1);
  cbor::append_text(out.text(), outcome == Outcome::result ? "result" : "error");
}

void CborCodec::open_warnings(serve::Body& out) const {
  cbor::append_text(out.text(), "warnings");
}

void CborCodec::encode_failure(std::string_view message, std::string_view type,
                               serve::Body& out) const {
  cbor::append_head(out.text(), Major::map, 2);
  for (const std::string_view text :
       {std::string_view("message"), message, std::string_view("type"), type}) {
    cbor::append_text(out.text(), text);
  }
}

}  // namespace tuber::python
