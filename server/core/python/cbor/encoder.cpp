// See encoder.hpp.
#include "python/cbor/encoder.hpp"

#include <datetime.h>

#include <cstdint>
#include <string>
#include <utility>

#include "cbor/limits.hpp"
#include "cbor/tags.hpp"
#include "cbor/writer.hpp"
#include "python/held_buffers.hpp"
#include "python/invoke.hpp"

namespace tuber::python {

using cbor::Major;

namespace {

constexpr const char* kTooDeep = "nested more than 256 levels deep, or it contains itself";
static_assert(cbor::kMaxNesting == 256, "kTooDeep states the limit");

bool import_datetime() {
  if (PyDateTimeAPI == nullptr) PyDateTime_IMPORT;
  return PyDateTimeAPI != nullptr;
}

Handle call_method(PyObject* object, const char* name) {
  return Handle::steal(
      without_unwinding([&] { return PyObject_CallMethod(object, name, nullptr); }));
}

// References to the items of a sequence, starting with index `from`.
std::vector<Handle> hold(PyObject* sequence, Py_ssize_t from) {
  std::vector<Handle> held;
  held.reserve(static_cast<std::size_t>(Py_SIZE(sequence) - from));
  for (Py_ssize_t i = from; i < Py_SIZE(sequence); ++i)
    held.push_back(Handle::borrow(PySequence_Fast_ITEMS(sequence)[i]));
  return held;
}

// The element type of a format string (PEP 3118, with an explicit byte order).
cbor::ElementType element_type_of(std::string_view typecode) {
  using Kind = cbor::ElementType::Kind;
  cbor::ElementType type;
  type.big_endian = typecode.starts_with('>');
  typecode.remove_prefix(typecode.find_first_not_of("<>"));
  const bool complex = typecode.starts_with('Z');
  const char letter = typecode.back();
  constexpr std::string_view kSigned = "bhiq", kUnsigned = "BHIQ", kReal = "efd";
  if (letter == '?') {
    type.kind = Kind::boolean;
  } else if (const auto order = kSigned.find(letter); order != std::string_view::npos) {
    type.kind = Kind::signed_integer;
    type.size = std::size_t{1} << order;
  } else if (const auto order = kUnsigned.find(letter); order != std::string_view::npos) {
    type.kind = Kind::unsigned_integer;
    type.size = std::size_t{1} << order;
  } else {
    type.kind = complex ? Kind::complex : Kind::real;
    type.size = (complex ? std::size_t{4} : std::size_t{2}) << kReal.find(letter);
  }
  return type;
}

}  // namespace

bool CborEncoder::encode(PyObject* value) {
  if (this->value(value, 1)) return true;
  if (PyErr_ExceptionMatches(PyExc_RecursionError)) {
    PyErr_Clear();
    refuse(kTooDeep);
  }
  raise_with_place(imports_.encode_error, steps_);
  return false;
}

bool CborEncoder::value(PyObject* value, Py_ssize_t references) {
  if (inert(value)) return true;
  return PyErr_Occurred() == nullptr && container(value, references);
}

bool CborEncoder::inert(PyObject* value) {
  std::string& out = out_.text();
  if (value == Py_None) return cbor::append_simple(out, cbor::simple::kNull), true;
  if (PyUnicode_CheckExact(value)) return text(value);
  if (PyLong_CheckExact(value)) return integer(value);
  if (PyFloat_CheckExact(value)) return cbor::append_float(out, PyFloat_AS_DOUBLE(value)), true;
  if (PyBool_Check(value))
    return cbor::append_simple(out, value == Py_True ? cbor::simple::kTrue : cbor::simple::kFalse),
           true;
  return false;
}

bool CborEncoder::container(PyObject* value, Py_ssize_t references) {
  const bool unshared = references != kShared && Py_REFCNT(value) == references;
  if (PyList_CheckExact(value) || PyTuple_CheckExact(value)) return items(value, unshared);
  if (PyDict_CheckExact(value)) return map(value, unshared);
  if (PyBytes_CheckExact(value)) return bytes(value, true);  // immutable
  if (PyByteArray_CheckExact(value)) return bytes(value, unshared);
  if (PyComplex_CheckExact(value)) return complex(value);
  if (PyAnySet_CheckExact(value)) return set(value);
  if (!import_datetime()) return false;
  if (PyDateTime_CheckExact(value)) return date_time(value);
  if (PyDate_CheckExact(value)) return tagged_text(cbor::tag::kDate, value, "isoformat");
  if (Py_TYPE(value) == reinterpret_cast<PyTypeObject*>(imports_.uuid.get())) return uuid(value);
  return other(value, references);
}

bool CborEncoder::integer(PyObject* value) {
  int overflow = 0;
  const long long small = PyLong_AsLongLongAndOverflow(value, &overflow);
  std::string& out = out_.text();
  if (overflow == 0) {
    if (small >= 0) {
      cbor::append_head(out, Major::unsigned_integer, static_cast<std::uint64_t>(small));
    } else {
      cbor::append_head(out, Major::negative_integer, static_cast<std::uint64_t>(-1 - small));
    }
    return true;
  }
  Handle magnitude = overflow > 0 ? Handle::borrow(value) : Handle::steal(PyNumber_Invert(value));
  if (!magnitude) return false;
  const unsigned long long large = PyLong_AsUnsignedLongLong(magnitude.get());
  if (PyErr_Occurred() != nullptr) {
    PyErr_Clear();
    cbor::append_tag(out, overflow > 0 ? cbor::tag::kBignum : cbor::tag::kNegativeBignum);
    return bignum(magnitude.get());
  }
  cbor::append_head(out, overflow > 0 ? Major::unsigned_integer : Major::negative_integer, large);
  return true;
}

bool CborEncoder::bignum(PyObject* magnitude) {
  Handle length = call_method(magnitude, "bit_length");
  const Py_ssize_t bits = length ? PyLong_AsSsize_t(length.get()) : -1;
  if (bits < 0) return false;
  constexpr auto kMaxBits = static_cast<Py_ssize_t>(8 * cbor::kMaxBignumBytes);
  if (bits > kMaxBits) {
    return refuse(Handle::steal(
        PyUnicode_FromFormat("an integer of %zd bits is over the limit of %zd", bits, kMaxBits)));
  }
  Handle octets =
      Handle::steal(PyObject_CallMethod(magnitude, "to_bytes", "ns", (bits + 7) / 8, "big"));
  return octets && enter() && (leave(), bytes(octets.get(), false));
}

bool CborEncoder::text(PyObject* value) {
  std::string& out = out_.text();
  if (PyUnicode_IS_COMPACT_ASCII(value)) {
    cbor::append_text(out, {static_cast<const char*>(PyUnicode_DATA(value)),
                            static_cast<std::size_t>(PyUnicode_GET_LENGTH(value))});
    return true;
  }
  // PyUnicode_AsUTF8 would cache the bytes for the life of the string.
  Handle octets = Handle::steal(PyUnicode_AsUTF8String(value));
  if (!octets) {
    if (!PyErr_ExceptionMatches(PyExc_UnicodeEncodeError)) return false;
    PyErr_Clear();
    return refuse("the string holds a lone surrogate, which has no UTF-8 form");
  }
  cbor::append_text(out, {PyBytes_AS_STRING(octets.get()),
                          static_cast<std::size_t>(PyBytes_GET_SIZE(octets.get()))});
  return true;
}

bool CborEncoder::bytes(PyObject* value, bool zero_copy) {
  cbor::append_head(out_.text(), Major::byte_string, static_cast<std::uint64_t>(Py_SIZE(value)));
  return HeldBuffers::append(value, zero_copy || zero_copy_ == ZeroCopy::always, out_);
}

bool CborEncoder::complex(PyObject* value) {
  if (!enter()) return false;
  cbor::append_tag(out_.text(), cbor::tag::kComplex);
  cbor::append_head(out_.text(), Major::array, 2);
  cbor::append_float(out_.text(), PyComplex_RealAsDouble(value));
  cbor::append_float(out_.text(), PyComplex_ImagAsDouble(value));
  leave();
  return true;
}

bool CborEncoder::items(PyObject* sequence, bool unshared) {
  if (!enter()) return false;
  const Py_ssize_t count = Py_SIZE(sequence);
  cbor::append_head(out_.text(), Major::array, static_cast<std::uint64_t>(count));
  Py_ssize_t i = 0;
  while (i < count && inert(PySequence_Fast_ITEMS(sequence)[i])) ++i;
  if (PyErr_Occurred() != nullptr) return failed_at(Handle::steal(PyLong_FromSsize_t(i)));
  if (i < count) {
    const std::vector<Handle> rest = hold(sequence, i);
    for (const Handle& item : rest) {
      if (!value(item.get(), unshared ? kHeld : kShared))
        return failed_at(Handle::steal(PyLong_FromSsize_t(i)));
      ++i;
    }
  }
  leave();
  return true;
}

bool CborEncoder::map(PyObject* map, bool unshared) {
  if (!enter()) return false;
  std::vector<Handle> keys, values;
  keys.reserve(static_cast<std::size_t>(PyDict_GET_SIZE(map)));
  values.reserve(keys.capacity());
  bool plain = true;
  PyObject *key = nullptr, *item = nullptr;
  for (Py_ssize_t position = 0; PyDict_Next(map, &position, &key, &item);) {
    plain = plain && (PyUnicode_CheckExact(key) || PyBytes_CheckExact(key));
    keys.push_back(Handle::borrow(key));
    values.push_back(Handle::borrow(item));
  }
  cbor::append_head(out_.text(), Major::map, keys.size());
  Handle written;
  if (!plain) {
    written = this->keys(keys, "a key of a map", "keys of a map");
    if (!written) return false;
  }
  for (std::size_t i = 0; i < keys.size(); ++i) {
    key = plain ? keys[i].get() : PyList_GET_ITEM(written.get(), static_cast<Py_ssize_t>(i));
    if (!value(key, kShared)) return false;
    if (!value(values[i].get(), unshared ? kHeld : kShared)) return failed_at(Handle::borrow(key));
  }
  leave();
  return true;
}

bool CborEncoder::set(PyObject* set) {
  if (!enter()) return false;
  Handle elements = Handle::steal(PySequence_List(set));
  if (!elements) return false;
  Handle written = keys(hold(elements.get(), 0), "an element of a set", "elements of a set");
  if (!written) return false;
  cbor::append_tag(out_.text(), cbor::tag::kSet);
  if (!items(written.get(), false)) return false;
  leave();
  return true;
}

Handle CborEncoder::keys(const std::vector<Handle>& keys, const char* role, const char* kind) {
  Handle written = Handle::steal(PyList_New(0));
  Handle role_text = Handle::steal(PyUnicode_FromString(role));
  if (!written || !role_text) return {};
  bool converted = false;
  for (const Handle& key : keys) {
    PyObject* const plain = key.get();
    Handle made = PyUnicode_CheckExact(plain) || PyBytes_CheckExact(plain)
                      ? Handle::borrow(plain)
                      : invoke(imports_.hashable, plain, role_text.get());
    if (!made || PyList_Append(written.get(), made.get()) < 0) return {};
    converted = converted || Py_TYPE(made.get()) != Py_TYPE(plain) || PyTuple_CheckExact(plain);
  }
  if (converted && !check_equal_keys(written.get(), kind)) return {};
  return written;
}

// Converted keys can collide: an Enum and its value, for example.
bool CborEncoder::check_equal_keys(PyObject* keys, const char* kind) {
  Handle seen = Handle::steal(PySet_New(nullptr));
  for (Py_ssize_t i = 0; seen && i < PyList_GET_SIZE(keys); ++i) {
    PyObject* key = PyList_GET_ITEM(keys, i);
    if (PySet_Add(seen.get(), key) < 0) return false;
    if (PySet_GET_SIZE(seen.get()) > i) continue;
    std::string plural = kind;  // "keys of a map" are two keys of the map
    plural.replace(plural.find(" of a "), 6, " of the ");
    return refuse(
        Handle::steal(PyUnicode_FromFormat("two %s become the same %R", plural.c_str(), key)));
  }
  return static_cast<bool>(seen);
}

bool CborEncoder::date_time(PyObject* value) {
  Handle offset = call_method(value, "utcoffset");
  if (!offset) return false;
  if (offset.get() == Py_None)
    return refuse("a datetime without a time zone is not supported; add one with .astimezone()");
  if (PyDateTime_DELTA_GET_SECONDS(offset.get()) % 60 != 0 ||
      PyDateTime_DELTA_GET_MICROSECONDS(offset.get()) != 0) {
    return refuse(
        "a UTC offset with seconds is not supported; convert with "
        ".astimezone(datetime.timezone.utc)");
  }
  return tagged_text(cbor::tag::kDateTime, value, "isoformat");
}

bool CborEncoder::tagged_text(std::uint64_t tag, PyObject* value, const char* method) {
  Handle written = call_method(value, method);
  if (!written || !enter()) return false;
  cbor::append_tag(out_.text(), tag);
  leave();
  return text(written.get());
}

bool CborEncoder::uuid(PyObject* value) {
  Handle octets = Handle::steal(PyObject_GetAttrString(value, "bytes"));
  if (!octets || !enter()) return false;
  cbor::append_tag(out_.text(), cbor::tag::kUuid);
  leave();
  return bytes(octets.get(), false);
}

bool CborEncoder::other(PyObject* value, Py_ssize_t references) {
  const bool unshared = references != kShared && is_unshared_array(value, references);
  Handle made = invoke(imports_.simplify, value);
  if (!made) return false;
  if (Py_TYPE(made.get()) == reinterpret_cast<PyTypeObject*>(imports_.block.get()))
    return block(made.get(), value, unshared);
  // The value of an Enum can be an Enum, and so on.
  if (Py_EnterRecursiveCall(" while a value was simplified")) return false;
  const bool written = this->value(made.get(), kShared);
  Py_LeaveRecursiveCall();
  return written;
}

bool CborEncoder::block(PyObject* block, PyObject* of, bool unshared) {
  PyObject* const memory = PyTuple_GET_ITEM(block, 0);
  PyObject* const shape = PyTuple_GET_ITEM(block, 2);
  const char* typecode = PyUnicode_AsUTF8(PyTuple_GET_ITEM(block, 1));
  const char* order = PyUnicode_AsUTF8(PyTuple_GET_ITEM(block, 3));
  if (typecode == nullptr || order == nullptr || !enter()) return false;
  std::vector<std::uint64_t> dimensions;
  for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(shape); ++i) {
    dimensions.push_back(PyLong_AsUnsignedLongLong(PyTuple_GET_ITEM(shape, i)));
    if (PyErr_Occurred() != nullptr) return false;
  }
  cbor::append_array_head(out_.text(), element_type_of(typecode), dimensions, *order == 'F',
                          out_.size());
  leave();
  const bool zero_copy =
      unshared || zero_copy_ == ZeroCopy::always || !may_share_memory(memory, of);
  return HeldBuffers::append(memory, zero_copy, out_);
}

bool CborEncoder::enter() {
  return ++nesting_ <= cbor::kMaxNesting || refuse(kTooDeep);
}

bool CborEncoder::refuse(const char* text) {
  return refuse(Handle::steal(PyUnicode_FromString(text)));
}

bool CborEncoder::refuse(const Handle& text) {
  raise_fault(imports_.fault, text);
  return false;
}

bool CborEncoder::failed_at(Handle step) {
  if (step) steps_.push_back(std::move(step));
  return false;
}

}  // namespace tuber::python
