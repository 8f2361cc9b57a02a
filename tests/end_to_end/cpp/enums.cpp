// The extension module of test_support_header.py: every way to use an enumeration with pybind11.
// SUPPORT_HEADER_FIRST chooses whether tuber_support.hpp is included first or last.
#ifdef SUPPORT_HEADER_FIRST
#include "tuber_support.hpp"
#endif

#include <pybind11/pybind11.h>
#if PYBIND11_VERSION_MAJOR >= 3
#include <pybind11/native_enum.h>
#endif

#ifndef SUPPORT_HEADER_FIRST
#include "tuber_support.hpp"
#endif

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace py = pybind11;

namespace {

enum class Mode { FAST, SLOW };
enum Plain : unsigned char { LOW = 1, HIGH = 200 };
enum class Legacy { ON, OFF };
enum class Unregistered { ONLY };
enum class Own { VALUE };
enum class Second { A };
#if PYBIND11_VERSION_MAJOR >= 3
enum class Native { LEFT, RIGHT };
#endif

struct Board {
  enum class Side { TOP, BOTTOM };
  Mode mode = Mode::FAST;
};

template <typename T>
struct is_own : std::is_same<T, Own> {};

}  // namespace

// A family of enumerations with a caster of its own.
namespace pybind11::detail {
template <typename T>
struct uses_str_enum_caster<T, enable_if_t<is_own<T>::value>> : std::false_type {};
#if PYBIND11_VERSION_MAJOR >= 3
template <typename T>
struct type_caster_enum_type_enabled<T, enable_if_t<is_own<T>::value>> : std::false_type {};
#endif
template <typename T>
struct type_caster<T, enable_if_t<is_own<T>::value>> {
  PYBIND11_TYPE_CASTER(T, const_name("int"));
  bool load(handle source, bool) { return PyLong_Check(source.ptr()) != 0; }
  static handle cast(T, return_value_policy, handle) { return PyLong_FromLong(42); }
};
}  // namespace pybind11::detail

PYBIND11_MODULE(MODULE_NAME, m) {
  auto mode = py::str_enum<Mode>(m, "Mode", "How to read.");
  mode.value("FAST", Mode::FAST, "with gaps").value("SLOW", Mode::SLOW);
  m.attr("modes") = mode.as_dict();
  py::str_enum<Plain>(m, "Plain").value("LOW", LOW).value("HIGH", HIGH).value("TOP", HIGH);
  py::enum_<Legacy>(m, "Legacy").value("ON", Legacy::ON).value("OFF", Legacy::OFF);

  auto board = py::class_<Board>(m, "Board");
  py::str_enum<Board::Side>(board, "Side")
      .value("TOP", Board::Side::TOP)
      .value("2nd", Board::Side::BOTTOM);
  board.def(py::init<>())
      .def_readwrite("mode", &Board::mode)
      .def("flip", [](const Board&, Board::Side side) {
        return side == Board::Side::TOP ? Board::Side::BOTTOM : Board::Side::TOP;
      });

  m.def("echo", [](Mode value) { return value; }, py::arg("mode") = Mode::SLOW, "Says it again.");
  m.def("echo_plain", [](Plain value) { return value; });
  m.def("number", [](Mode value) { return static_cast<int>(value); });
  m.def("by_reference", [](const Mode& value) { return &value; }, py::return_value_policy::copy);
  m.def("by_pointer", [](Mode* value) { return *value; });
  m.def("strict", [](Mode value) { return value; }, py::arg("mode").noconvert());
  m.def("nothing", [] { return static_cast<const Mode*>(nullptr); });
  m.def("unnamed", [] { return static_cast<Mode>(7); });
  m.def("cast", [](const py::object& value) { return static_cast<int>(value.cast<Mode>()); });
  m.def("list", [](const std::vector<Mode>& values) { return values; });
  m.def("map", [](const std::map<std::string, Mode>& values) { return values; });
  m.def("pair", [](std::pair<Mode, Plain> values) { return values; });
  m.def("keys", [](const std::map<Mode, int>& values) { return values; });
  m.def("optional", [](std::optional<Mode> value) { return value; });
  m.def("variant", [](std::variant<Mode, std::string> value) { return value.index(); });

  m.def("overloaded", [](Mode) { return "Mode"; });
  m.def("overloaded", [](Plain) { return "Plain"; });
  m.def("overloaded", [](const std::string&) { return "string"; });
  m.def("overloaded", [](int) { return "int"; });
  m.def("either", [](Mode) { return "Mode"; });
  m.def("either", [](Plain) { return "Plain"; });

  m.def("echo_legacy", [](Legacy value) { return value; }, py::arg("value") = Legacy::OFF);
  m.def("echo_legacies", [](const std::vector<Legacy>& values) { return values; });
  m.def("switch_legacy", [](Legacy& value) { value = Legacy::OFF; });
  m.def("optional_legacy", [](const Legacy* value) { return value == nullptr; });
  m.def("echo_unregistered", [] { return Unregistered::ONLY; });
  m.def("echo_own", [](Own value) { return value; });
#if PYBIND11_VERSION_MAJOR >= 3
  py::native_enum<Native>(m, "Native", "enum.Enum")
      .value("LEFT", Native::LEFT)
      .value("RIGHT", Native::RIGHT)
      .finalize();
  m.def("echo_native", [](Native value) { return value; });
#endif

  m.def("declare_mode_again", [m] { py::str_enum<Mode>(m, "Other"); });
  m.def("declare_taken_name", [m] { py::str_enum<Second>(m, "Mode"); });
  m.def("declare_twice",
        [m] { py::str_enum<Second>(m, "Second").value("A", Second::A).value("A", Second::A); });
}
