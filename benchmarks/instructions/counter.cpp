// Lets the program that is counted say where a stretch of it ends: callgrind then writes the
// instructions of the calling thread since the last end to a file, under the name given. Does
// nothing where callgrind does not run.
#include <pybind11/pybind11.h>
#include <valgrind/callgrind.h>

PYBIND11_MODULE(counter, module) {
  module.def(
      "end_stretch", [](const char* name) { CALLGRIND_DUMP_STATS_AT(name); }, pybind11::arg("name"),
      "Ends a stretch of this thread and begins the next one.");
}
