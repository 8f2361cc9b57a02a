// Collects the Python warnings of a running call, per thread, so that they reach the caller and
// other threads' warnings are unaffected. tuberd.served.call_warnings hooks the `warnings` module
// and passes the texts to collect().
#pragma once

#include <cstdint>
#include <optional>
#include <utility>

#include "python/handle.hpp"

namespace tuber::python {

// Collects the warnings of the current thread for its scope. REQUIRES: the GIL; not nested.
class CallWarnings {
 public:
  CallWarnings();
  ~CallWarnings();
  CallWarnings(const CallWarnings&) = delete;
  CallWarnings& operator=(const CallWarnings&) = delete;

  // The list of texts so far, borrowed; null if there are none.
  [[nodiscard]] PyObject* texts() const;

  // True if the calling thread is running a call.
  [[nodiscard]] static bool collecting();
  // Distinguishes the calling thread's call from all others that run, and from earlier ones of its
  // thread. Nothing if the thread runs no call.
  [[nodiscard]] static std::optional<std::pair<std::uintptr_t, std::uint64_t>> current_call();
  // Adds a text for the calling thread. On failure returns false with a Python exception set.
  static bool collect(PyObject* text);

  // What the hooks of `warnings` look like while they are in place: `module`'s filters are a
  // `filters_type`, and `first` is their first one. Each call checks that, because served code may
  // replace them, and has `install` repair it.
  struct Hooks {
    Handle module;
    Handle filters_type;
    Handle first;
    Handle install;
  };
  static void keep(Hooks hooks);

 private:
  Handle texts_;
};

}  // namespace tuber::python
