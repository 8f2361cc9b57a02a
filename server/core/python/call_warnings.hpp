// Python warnings raised while a call runs, gathered per thread so that they reach the caller and
// no other thread's warnings are touched. The Python half, tuberd/call_warnings.py, hooks the
// `warnings` module and hands the texts of a thread that is collecting to collect().
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

  // The list of texts so far, borrowed; null when there are none.
  [[nodiscard]] PyObject* texts() const;

  // Is the calling thread running a call?
  [[nodiscard]] static bool collecting();
  // Adds a text to the calling thread's collection. False with a Python error set on failure.
  static bool collect(PyObject* text);

 private:
  Handle texts_;
};

}  // namespace tuber::python
