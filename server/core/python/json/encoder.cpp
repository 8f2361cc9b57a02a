// See encoder.hpp.
#include "python/json/encoder.hpp"

#if PY_VERSION_HEX < 0x030B0000
#include <longintrepr.h>
#endif

#include <cmath>
#include <string_view>
#include <utility>

#include "json/limits.hpp"
#include "json/scan.hpp"
#include "python/held_buffers.hpp"
#include "python/invoke.hpp"

namespace tuber::python {
namespace {

constexpr const char* kTooDeep = "nested more than 256 levels deep, or it contains itself";
static_assert(json::kMaxNesting == 256, "kTooDeep states the limit");

// Larger strings are sent from their own memory.
constexpr std::size_t kLargeText = 32 * 1024;

std::string_view ascii_of(PyObject* text) {
  return {static_cast<const char*>(PyUnicode_DATA(text)),
          static_cast<std::size_t>(PyUnicode_GET_LENGTH(text))};
}

std::string_view octets_of(PyObject* bytes) {
  if (PyBytes_CheckExact(bytes))
    return {PyBytes_AS_STRING(bytes), static_cast<std::size_t>(PyBytes_GET_SIZE(bytes))};
  return {PyByteArray_AS_STRING(bytes), static_cast<std::size_t>(PyByteArray_GET_SIZE(bytes))};
}

}  // namespace

bool JsonEncoder::encode(PyObject* value) {
  if (this->value(value)) {
    writer_.flush();
    return true;
  }
  if (PyErr_Occurred() != nullptr) raise_with_place(imports_.encode_error, steps_);
  return false;
}

bool JsonEncoder::value(PyObject* value) {
  if (PyUnicode_CheckExact(value)) return text(value);
  if (PyLong_CheckExact(value)) return integer(value);
  if (PyFloat_CheckExact(value)) return real(PyFloat_AS_DOUBLE(value));
  if (value == Py_None) return writer_.literal("null"), true;
  if (value == Py_True) return writer_.literal("true"), true;
  if (value == Py_False) return writer_.literal("false"), true;
  if (PyList_CheckExact(value) || PyTuple_CheckExact(value)) return items(value);
  if (PyDict_CheckExact(value)) return map(value);
  if (form_ == JsonForm::exact) return false;
  if (PyBytes_CheckExact(value) || PyByteArray_CheckExact(value)) return octets(value);
  return foreign(value);
}

bool JsonEncoder::integer(PyObject* value) {
#if PY_VERSION_HEX >= 0x030C0000
  const auto* const number = reinterpret_cast<const PyLongObject*>(value);
  if (PyUnstable_Long_IsCompact(number))
    return writer_.integer(PyUnstable_Long_CompactValue(number)), true;
#else
  if (Py_SIZE(value) == 0 || Py_SIZE(value) == 1 || Py_SIZE(value) == -1) {
    const auto digit =
        static_cast<std::int64_t>(reinterpret_cast<PyLongObject*>(value)->ob_digit[0]);
    return writer_.integer(digit * Py_SIZE(value)), true;
  }
#endif
  int overflow = 0;
  const long long small = PyLong_AsLongLongAndOverflow(value, &overflow);
  if (overflow != 0) return long_integer(value);
  writer_.integer(small);
  return true;
}

bool JsonEncoder::long_integer(PyObject* value) {
  copy_containers();  // the calls may allocate, and so run the garbage collector
  Handle length = Handle::steal(PyObject_CallMethod(value, "bit_length", nullptr));
  const Py_ssize_t bits = length ? PyLong_AsSsize_t(length.get()) : -1;
  if (bits < 0) return false;
  constexpr auto kMaxBits = static_cast<Py_ssize_t>(8 * json::kMaxIntegerBytes);
  if (bits > kMaxBits) {
    return refuse(Handle::steal(
        PyUnicode_FromFormat("an integer of %zd bits is over the limit of %zd", bits, kMaxBits)));
  }
  Handle magnitude = Handle::steal(PyNumber_Absolute(value));
  Handle octets = magnitude ? Handle::steal(PyObject_CallMethod(magnitude.get(), "to_bytes", "ns",
                                                                (bits + 7) / 8, "big"))
                            : Handle();
  Handle zero = Handle::steal(PyLong_FromLong(0));
  if (!octets || !zero) return false;
  const int negative = PyObject_RichCompareBool(value, zero.get(), Py_LT);
  if (negative < 0) return false;
  const std::string digits = json::digits_of(octets_of(octets.get()));
  if (digits.size() > json::kMaxDigits) {
    return refuse(Handle::steal(PyUnicode_FromFormat(
        "an integer of %zd digits is over the limit of %zd of JSON",
        static_cast<Py_ssize_t>(digits.size()), static_cast<Py_ssize_t>(json::kMaxDigits))));
  }
  if (negative == 1) writer_.character('-');
  writer_.text(digits);
  return true;
}

bool JsonEncoder::real(double value) {
  if (std::isfinite(value)) return writer_.real(value), true;
  if (form_ == JsonForm::for_others) return writer_.literal("null"), true;
  const char* const name = std::isnan(value) ? "nan" : value > 0 ? "inf" : "-inf";
  return refuse(
      Handle::steal(PyUnicode_FromFormat("JSON has no form of %s; send None, or a string", name)));
}

bool JsonEncoder::text(PyObject* value) {
  if (PyUnicode_IS_COMPACT_ASCII(value)) return ascii(value), true;
  // PyUnicode_AsUTF8 would cache the bytes for the life of the string.
  Handle utf8 = Handle::steal(PyUnicode_AsUTF8String(value));
  if (utf8) return writer_.string(octets_of(utf8.get())), true;
  if (!PyErr_ExceptionMatches(PyExc_UnicodeEncodeError)) return false;
  PyErr_Clear();
  return refuse("the string holds a lone surrogate, which has no UTF-8 form");
}

void JsonEncoder::ascii(PyObject* value) {
  const std::string_view text = ascii_of(value);
  const char* const end = text.data() + text.size();
  if (text.size() < kLargeText || json::find_escape(text.data(), end).end != end)
    return writer_.string(text);
  writer_.character('"');
  writer_.flush();
  HeldBuffers::append_kept(value, text, out_);
  writer_.character('"');
}

bool JsonEncoder::octets(PyObject* value) {
  if (!enter() || !enter()) return false;
  writer_.octets(octets_of(value));
  leave();
  leave();
  return true;
}

bool JsonEncoder::items(PyObject* sequence) {
  if (!enter()) return false;
  Frame frame(*this, sequence);
  writer_.character('[');
  for (;; ++frame.index) {
    const std::size_t i = frame.index;
    PyObject* item = nullptr;
    if (frame.is_copied) {
      if (i - frame.begin == frame.copy.size()) break;
      item = frame.copy[i - frame.begin].get();
    } else {
      if (i >= static_cast<std::size_t>(Py_SIZE(sequence))) break;
      item = PySequence_Fast_ITEMS(sequence)[i];
    }
    if (i > 0) writer_.character(',');
    if (!value(item)) return failed_at(Handle::steal(PyLong_FromSize_t(i)));
  }
  writer_.character(']');
  leave();
  return true;
}

bool JsonEncoder::map(PyObject* map) {
  if (!enter()) return false;
  const std::size_t begin = writer_.size();
  Frame frame(*this, map);
  Handle names;  // of all pairs, once a key was not a string
  PyObject *key = nullptr, *item = nullptr;
  Py_ssize_t position = 0;
  writer_.character('{');
  for (;; ++frame.index) {
    const std::size_t i = frame.index;
    if (frame.is_copied) {
      if (2 * i == frame.copy.size()) break;
      key = frame.copy[2 * i].get();
      item = frame.copy[2 * i + 1].get();
    } else if (!PyDict_Next(map, &position, &key, &item)) {
      break;
    }
    if (i > 0) writer_.character(',');
    if (!PyUnicode_CheckExact(key) && !names) {
      names = this->names();
      if (!names) return false;
    }
    if (names) key = PyList_GET_ITEM(names.get(), static_cast<Py_ssize_t>(i));
    if (!text(key)) return false;
    writer_.character(':');
    if (!value(item)) return failed_at(Handle::borrow(key));
  }
  writer_.character('}');
  leave();
  return form_ == JsonForm::for_others || frame.index != 1 || refuse_form_of_bytes(begin);
}

// Examines the text of a map with one pair: its value may have been of any type.
bool JsonEncoder::refuse_form_of_bytes(std::size_t begin) {
  constexpr std::string_view kBegin = "{\"bytes\":[";
  if (writer_.size() - begin < kBegin.size()) return true;
  writer_.flush();
  if (!json::is_form_of_bytes(std::string_view(out_.text()).substr(begin))) return true;
  return refuse(
      "a map {\"bytes\": [...]} would arrive as bytes; send bytes(...), or use another "
      "key");
}

Handle JsonEncoder::names() {
  if (form_ == JsonForm::exact) return {};
  copy_containers();
  const std::vector<Handle>& pairs = top_->copy;
  Handle keys = Handle::steal(PyList_New(0));
  for (std::size_t i = 0; keys && i < pairs.size(); i += 2) {
    if (PyList_Append(keys.get(), pairs[i].get()) < 0) return {};
  }
  PyObject* const strict = form_ == JsonForm::strict ? Py_True : Py_False;
  return keys ? invoke(imports_.text_keys, keys.get(), strict) : Handle();
}

bool JsonEncoder::foreign(PyObject* value) {
  copy_containers();
  if (++simplified_ > json::kMaxNesting) return refuse(kTooDeep);
  Handle simpler = invoke(imports_.simplify, value);
  if (!simpler || !this->value(simpler.get())) return false;
  --simplified_;
  return true;
}

void JsonEncoder::copy_containers() {
  for (Frame* frame = top_; frame != nullptr && !frame->is_copied; frame = frame->outer)
    copy(*frame);
}

void JsonEncoder::copy(Frame& frame) {
  if (PyDict_CheckExact(frame.container)) {
    frame.copy.reserve(2 * static_cast<std::size_t>(PyDict_GET_SIZE(frame.container)));
    PyObject *key = nullptr, *item = nullptr;
    for (Py_ssize_t position = 0; PyDict_Next(frame.container, &position, &key, &item);) {
      frame.copy.push_back(Handle::borrow(key));
      frame.copy.push_back(Handle::borrow(item));
    }
  } else {
    const auto size = static_cast<std::size_t>(Py_SIZE(frame.container));
    frame.begin = frame.index;
    frame.copy.reserve(size - frame.begin);
    for (std::size_t i = frame.begin; i < size; ++i)
      frame.copy.push_back(Handle::borrow(PySequence_Fast_ITEMS(frame.container)[i]));
  }
  frame.is_copied = true;
}

bool JsonEncoder::enter() {
  return ++nesting_ <= json::kMaxNesting || refuse(kTooDeep);
}

bool JsonEncoder::refuse(const char* text) {
  return form_ != JsonForm::exact && refuse(Handle::steal(PyUnicode_FromString(text)));
}

bool JsonEncoder::refuse(const Handle& text) {
  if (form_ == JsonForm::exact) return false;
  copy_containers();
  raise_fault(imports_.fault, text);
  return false;
}

bool JsonEncoder::failed_at(Handle step) {
  if (step && form_ != JsonForm::exact) steps_.push_back(std::move(step));
  return false;
}

}  // namespace tuber::python
