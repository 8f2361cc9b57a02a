// See cbor_codec.hpp.
#include "python/cbor_codec.hpp"

#include "cbor/writer.hpp"
#include "python/cbor_builder.hpp"
#include "python/cbor_encoder.hpp"

namespace tuber::python {

using cbor::Major;

Handle CborCodec::decode(Source& source) const {
  return CborBuilder(source, parts_).build();
}

bool CborCodec::encode(PyObject* value, net::Body& out) const {
  return CborEncoder(parts_, Lending::unshared, out).encode(value);
}

void CborCodec::open_batch(std::size_t envelopes, net::Body& out) const {
  cbor::append_head(out.text(), Major::array, envelopes);
}

// Items of CBOR know where they end.
void CborCodec::separate(net::Body&) const {}
void CborCodec::close_batch(net::Body&) const {}
void CborCodec::close_envelope(net::Body&) const {}

void CborCodec::open_envelope(Outcome outcome, bool with_warnings, net::Body& out) const {
  cbor::append_head(out.text(), Major::map, with_warnings ? 2 : 1);
  cbor::append_text(out.text(), outcome == Outcome::result ? "result" : "error");
}

void CborCodec::open_warnings(net::Body& out) const {
  cbor::append_text(out.text(), "warnings");
}

}  // namespace tuber::python
