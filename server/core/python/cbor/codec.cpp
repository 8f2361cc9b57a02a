// See cbor_codec.hpp.
#include "python/cbor/codec.hpp"

#include "cbor/writer.hpp"
#include "python/cbor/builder.hpp"
#include "python/cbor/encoder.hpp"

namespace tuber::python {

using cbor::Major;

Handle CborCodec::decode(Source& source) const {
  return CborBuilder(source, parts_).build();
}

bool CborCodec::encode(PyObject* value, serve::Body& out) const {
  return CborEncoder(parts_, Lending::unshared, out).encode(value);
}

void CborCodec::open_batch(std::size_t envelopes, serve::Body& out) const {
  cbor::append_head(out.text(), Major::array, envelopes);
}

// Items of CBOR know where they end.
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

}  // namespace tuber::python
