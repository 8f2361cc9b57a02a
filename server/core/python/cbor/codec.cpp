// See codec.hpp.
#include "python/cbor/codec.hpp"

#include "cbor/writer.hpp"
#include "python/cbor/builder.hpp"
#include "python/cbor/encoder.hpp"
#include "python/invoke.hpp"

namespace tuber::python {

using cbor::Major;

Handle CborCodec::decode(Source& source) const {
  return with_memory_error([&] { return CborBuilder(source, imports_).build(); });
}

bool CborCodec::decode_calls(Source& source, Calls& calls) const {
  const Handle decoded = decode(source);
  if (!decoded) return false;
  calls.is_batch = PyList_Check(decoded.get());
  if (!calls.is_batch) return calls.single.take(decoded.get());
  return with_memory_error([&] {
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(decoded.get()); ++i) {
      if (!calls.batch.emplace_back().take(PyList_GET_ITEM(decoded.get(), i))) return false;
    }
    return true;
  });
}

bool CborCodec::encode(PyObject* value, serve::Body& out) const {
  return with_memory_error(
      [&] { return CborEncoder(imports_, ZeroCopy::unshared, out).encode(value); });
}

void CborCodec::open_batch(std::size_t envelopes, serve::Body& out) const {
  cbor::append_head(out.text(), Major::array, envelopes);
}

// CBOR items delimit themselves.
void CborCodec::separate(serve::Body&) const {}
void CborCodec::close_batch(serve::Body&) const {}
void CborCodec::close_envelope(serve::Body&) const {}

void CborCodec::open_envelope(Outcome outcome, serve::Body& out) const {
  cbor::append_head(out.text(), Major::map, 1);
  cbor::append_text(out.text(), outcome == Outcome::result ? "result" : "error");
}

void CborCodec::open_warnings(serve::Body::Mark envelope, serve::Body& out) const {
  constexpr char kMapOfTwo = static_cast<char>(static_cast<int>(Major::map) << 5 | 2);
  out.text()[envelope.text] = kMapOfTwo;
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
