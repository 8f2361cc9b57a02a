// tuber_support.hpp: pybind11::str_enum, C++ enumerations that travel as strings; and pybind11's
// conversions of vectors, maps and other standard containers (pybind11/stl.h), because modules of
// instruments often include this header alone.
//
// This header is for the C++ sources of instruments. It needs only pybind11 (2.13 or newer) and
// C++17. It must never depend on tuberd itself or on anything compiled.
//
//     enum class Window { FLAT, HANN };
//
//     py::str_enum<Window>(m, "Window", "The window in front of the transform.")
//         .value("FLAT", Window::FLAT)
//         .value("HANN", Window::HANN, "raised cosine");
//     m.def("spectrum", &spectrum, py::arg("window") = Window::HANN);
//
// Python sees `class Window(str, enum.Enum)`: its members are strings, and encoders write them as
// such. A C++ function that takes a Window accepts the member and the plain string "HANN".
//
// The rules:
// - Declare the enumeration before the functions that take or return it, as with any pybind11 type.
// - Include this header in each source file that binds such functions, in any order with pybind11's
//   headers. It is undefined behaviour if only some files of an extension module see a conversion.
// - The registration belongs to the extension module that makes it, as with py::module_local.
// - Enumerations without a str_enum are not affected (py::enum_, py::native_enum, or a
//   type_caster<T> of your own).
// - A string that names no value raises ValueError, which lists the names. The exception ends
//   pybind11's search for an overload, so it is raised only in the second pass, which allows
//   conversions. Declare an overload that converts a string to another type before the one that
//   takes the enumeration. py::arg().noconvert() restores the plain TypeError.
#pragma once

#include <pybind11/gil_safe_call_once.h>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#if PYBIND11_VERSION_HEX < 0x020D0000
#error "tuber_support.hpp needs pybind11 2.13 or newer"
#endif

PYBIND11_NAMESPACE_BEGIN(PYBIND11_NAMESPACE)
PYBIND11_NAMESPACE_BEGIN(detail)

// The str_enum of T in this extension module; `type` is null if there is none.
// REQUIRES: the GIL, for every use.
template <typename T>
class str_enum_record {
 public:
  struct entry {
    std::string name;
    T value;
    std::string doc;
    object member;  // of `type`
  };

  object type;
  object stand_in;             // see str_enum::name_in_signatures
  std::vector<entry> entries;  // in the order of declaration

  // The only record of T. It is leaked on purpose: static objects may outlive Python.
  static str_enum_record& instance() {
    PYBIND11_CONSTINIT static gil_safe_call_once_and_store<str_enum_record> storage;
    return storage.call_once_and_store_result([] { return str_enum_record(); }).get_stored();
  }

  const entry* find(T value) const {
    for (const entry& each : entries) {
      if (each.value == value) return &each;
    }
    return nullptr;
  }

  const entry* find(std::string_view name) const {
    for (const entry& each : entries) {
      if (each.name == name) return &each;
    }
    return nullptr;
  }

  [[noreturn]] void refuse(handle given) const {
    std::string text = cast<std::string>(type.attr("__name__")) + ": expected one of ";
    for (const entry& each : entries) {
      if (&each != entries.data()) text += ", ";
      text += "'" + each.name + "'";
    }
    throw value_error(text + "; got " + cast<std::string>(repr(given)));
  }
};

// The conversion of an enumeration without this header.
#if PYBIND11_VERSION_MAJOR >= 3
template <typename T>
using plain_enum_caster = type_caster_enum_type<T>;
#else
template <typename T>
using plain_enum_caster = type_caster_base<T>;
#endif

template <typename T>
class str_enum_caster {
 public:
  static constexpr auto name = plain_enum_caster<T>::name;

  // Converts to T* and T&, as pybind11's own casters do.
  template <typename U>
  using cast_op_type = detail::cast_op_type<U>;

  bool load(handle source, bool convert) {
    const str_enum_record<T>& record = str_enum_record<T>::instance();
    if (!record.type) return plain_.load(source, convert);
    if (!PyUnicode_Check(source.ptr())) return false;
    Py_ssize_t size = 0;
    const char* text = PyUnicode_AsUTF8AndSize(source.ptr(), &size);
    if (text == nullptr) PyErr_Clear();  // lone surrogates: not one of our strings
    const auto* entry =
        text ? record.find(std::string_view(text, static_cast<std::size_t>(size))) : nullptr;
    if (entry != nullptr) {
      named_ = entry->value;
      return true;
    }
    if (convert) record.refuse(source);
    return false;
  }

  static handle cast(T source, return_value_policy, handle parent) {
    const str_enum_record<T>& record = str_enum_record<T>::instance();
    if (!record.type) {
      const T& lasting = source;
      return plain_enum_caster<T>::cast(lasting, return_value_policy::copy, parent);
    }
    if (const auto* entry = record.find(source)) return entry->member.inc_ref();
    using number = std::underlying_type_t<T>;
    throw value_error(pybind11::cast<std::string>(record.type.attr("__name__")) +
                      ": the C++ value " + std::to_string(static_cast<number>(source)) +
                      " has no name");
  }

