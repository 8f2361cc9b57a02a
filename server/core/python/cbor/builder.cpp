// See builder.hpp.
#define PY_SSIZE_T_CLEAN
#include "python/cbor/builder.hpp"

#include <datetime.h>

#include <array>
#include <cstdint>

#include "cbor/dates.hpp"
#include "cbor/limits.hpp"
#include "cbor/tags.hpp"
#include "python/invoke.hpp"

namespace tuber::python {

using cbor::Head;
using cbor::Major;

namespace {

// Smaller arrays are copied, so that they do not keep a large body alive.
constexpr std::size_t kViewedFrom = 1024;

// Larger bodies are validated without the GIL.
constexpr std::size_t kLargeBody = 64 * 1024;

// Bytes of an array's objects: the array, and memoryviews of its bytes.
constexpr std::uint64_t kArrayCost = 1024;

// Python keeps one object for each of the integers up to this one.
constexpr std::uint64_t kMostSmall = 256;

// The format string of an element type (PEP 3118, with an explicit byte order).
std::string typecode_of(const cbor::ElementType& type) {
  using Kind = cbor::ElementType::Kind;
  static constexpr char kSigned[] = "bhiq", kUnsigned[] = "BHIQ", kReal[] = "efd";
  std::string code;
  if (type.size > 1) code += type.big_endian ? '>' : '<';
  std::size_t order = 0;
  for (std::size_t size = 1; size < type.size; size *= 2) ++order;
  switch (type.kind) {
    case Kind::boolean:
      return "?";
    case Kind::signed_integer:
      return code + kSigned[order];
    case Kind::unsigned_integer:
      return code + kUnsigned[order];
    case Kind::real:
      return code + kReal[order - 1];
    case Kind::complex:
      break;
  }
  return code + 'Z' + kReal[order - 2];
}

Handle shape_of(const cbor::TypedArray& array) {
  Handle shape = Handle::steal(PyTuple_New(static_cast<Py_ssize_t>(array.rank)));
  for (std::size_t i = 0; shape && i < array.rank; ++i) {
    PyObject* dimension = PyLong_FromUnsignedLongLong(array.dimensions[i]);
    if (dimension == nullptr) return {};
    PyTuple_SET_ITEM(shape.get(), static_cast<Py_ssize_t>(i), dimension);
  }
  return shape;
}

bool import_datetime() {
  if (PyDateTimeAPI == nullptr) PyDateTime_IMPORT;
  return PyDateTimeAPI != nullptr;
}

// The time zone of an offset from UTC.
Handle zone_of(int offset_minutes) {
  if (offset_minutes == 0) return Handle::borrow(PyDateTime_TimeZone_UTC);
  Handle offset = Handle::steal(PyDelta_FromDSU(0, offset_minutes * 60, 0));
  return offset ? Handle::steal(PyTimeZone_FromOffset(offset.get())) : Handle();
}

}  // namespace

Handle CborBuilder::build() {
  cbor::Validator validator(source_.bytes());
  if (!validate(validator)) return refuse(validator.fault(), validator.path());
  if (source_.bytes().starts_with(cbor::kSelfDescription))
    static_cast<void>(reader_.take(cbor::kSelfDescription.size()));
  return item();
}

bool CborBuilder::validate(cbor::Validator& validator) const {
  if (!source_.may_pause() || source_.bytes().size() < kLargeBody) return validator.validate();
  const GilReleased released;
  return validator.validate();
}

Handle CborBuilder::item() {
  Head head;
  return reader_.head(head) ? value_of(head) : refuse_read();
}

Handle CborBuilder::hashable_item() {
  Head head;
  if (!reader_.head(head)) return refuse_read();
  return head.is(Major::array) ? tuple(head) : value_of(head);
}

Handle CborBuilder::value_of(const Head& head) {
  switch (head.major) {
    case Major::unsigned_integer:
    case Major::negative_integer:
      return integer(head);
    case Major::byte_string:
    case Major::text_string:
      return string(head);
    case Major::array:
      return list(head);
    case Major::map:
      return map(head);
    case Major::tag:
      return tagged(head);
    case Major::simple:
      break;
  }
  if (head.is_float()) {
    if (!charge(head.offset, cost::kNumber)) return {};
    return Handle::steal(PyFloat_FromDouble(cbor::float_of(head)));
  }
  if (head.argument == cbor::simple::kNull) return Handle::borrow(Py_None);
  return Handle::borrow(head.argument == cbor::simple::kTrue ? Py_True : Py_False);
}

Handle CborBuilder::integer(const Head& head) {
  if (!charge(head.offset, head.argument <= kMostSmall ? 0 : cost::kNumber)) return {};
  if (head.is(Major::unsigned_integer))
    return Handle::steal(PyLong_FromUnsignedLongLong(head.argument));
  if (head.argument <= static_cast<std::uint64_t>(INT64_MAX))
    return Handle::steal(PyLong_FromLongLong(-1 - static_cast<std::int64_t>(head.argument)));
  Handle argument = Handle::steal(PyLong_FromUnsignedLongLong(head.argument));
  return argument ? Handle::steal(PyNumber_Invert(argument.get())) : Handle();
}

Handle CborBuilder::string(const Head& head) {
  std::string_view content;
  std::string joined;
  if (!reader_.string(head, content, joined)) return refuse_read();
  const auto size = static_cast<Py_ssize_t>(content.size());
  if (!charge(head.offset, cost::kText + content.size())) return {};
  if (!head.is(Major::text_string))
    return Handle::steal(PyBytes_FromStringAndSize(content.data(), size));
  Handle text = Handle::steal(PyUnicode_DecodeUTF8(content.data(), size, nullptr));
  const bool wide = text && PyUnicode_KIND(text.get()) != PyUnicode_1BYTE_KIND;
  if (wide && !charge(head.offset, static_cast<std::uint64_t>(PyUnicode_GET_LENGTH(text.get())) *
                                       PyUnicode_KIND(text.get()))) {
    return {};
  }
  return text;
}

bool CborBuilder::more(const Head& container, std::uint64_t read) {
  if (!container.indefinite()) return read < container.argument;
  if (!reader_.at_break()) return true;
  static_cast<void>(reader_.take(1));
  return false;
}

Handle CborBuilder::list(const Head& head) {
  if (!charge(head.offset, cost::kContainer)) return {};
  if (head.indefinite()) {
    Handle items = Handle::steal(PyList_New(0));
    while (items && more(head, 0)) {
      Handle value = item();
      if (!value || !charge(head.offset, cost::kPlace) ||
          PyList_Append(items.get(), value.get()) < 0) {
        return {};
      }
    }
    return items;
  }
  if (!charge(head.offset, head.argument * sizeof(PyObject*))) return {};
  const auto count = static_cast<Py_ssize_t>(head.argument);
  Handle items = Handle::steal(PyList_New(count));
  if (!items) return {};
  PyObject_GC_UnTrack(items.get());  // other threads must not find it while it is incomplete
  for (Py_ssize_t i = 0; i < count; ++i) {
    Handle value = item();
    if (!value) return {};
    PyList_SET_ITEM(items.get(), i, value.release());
  }
  PyObject_GC_Track(items.get());
  return items;
}

Handle CborBuilder::tuple(const Head& head) {
  Handle items = Handle::steal(PyList_New(0));
  if (!charge(head.offset, cost::kContainer)) return {};
  for (std::uint64_t read = 0; items && more(head, read); ++read) {
    Handle value = hashable_item();
    if (!value || PyList_Append(items.get(), value.get()) < 0) return {};
  }
  return items ? Handle::steal(PyList_AsTuple(items.get())) : Handle();
}

Handle CborBuilder::map(const Head& head) {
  if (!charge(head.offset, cost::kContainer)) return {};
  Handle pairs = Handle::steal(PyDict_New());
  Hashes hashes;
  for (std::uint64_t read = 0; pairs && more(head, read); ++read) {
    if (!pair(pairs.get(), hashes)) return {};
  }
  return pairs;
}

// A dict compares a key with all keys of the same hash.
bool CborBuilder::count_hash(PyObject* key, Hashes& hashes, const char* what, std::size_t offset) {
  if (PyUnicode_CheckExact(key) || PyLong_CheckExact(key) || PyBytes_CheckExact(key) ||
      PyFloat_CheckExact(key) || PyBool_Check(key) || key == Py_None)
    return true;
  const Py_hash_t hash = PyObject_Hash(key);
  if (hash == -1) return false;
  if (++hashes[hash] <= cbor::kMaxEqualHashes) return true;
  refuse(offset, Handle::steal(PyUnicode_FromFormat("more than %zu %s have the same hash",
                                                    cbor::kMaxEqualHashes, what)));
  return false;
}

bool CborBuilder::pair(PyObject* map, Hashes& hashes) {
  const std::size_t offset = reader_.offset();
  Handle key = hashable_item();
  if (!key || !count_hash(key.get(), hashes, "keys of a map", offset) ||
      !charge(offset, cost::kMember))
    return false;
  const int known = PyDict_Contains(map, key.get());
  if (known != 0) {
    if (known > 0) {
      refuse(offset,
             Handle::steal(PyUnicode_FromFormat("the key %R of a map appears twice", key.get())));
    }
    return false;
  }
  Handle value = item();
  return value && PyDict_SetItem(map, key.get(), value.get()) == 0;
}

Handle CborBuilder::tagged(const Head& tag) {
  if (!charge(tag.offset, cost::kContainer)) return {};
  switch (cbor::kind_of_tag(tag.argument)) {
    case cbor::TagKind::date_time:
      return date_time(tag);
    case cbor::TagKind::date:
      return date(tag);
    case cbor::TagKind::bignum:
      return bignum(tag);
    case cbor::TagKind::uuid:
      return uuid(tag);
    case cbor::TagKind::complex:
      return complex(tag);
    case cbor::TagKind::set:
      return set(tag);
    default:
      return array(tag);
  }
}

Handle CborBuilder::bignum(const Head& tag) {
  std::string_view magnitude;
  std::string joined;
  if (!cbor::read_bignum(reader_, tag, magnitude, joined)) return refuse_read();
  Handle value = Handle::steal(
      PyObject_CallMethod(reinterpret_cast<PyObject*>(&PyLong_Type), "from_bytes", "y#s",
                          magnitude.data(), static_cast<Py_ssize_t>(magnitude.size()), "big"));
  if (!value || tag.argument == cbor::tag::kBignum) return value;
  return Handle::steal(PyNumber_Invert(value.get()));
}

Handle CborBuilder::date_time(const Head& tag) {
  cbor::DateTime found;
  if (!cbor::read_date_time(reader_, tag, found)) return refuse_read();
  if (!import_datetime()) return {};
  Handle zone = zone_of(found.offset_minutes);
  if (!zone) return {};
  return Handle::steal(PyDateTimeAPI->DateTime_FromDateAndTime(
      found.date.year, found.date.month, found.date.day, found.hour, found.minute, found.second,
      found.microsecond, zone.get(), PyDateTimeAPI->DateTimeType));
}

Handle CborBuilder::date(const Head& tag) {
  cbor::Date found;
  if (!cbor::read_date(reader_, tag, found)) return refuse_read();
  if (!import_datetime()) return {};
  return Handle::steal(PyDate_FromDate(found.year, found.month, found.day));
}

Handle CborBuilder::uuid(const Head& tag) {
  std::array<char, 16> octets{};
  if (!cbor::read_uuid(reader_, tag, octets)) return refuse_read();
  Handle bytes = Handle::steal(
      PyBytes_FromStringAndSize(octets.data(), static_cast<Py_ssize_t>(octets.size())));
  return bytes ? invoke(imports_.uuid, Py_None, bytes.get()) : Handle();
}

Handle CborBuilder::complex(const Head& tag) {
  double real = 0.0, imaginary = 0.0;
  if (!cbor::read_complex(reader_, tag, real, imaginary)) return refuse_read();
  return Handle::steal(PyComplex_FromDoubles(real, imaginary));
}

Handle CborBuilder::set(const Head& tag) {
  Head head;
  if (!cbor::read_set(reader_, tag, head)) return refuse_read();
  Handle elements = Handle::steal(PySet_New(nullptr));
  Hashes hashes;
  for (std::uint64_t read = 0; elements && more(head, read); ++read) {
    const std::size_t offset = reader_.offset();
    Handle element = hashable_item();
    if (!element || !count_hash(element.get(), hashes, "elements of a set", offset) ||
        !charge(offset, cost::kMember) || PySet_Add(elements.get(), element.get()) < 0)
      return {};
    if (PySet_GET_SIZE(elements.get()) == static_cast<Py_ssize_t>(read)) {
      return refuse(offset, Handle::steal(PyUnicode_FromFormat(
                                "the element %R of a set appears twice", element.get())));
    }
  }
  return elements;
}

Handle CborBuilder::array(const Head& tag) {
  cbor::TypedArray array;
  if (!cbor::read_array(reader_, tag, array)) return refuse_read();
  if (!charge(tag.offset, kArrayCost)) return {};
  const std::string typecode = typecode_of(array.type);
  Handle memory = memory_of(array);
  Handle code = Handle::steal(
      PyUnicode_FromStringAndSize(typecode.data(), static_cast<Py_ssize_t>(typecode.size())));
  Handle shape = shape_of(array);
  Handle order = Handle::steal(PyUnicode_FromString(array.column_major ? "F" : "C"));
  if (!memory || !code || !shape || !order) return {};
  return invoke(imports_.make_array, memory.get(), code.get(), shape.get(), order.get());
}

Handle CborBuilder::memory_of(const cbor::TypedArray& array) {
  const bool booleans = array.type.kind == cbor::ElementType::Kind::boolean;
  const bool complex = array.type.kind == cbor::ElementType::Kind::complex;
  const std::size_t alignment = complex ? array.type.size / 2 : array.type.size;
  const bool aligned = reinterpret_cast<std::uintptr_t>(array.content.data()) % alignment == 0;
  if (aligned && !booleans && array.joined.empty() && array.content.size() >= kViewedFrom) {
    PyObject* exporter = source_.exporter();
    if (exporter != nullptr) {
      const auto begin = static_cast<Py_ssize_t>(array.content.data() - source_.bytes().data());
      Handle whole = Handle::steal(PyMemoryView_FromObject(exporter));
      if (!whole) return {};
      return Handle::steal(PySequence_GetSlice(
          whole.get(), begin, begin + static_cast<Py_ssize_t>(array.content.size())));
    }
    if (PyErr_Occurred() != nullptr) return {};
  }
  const auto size = static_cast<Py_ssize_t>(array.content.size());
  if (!charge(reader_.offset(), array.content.size())) return {};
  Handle copy = Handle::steal(PyByteArray_FromStringAndSize(array.content.data(), size));
  if (!copy) return {};
  if (booleans) {
    char* items = PyByteArray_AS_STRING(copy.get());
    for (Py_ssize_t i = 0; i < size; ++i) items[i] = items[i] == '\xf5' ? 1 : 0;
  }
  return Handle::steal(PyMemoryView_FromObject(copy.get()));
}

bool CborBuilder::charge(std::size_t offset, std::uint64_t bytes) {
  if (meter_.charge(bytes)) return true;
  refuse(cbor::Fault{offset, kTooMuchMemory}, std::vector<cbor::Step>());
  return false;
}

Handle CborBuilder::refuse_read() {
  const cbor::Fault& fault = reader_.fault();
  return refuse(fault, cbor::Validator::path_to(source_.bytes(), fault.offset));
}

Handle CborBuilder::refuse(std::size_t offset, const Handle& text) {
  const char* utf8 = text ? PyUnicode_AsUTF8(text.get()) : nullptr;
  if (utf8 == nullptr) return {};
  return refuse({offset, utf8}, cbor::Validator::path_to(source_.bytes(), offset));
}

Handle CborBuilder::refuse(const cbor::Fault& fault, const std::vector<cbor::Step>& path) {
  Handle steps = steps_of(path);
  Handle place = steps ? invoke(imports_.place_of, steps.get()) : Handle();
  Handle text = Handle::steal(PyUnicode_FromString(fault.text.c_str()));
  Handle offset = Handle::steal(PyLong_FromSize_t(fault.offset));
  if (!place || !text || !offset) return {};
  Handle error = invoke(imports_.decode_error, text.get(), offset.get(), place.get());
  if (error) PyErr_SetObject(imports_.decode_error.get(), error.get());
  return {};
}

Handle CborBuilder::steps_of(const std::vector<cbor::Step>& path) {
  Handle steps = Handle::steal(PyList_New(0));
  for (auto step = path.rbegin(); steps && step != path.rend(); ++step) {
    Handle name;
    if (step->kind == cbor::Step::Kind::index) {
      name = Handle::steal(PyLong_FromUnsignedLongLong(step->index));
    } else {
      name = CborBuilder(source_, imports_, step->key_offset).hashable_item();
    }
    if (!name || PyList_Append(steps.get(), name.get()) < 0) return {};
  }
  return steps;
}

}  // namespace tuber::python
