// See builder.hpp.
#define PY_SSIZE_T_CLEAN
#include "python/json/builder.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

#include "json/writer.hpp"
#include "python/invoke.hpp"

namespace tuber::python {
namespace {

// Items of an array are collected on the stack, so that its list gets its final size. A longer list
// grows instead: it would be in memory twice.
constexpr std::size_t kMostStacked = 4096;
constexpr std::size_t kFirstStacked = 256;

// Characters of larger strings are copied without the GIL.
constexpr std::size_t kLargeText = 1024 * 1024;

// Python keeps one object for each of these integers.
bool is_small(std::int64_t value) {
  return value >= -5 && value <= 256;
}

template <class Character>
void fill(Character* out, std::string_view utf8) {
  const auto* at = reinterpret_cast<const unsigned char*>(utf8.data());
  const auto* const end = at + utf8.size();
  while (at != end) {
    const std::uint32_t lead = *at;
    std::uint32_t code = lead;
    if (lead < 0x80) {
      ++at;
    } else if (lead < 0xe0) {
      code = (lead & 0x1f) << 6 | (at[1] & 0x3f);
      at += 2;
    } else if (lead < 0xf0) {
      code = (lead & 0x0f) << 12 | (at[1] & 0x3fu) << 6 | (at[2] & 0x3f);
      at += 3;
    } else {
      code = (lead & 0x07) << 18 | (at[1] & 0x3fu) << 12 | (at[2] & 0x3fu) << 6 | (at[3] & 0x3f);
      at += 4;
    }
    *out++ = static_cast<Character>(code);
  }
}

// A string of valid UTF-8 that is not ASCII. The reader has checked it; CPython would check again.
Handle text_of(std::string_view utf8) {
  Py_ssize_t count = 0;
  unsigned char most = 0;
  for (const char character : utf8) {
    const auto byte = static_cast<unsigned char>(character);
    count += (byte & 0xc0) != 0x80 ? 1 : 0;
    most = std::max(most, byte);
  }
  // The largest lead byte gives the largest code point, up to the width of its kind.
  const Py_UCS4 largest = most >= 0xf0 ? 0x10ffff : most >= 0xc4 ? 0xffff : 0xff;
  Handle made = Handle::steal(PyUnicode_New(count, largest));
  if (!made) return {};
  if (largest == 0xff) {
    fill(PyUnicode_1BYTE_DATA(made.get()), utf8);
  } else if (largest == 0xffff) {
    fill(PyUnicode_2BYTE_DATA(made.get()), utf8);
  } else {
    fill(PyUnicode_4BYTE_DATA(made.get()), utf8);
  }
  return made;
}

// The value of a map {"bytes": [0..255, ...]} (PROTOCOL.md section 9); empty for any other list.
Handle octets_of(PyObject* numbers) {
  if (!PyList_CheckExact(numbers)) return {};
  const Py_ssize_t count = PyList_GET_SIZE(numbers);
  const auto octet = [numbers](Py_ssize_t i) {
    PyObject* const item = PyList_GET_ITEM(numbers, i);
    int overflow = 0;
    const long long number =
        PyLong_CheckExact(item) ? PyLong_AsLongLongAndOverflow(item, &overflow) : -1;
    return overflow == 0 ? number : -1;
  };
  for (Py_ssize_t i = 0; i < count; ++i) {
    if (octet(i) < 0 || octet(i) > 255) return {};
  }
  Handle bytes = Handle::steal(PyBytes_FromStringAndSize(nullptr, count));
  for (Py_ssize_t i = 0; bytes && i < count; ++i)
    PyBytes_AS_STRING(bytes.get())[i] = static_cast<char>(octet(i));
  return bytes;
}

}  // namespace

JsonBuilder::~JsonBuilder() {
  for (PyObject* const item : stack_) static_cast<void>(Handle::steal(item));
}

Handle JsonBuilder::build() {
  Handle made = value();
  if (made && reader_.finish()) return made;
  raise_decode_error();
  return {};
}

bool JsonBuilder::build_calls(Calls& calls) {
  json::Value first;
  bool read = reader_.value(first) && charge(cost::kContainer);
  if (read) {
    calls.is_batch = first.kind == json::Kind::array;
    read = calls.is_batch ? batch(calls.batch) : call_of(first, calls.single);
  }
  if (read && reader_.finish()) return true;
  raise_decode_error();
  return false;
}

bool JsonBuilder::batch(std::vector<CallMembers>& batch) {
  while (reader_.more(batch.empty())) {
    if (!charge(cost::kContainer) || !call(batch.emplace_back())) {
      failed_at(Handle::steal(PyLong_FromSize_t(batch.size() - (batch.empty() ? 0 : 1))));
      return false;
    }
  }
  return !reader_.failed();
}

bool JsonBuilder::call(CallMembers& call) {
  json::Value value;
  return reader_.value(value) && call_of(value, call);
}

bool JsonBuilder::call_of(const json::Value& value, CallMembers& call) {
  if (value.kind != json::Kind::object) {
    call.not_a_map = value_of(value);
    return static_cast<bool>(call.not_a_map);
  }
  json::Value name;
  for (bool first = true; reader_.name(first, name); first = false) {
    if (!member(name, call)) return false;
  }
  return !reader_.failed();
}

bool JsonBuilder::member(const json::Value& name, CallMembers& call) {
  const auto& names = CallMembers::kNames;
  const auto place =
      static_cast<std::size_t>(std::find(names.begin(), names.end(), name.text) - names.begin());
  if (place == CallMembers::kCount) {
    Handle key = this->name(name);
    if (!key || !value()) return failed_at(std::move(key)), false;
    call.unknown = std::move(key);
    return true;
  }
  const bool repeated = static_cast<bool>(call.values[place]);
  if (repeated) {
    refuse_repeated(reader_.offset());
  } else {
    json::Value found;
    if (reader_.value(found)) {
      const bool is_name = found.kind == json::Kind::string && found.ascii &&
                           (place == CallMembers::kObject || place == CallMembers::kMethod);
      call.values[place] = is_name ? strings_.get(found.text) : value_of(found);
      if (call.values[place]) return true;
    }
  }
  failed_at(StringCache::make(names[place]));
  return false;
}

Handle JsonBuilder::value() {
  json::Value value;
  return reader_.value(value) ? value_of(value) : Handle();
}

Handle JsonBuilder::value_of(const json::Value& value) {
  switch (value.kind) {
    case json::Kind::integer:
      return integer(value.integer);
    case json::Kind::real:
      if (!charge(cost::kNumber)) return {};
      return Handle::steal(PyFloat_FromDouble(value.real));
    case json::Kind::string:
      return string(value);
    case json::Kind::array:
      return array();
    case json::Kind::object:
      return object();
    case json::Kind::long_integer:
      return long_integer(value);
    default:
      break;
  }
  if (!charge(cost::kPlace)) return {};
  if (value.kind == json::Kind::null) return Handle::borrow(Py_None);
  return Handle::borrow(value.kind == json::Kind::true_value ? Py_True : Py_False);
}

Handle JsonBuilder::integer(std::int64_t value) {
  if (!charge(is_small(value) ? cost::kPlace : cost::kNumber)) return {};
  return Handle::steal(PyLong_FromLongLong(value));
}

Handle JsonBuilder::string(const json::Value& value) {
  const auto size = static_cast<Py_ssize_t>(value.text.size());
  if (!value.ascii) {
    Handle made = text_of(value.text);
    const bool fits =
        made && charge(cost::kText + static_cast<std::uint64_t>(PyUnicode_GET_LENGTH(made.get()) *
                                                                PyUnicode_KIND(made.get())));
    return fits ? std::move(made) : Handle();
  }
  if (!charge(cost::kText + value.text.size())) return {};
  if (!meter_.may_pause() || value.text.size() < kLargeText) return StringCache::make(value.text);
  Handle made = Handle::steal(PyUnicode_New(size, 127));
  if (!made) return {};
  const GilReleased released;
  std::copy(value.text.begin(), value.text.end(), static_cast<char*>(PyUnicode_DATA(made.get())));
  return made;
}

Handle JsonBuilder::name(const json::Value& name) {
  if (!charge(cost::kMember + name.text.size())) return {};
  return name.ascii ? strings_.get(name.text) : text_of(name.text);
}

Handle JsonBuilder::long_integer(const json::Value& value) {
  if (!charge(cost::kNumber + value.text.size() / 2)) return {};
  const bool negative = value.text.front() == '-';
  const std::string magnitude = json::magnitude_of(value.text.substr(negative ? 1 : 0));
  Handle made = Handle::steal(
      PyObject_CallMethod(reinterpret_cast<PyObject*>(&PyLong_Type), "from_bytes", "y#s",
                          magnitude.data(), static_cast<Py_ssize_t>(magnitude.size()), "big"));
  return made && negative ? Handle::steal(PyNumber_Negative(made.get())) : std::move(made);
}

Handle JsonBuilder::array() {
  if (!charge(cost::kContainer)) return {};
  if (stack_.capacity() == 0) stack_.reserve(kFirstStacked);
  const std::size_t base = stack_.size();
  Handle list;
  Py_ssize_t index = 0;
  for (; reader_.more(index == 0); ++index) {
    std::int64_t number = 0;
    const bool is_integer = reader_.short_integer(number);
    if (is_integer && !list && stack_.size() < stack_.capacity() &&
        stack_.size() - base < kMostStacked - 1) {
      if (!charge(is_small(number) ? cost::kPlace : cost::kNumber)) return {};
      PyObject* const made = PyLong_FromLongLong(number);
      if (made == nullptr) return {};
      stack_.push_back(made);  // has room, so it cannot throw
      continue;
    }
    Handle item = is_integer ? integer(number) : value();
    if (!item) return failed_at(Handle::steal(PyLong_FromSsize_t(index)));
    if (list) {
      if (PyList_Append(list.get(), item.get()) < 0) return {};
      continue;
    }
    stack_.push_back(item.get());
    static_cast<void>(item.release());
    if (stack_.size() - base == kMostStacked && !(list = take_items(base))) return {};
  }
  if (reader_.failed()) return {};
  return list ? std::move(list) : take_items(base);
}

Handle JsonBuilder::take_items(std::size_t base) {
  Handle list = Handle::steal(PyList_New(static_cast<Py_ssize_t>(stack_.size() - base)));
  if (!list) return {};
  for (std::size_t i = base; i < stack_.size(); ++i)
    PyList_SET_ITEM(list.get(), static_cast<Py_ssize_t>(i - base), stack_[i]);
  stack_.resize(base);
  return list;
}

Handle JsonBuilder::object() {
  if (!charge(cost::kContainer)) return {};
  Handle map = Handle::steal(PyDict_New());
  if (!map) return {};
  json::Value name;
  bool may_be_octets = false;
  for (bool first = true; reader_.name(first, name); first = false) {
    const std::size_t offset = reader_.offset();
    may_be_octets = first && name.text == "bytes";
    Handle key = this->name(name);
    if (!key) return {};
    Handle item = value();
    if (!item) return failed_at(std::move(key));
    const Py_ssize_t before = PyDict_GET_SIZE(map.get());
    if (PyDict_SetItem(map.get(), key.get(), item.get()) < 0) return {};
    if (PyDict_GET_SIZE(map.get()) == before) {
      refuse_repeated(offset);
      return failed_at(std::move(key));
    }
  }
  if (reader_.failed()) return {};
  if (may_be_octets) {
    PyObject *key = nullptr, *item = nullptr;
    Py_ssize_t position = 0;
    PyDict_Next(map.get(), &position, &key, &item);
    Handle octets = octets_of(item);
    if (octets || PyErr_Occurred() != nullptr) return octets;
  }
  return map;
}

bool JsonBuilder::charge(std::uint64_t bytes) {
  return meter_.charge(bytes) || reader_.refuse(reader_.offset(), kTooMuchMemory);
}

bool JsonBuilder::refuse_repeated(std::size_t offset) {
  return reader_.refuse(offset, "this member came twice");
}

Handle JsonBuilder::failed_at(Handle step) {
  if (step) steps_.push_back(std::move(step));
  return {};
}

// Turns the reader's fault into a DecodeError, unless Python failed.
void JsonBuilder::raise_decode_error() {
  if (PyErr_Occurred() != nullptr) return;
  const json::Fault& fault = reader_.fault();
  Handle steps = Handle::steal(PyList_New(0));
  for (const Handle& step : steps_) {
    if (!steps || PyList_Append(steps.get(), step.get()) < 0) return;
  }
  Handle place = steps ? invoke(imports_.place_of, steps.get()) : Handle();
  Handle text = Handle::steal(PyUnicode_FromString(fault.text.c_str()));
  Handle offset = Handle::steal(PyLong_FromSize_t(fault.offset));
  if (!place || !text || !offset) return;
  Handle error = invoke(imports_.decode_error, text.get(), offset.get(), place.get());
  if (error) PyErr_SetObject(imports_.decode_error.get(), error.get());
}

}  // namespace tuber::python
