// The C++ objects of the benchmarks. tuber and the predecessor serve the same module.
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>
#include <time.h>

#include <cstdint>
#include <vector>

namespace {

class Adder {
 public:
  [[nodiscard]] std::vector<int> increment(std::vector<int> numbers) const {
    for (int& number : numbers) ++number;
    return numbers;
  }
};

class Computer {
 public:
  // Computes until the thread has used `seconds` of processor time.
  [[nodiscard]] std::uint64_t compute(double seconds) const {
    constexpr int kStepsAtOnce = 2'000;  // a few microseconds
    const double end = processor_seconds() + seconds;
    std::uint64_t number = 1;
    do {
      for (int i = 0; i < kStepsAtOnce; ++i) number = number * 6'364'136'223'846'793'005U + 1;
    } while (processor_seconds() < end);
    return number % 1'000;
  }

 private:
  static double processor_seconds() {
    timespec time{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
  }
};

}  // namespace

PYBIND11_MODULE(adder, module) {
  namespace py = pybind11;
  py::class_<Adder>(module, "Adder")
      .def(py::init<>())
      .def("increment", &Adder::increment, py::arg("numbers"), "Add one to each of the numbers.");
  py::class_<Computer>(module, "Computer")
      .def(py::init<>())
      .def("compute", &Computer::compute, py::arg("seconds"),
           py::call_guard<py::gil_scoped_release>(), "Compute with the GIL released.")
      .def("compute_alone", &Computer::compute, py::arg("seconds"), "Compute with the GIL held.");
}
