// Ends a counted stretch of the program. callgrind writes the number of instructions that the
// calling thread executed since the last stretch to a file, under the given name. Does nothing
// without callgrind.
#include <pybind11/pybind11.h>
#include <valgrind/callgrind.h>

PYBIND11_MODULE(counter, module) {
  module.def("end_stretch", [](const char* name) { CALLGRIND_DUMP_STATS_AT(name); });
}