  static handle cast(const T* source, return_value_policy policy, handle parent) {
    return source == nullptr ? none().release() : cast(*source, policy, parent);
  }

  // NOLINTNEXTLINE(google-explicit-constructor): the form that pybind11 calls
  operator T*() { return named_ ? &*named_ : static_cast<T*>(plain_); }

  // NOLINTNEXTLINE(google-explicit-constructor): the form that pybind11 calls
  operator T&() { return named_ ? *named_ : static_cast<T&>(plain_); }

 private:
  std::optional<T> named_;  // set if loaded from a name; otherwise plain_ holds the value
  plain_enum_caster<T> plain_;
};

// The types of str_enum_caster. Specialise it as std::false_type for a family of enumerations with
// its own partial specialisation of type_caster; a full specialisation needs nothing.
template <typename T, typename SFINAE = void>
struct uses_str_enum_caster : std::is_enum<T> {};

#if PYBIND11_VERSION_MAJOR >= 3
// pybind11 3 has a caster for all enumerations, which would be ambiguous with ours.
template <typename T>
struct type_caster_enum_type_enabled<T, enable_if_t<uses_str_enum_caster<T>::value>>
    : std::false_type {};
#endif

template <typename T>
class type_caster<T, enable_if_t<uses_str_enum_caster<T>::value>> : public str_enum_caster<T> {};

PYBIND11_NAMESPACE_END(detail)

// Declares the Python class of the enumeration T in a module or class. The class is complete after
// each value(), so no last call is needed. The object itself may be a temporary.
template <typename T>
class str_enum {
  static_assert(std::is_enum_v<T>, "str_enum<T> is for enumerations");

 public:
  // REQUIRES: this extension module has no str_enum for T, and `scope` has no attribute `name`.
  str_enum(handle scope, const char* name, const char* doc = nullptr)
      : scope_(reinterpret_borrow<object>(scope)), name_(name), doc_(doc == nullptr ? "" : doc) {
    if (record().type) {
      pybind11_fail("str_enum \"" + name_ + "\": this C++ type is already registered");
    }
    if (hasattr(scope, name)) {
      pybind11_fail("str_enum \"" + name_ + "\": an object of that name is already defined");
    }
    make_type();
    name_in_signatures();
  }

  // Adds a value; its Python name is also the string that travels. If one C++ value has several
  // names, all are accepted, and Python gets the first.
  str_enum& value(const char* name, T value, const char* doc = nullptr) {
    if (record().find(std::string_view(name)) != nullptr) {
      throw value_error(name_ + ": the value '" + name + "' is declared twice");
    }
    record().entries.push_back({name, value, doc == nullptr ? "" : doc, object()});
    make_type();
    return *this;
  }

  // The members by name, as in the Python class method of the same name.
  dict as_dict() const { return dict(record().type.attr("as_dict")()); }

 private:
  static detail::str_enum_record<T>& record() { return detail::str_enum_record<T>::instance(); }

  // Python's enumerations can't grow, so each value makes a new class.
  void make_type() {
    const bool in_class = hasattr(scope_, "__qualname__");
    const object module_name = scope_.attr(in_class ? "__module__" : "__name__");
    str qualified_name(name_);
    if (in_class) qualified_name = str("{}.{}").format(scope_.attr("__qualname__"), name_);
    list pairs;
    for (const auto& each : record().entries)
      pairs.append(pybind11::make_tuple(each.name, each.name));

    const handle string_type(reinterpret_cast<PyObject*>(&PyUnicode_Type));
    object type = module_::import("enum").attr("Enum")(name_, pairs, arg("module") = module_name,
                                                       arg("qualname") = qualified_name,
                                                       arg("type") = string_type);
    if (!doc_.empty()) type.attr("__doc__") = doc_;
    // The text of a member is its value, as in enum.StrEnum of Python 3.11.
    type.attr("__str__") = string_type.attr("__str__");
    type.attr("__format__") = string_type.attr("__format__");
    add_as_dict(type);

    for (auto& each : record().entries) {
      each.member = type[str(each.name)];
      if (!each.doc.empty()) each.member.attr("__doc__") = each.doc;
    }
    setattr(scope_, name_.c_str(), type);
    record().type = std::move(type);
  }

  // Signatures in docstrings contain the Python name of a type only if it is registered with
  // pybind11; otherwise they contain the C++ name, which no Python parser can read. So this
  // registers a class without instances and without a scope.
  void name_in_signatures() {
    class_<T> stand_in(handle(), name_.c_str(), module_local());
    stand_in.attr("__module__") = record().type.attr("__module__");
    stand_in.attr("__qualname__") = record().type.attr("__qualname__");
    record().stand_in = std::move(stand_in);
  }

  static void add_as_dict(const object& type) {
    const auto members = [](const object& self) { return dict(self.attr("__members__")); };
    const object builtins = module_::import("builtins");
    type.attr("as_dict") = builtins.attr("classmethod")(
        cpp_function(members, name("as_dict"), scope(type), doc("The members by name.")));
  }

  object scope_;
  std::string name_;
  std::string doc_;
};

PYBIND11_NAMESPACE_END(PYBIND11_NAMESPACE)
