// The C++ object of the benchmarks, bound once and served by both servers.
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <vector>

namespace {

class Adder {
 public:
  [[nodiscard]] std::vector<int> increment(std::vector<int> numbers) const {
    for (int& number : numbers) ++number;
    return numbers;
  }
};

}  // namespace

PYBIND11_MODULE(adder, module) {
  pybind11::class_<Adder>(module, "Adder")
      .def(pybind11::init<>())
      .def("increment", &Adder::increment, pybind11::arg("numbers"),
           "Adds one to each of the numbers.");
}
