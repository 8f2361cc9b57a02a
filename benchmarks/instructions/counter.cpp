// Ends a stretch of the program that is counted: callgrind writes the instructions of the calling
// thread since the last end to a file, under the given name. Does nothing without callgrind.
#include <pybind11/pybind11.h>
#include <valgrind/callgrind.h>

PYBIND11_MODULE(counter, module) {
  module.def("end_stretch", [](const char* name) { CALLGRIND_DUMP_STATS_AT(name); });
}
