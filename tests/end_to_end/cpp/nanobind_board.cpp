// The extension module of test_nanobind.py: a class bound with nanobind, which tuberd never sees.
#include <nanobind/nanobind.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <stdexcept>
#include <string>
#include <vector>

namespace nb = nanobind;
using namespace nanobind::literals;

namespace {

class Board {
 public:
  std::vector<double> scale(const std::vector<double>& values, double factor) const {
    std::vector<double> scaled;
    for (const double value : values) scaled.push_back(value * factor);
    return scaled;
  }

  const std::string& serial() const { return serial_; }

  void fail() const { throw std::out_of_range("no such slot"); }

 private:
  std::string serial_ = "NB-1";
};

}  // namespace

NB_MODULE(nanobind_board, m) {
  nb::class_<Board>(m, "Board", "A board bound with nanobind.")
      .def(nb::init<>())
      .def_prop_ro("serial", &Board::serial)
      .def("scale", &Board::scale, "values"_a, "factor"_a = 2.0, "Multiplies, element by element.")
      .def("fail", &Board::fail)
      .def("both", [](const Board&, int) { return "int"; })
      .def("both", [](const Board&, const std::string&) { return "string"; });
}
