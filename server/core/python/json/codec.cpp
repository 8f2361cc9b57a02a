// See codec.hpp.
#include "python/json/codec.hpp"

#include <cmath>
#include <stdexcept>

#include "cbor/limits.hpp"
#include "http/characters.hpp"
#include "python/invoke.hpp"
#include "python/json/nesting.hpp"

namespace tuber::python {
namespace {

// The smallest integer that orjson can't hold, 2**64, has 20 digits; -2**63 - 1 has 19.
constexpr std::size_t kSuspiciousDigits = 19;

// The exact codec encodes deeper values, and enforces the limit.
constexpr int kPlainDepth = 64;

// What to check of a value: that encoding it runs no Python code, or also that it arrives
// unchanged.
enum class Check { plain, exact };

template <Check check>
bool holds_for(PyObject* value, int depth);

template <Check check>
bool holds_for_items(PyObject* const* items, Py_ssize_t count, int depth) {
  for (Py_ssize_t i = 0; i < count; ++i) {
    if (PyLong_CheckExact(items[i])) continue;  // most list items are numbers
    if (!holds_for<check>(items[i], depth)) return false;
  }
  return true;
}

template <Check check>
bool holds_for_map(PyObject* map, int depth) {
  PyObject *name = nullptr, *value = nullptr;
  Py_ssize_t position = 0;
  while (PyDict_Next(map, &position, &name, &value)) {
    if (!PyUnicode_CheckExact(name) || !holds_for<check>(value, depth)) return false;
  }
  // The reader would take {"bytes": ...} for bytes (PROTOCOL.md section 9).
  return check == Check::plain || PyDict_GET_SIZE(map) != 1 ||
         PyUnicode_CompareWithASCIIString(name, "bytes") != 0;
}

template <Check check>
bool holds_for(PyObject* value, int depth) {
  if (value == Py_None || PyLong_CheckExact(value) || PyUnicode_CheckExact(value) ||
      PyBool_Check(value)) {
    return true;
  }
  if (PyFloat_CheckExact(value))
    return check == Check::plain || std::isfinite(PyFloat_AS_DOUBLE(value));
  if (depth == 0) return false;
  if (PyList_CheckExact(value) || PyTuple_CheckExact(value))
    return holds_for_items<check>(PySequence_Fast_ITEMS(value), Py_SIZE(value), depth - 1);
  return PyDict_CheckExact(value) && holds_for_map<check>(value, depth - 1);
}

// True if `body` contains `word`. Searches for the character at index `rare`, which is uncommon in
// requests: a general search would stop at each quotation mark.
bool contains(std::string_view body, std::string_view word, std::size_t rare) {
  for (std::size_t at = body.find(word[rare]); at != std::string_view::npos;
       at = body.find(word[rare], at + 1)) {
    if (at >= rare && body.substr(at - rare, word.size()) == word) return true;
  }
  return false;
}

Handle attribute(PyObject* object, const char* name) {
  Handle value = Handle::steal(PyObject_GetAttrString(object, name));
  if (!value) throw std::runtime_error("an object passed to the JSON codec lacks an attribute");
  return value;
}

bool append_bytes(const Handle& encoded, serve::Body& out) {
  if (!encoded) return false;
  char* bytes = nullptr;
  Py_ssize_t length = 0;
  if (PyBytes_AsStringAndSize(encoded.get(), &bytes, &length) < 0) return false;
  out += std::string_view(bytes, static_cast<std::size_t>(length));
  return true;
}

}  // namespace

bool is_plain(PyObject* value) {
  return holds_for<Check::plain>(value, kPlainDepth);
}

bool is_exact_in_json(PyObject* value) {
  return holds_for<Check::exact>(value, kPlainDepth);
}

bool orjson_is_exact_for(std::string_view body) {
  // A run of n digits contains a multiple of n, so only every n-th position is examined.
  for (std::size_t at = kSuspiciousDigits - 1; at < body.size(); at += kSuspiciousDigits) {
    if (!http::is_digit(body[at])) continue;
    std::size_t first = at;
    while (first > 0 && at - first < kSuspiciousDigits && http::is_digit(body[first - 1])) --first;
    std::size_t last = at;
    while (last + 1 < body.size() && last - first + 1 < kSuspiciousDigits &&
           http::is_digit(body[last + 1])) {
      ++last;
    }
    if (last - first + 1 >= kSuspiciousDigits) return false;
  }
  // An escape sequence is another spelling of the name.
  return !contains(body, "\"bytes\"", 2) && !contains(body, "\\u", 0);
}

JsonCodec::JsonCodec(Parts parts)
    : exact_decode_(attribute(parts.exact.get(), "decode")),
      exact_encode_(attribute(parts.exact.get(), "encode")) {
  if (!parts.orjson) return;
  loads_ = attribute(parts.orjson.get(), "loads");
  dumps_ = attribute(parts.orjson.get(), "dumps");
}

Handle JsonCodec::decode(Source& source) const {
  const std::string_view body = source.bytes();
  if (is_nested_deeper(body, cbor::kMaxNesting)) {
    PyErr_Format(PyExc_ValueError, "not a call: nested more than %zu levels deep",
                 cbor::kMaxNesting);
    return {};
  }
  Handle bytes =
      Handle::steal(PyBytes_FromStringAndSize(body.data(), static_cast<Py_ssize_t>(body.size())));
  if (!bytes) return {};
  if (loads_ && orjson_is_exact_for(body)) {
    Handle value = invoke(loads_, bytes.get());
    if (value) return value;
    PyErr_Clear();  // the exact codec reports the place of the error
  }
  return invoke(exact_decode_, bytes.get());
}

bool JsonCodec::encode(PyObject* value, serve::Body& out) const {
  if (value == Py_None) {
    out += "null";
    return true;
  }
  if (dumps_ && is_plain(value)) {
    if (append_bytes(invoke(dumps_, value), out)) return true;
    PyErr_Clear();  // an integer over 64 bits or a lone surrogate; the exact codec handles both
  }
  return append_bytes(invoke(exact_encode_, value), out);
}

void JsonCodec::open_batch(std::size_t, serve::Body& out) const {
  out += '[';
}
void JsonCodec::separate(serve::Body& out) const {
  out += ',';
}
void JsonCodec::close_batch(serve::Body& out) const {
  out += ']';
}

void JsonCodec::open_envelope(Outcome outcome, bool, serve::Body& out) const {
  out += outcome == Outcome::result ? "{\"result\":" : "{\"error\":";
}

void JsonCodec::open_warnings(serve::Body& out) const {
  out += ",\"warnings\":";
}
void JsonCodec::close_envelope(serve::Body& out) const {
  out += '}';
}

void JsonCodec::encode_failure(std::string_view message, std::string_view type,
                               serve::Body& out) const {
  for (const std::string_view part :
       {std::string_view("{\"message\":\""), message, std::string_view("\",\"type\":\""), type,
        std::string_view("\"}")}) {
    out += part;
  }
}

}  // namespace tuber::python
