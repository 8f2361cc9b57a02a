// The C++ objects of the benchmarks, bound once and served by both servers.
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>
#include <time.h>

#include <chrono>
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

std::chrono::nanoseconds processor_time_of_thread() {
  timespec time{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

// A method that computes; so long that the way to it and back hardly counts.
class Computer {
 public:
  // Computes for so many seconds of the thread's processor time, however long others have the core.
  [[nodiscard]] std::uint64_t compute(double seconds) const {
    constexpr int kStepsAtOnce = 2'000;  // some microseconds
    const auto end =
        processor_time_of_thread() + std::chrono::duration_cast<std::chrono::nanoseconds>(
                                         std::chrono::duration<double>(seconds));
    std::uint64_t number = 1;
    do {
      for (int i = 0; i < kStepsAtOnce; ++i) number = number * 6'364'136'223'846'793'005U + 1;
    } while (processor_time_of_thread() < end);
    return number % 1'000;
  }
};

}  // namespace

PYBIND11_MODULE(adder, module) {
  pybind11::class_<Adder>(module, "Adder")
      .def(pybind11::init<>())
      .def("increment", &Adder::increment, pybind11::arg("numbers"),
           "Adds one to each of the numbers.");
  pybind11::class_<Computer>(module, "Computer")
      .def(pybind11::init<>())
      .def("compute", &Computer::compute, pybind11::arg("seconds"),
           pybind11::call_guard<pybind11::gil_scoped_release>(),
           "Computes for a time, with the GIL released.")
      .def("compute_alone", &Computer::compute, pybind11::arg("seconds"),
           "Computes for a time, and nothing else of Python runs meanwhile.");
}
