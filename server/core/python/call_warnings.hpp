// Collects the Python warnings of a running call, per thread, so that they reach the caller and
// other threads' warnings are unaffected. tuberd.served.call_warnings hooks the `warnings` module
// and passes the texts to collect().
#pragma once

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
  // Adds a text for the calling thread. On failure returns false with a Python exception set.
  static bool collect(PyObject* text);

 private:
  Handle texts_;
};

}  // namespace tuber::python
