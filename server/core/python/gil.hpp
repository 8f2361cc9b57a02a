// The only place where the GIL is taken and released, and where threads meet the interpreter's end.
//
// A worker keeps one PyThreadState for its whole life: making one per request (PyGILState_Ensure)
// halves the throughput, because CPython maps and unmaps memory for each.
#pragma once

#include <Python.h>

#include <memory>
#include <utility>

#ifdef __GLIBCXX__
#include <cxxabi.h>
#endif

namespace tuber::python {

// True once the interpreter is being torn down: no thread may take the GIL any more.
[[nodiscard]] bool interpreter_is_finalizing();

// Blocks the calling thread until the process ends.
[[noreturn]] void park_forever();

// Calls `code`, which takes the GIL or lets it go and takes it again.
//
// When the interpreter is finalizing, CPython up to 3.13 ends such a thread with pthread_exit,
// which unwinds its C++ frames: destructors would then drop Python references without the GIL, and
// the first noexcept frame aborts the process. Instead the unwinding ends here and the thread waits
// for the end of the process, as CPython 3.14 does by itself.
template <class Code>
decltype(auto) without_unwinding(Code&& code) {
#ifdef __GLIBCXX__
  try {
    return std::forward<Code>(code)();
  } catch (abi::__forced_unwind&) {
    park_forever();
  }
#else
  return std::forward<Code>(code)();
#endif
}

// Lets a thread of ours that would end the process with std::terminate, because CPython unwinds it
// at the interpreter's end through a noexcept frame that we can't wrap (a destructor of an object
// bound to Python, say), wait for the end of the process instead. The first server installs it.
void survive_unwinding_at_exit();

// The Python side of one worker thread. Made and destroyed in that thread, without the GIL.
class WorkerState {
 public:
  explicit WorkerState(PyInterpreterState* interpreter);
  ~WorkerState();
  WorkerState(const WorkerState&) = delete;
  WorkerState& operator=(const WorkerState&) = delete;

 private:
  friend class GilHold;
  PyThreadState* state_;
};

// Holds the GIL of a worker for a scope.
class GilHold {
 public:
  explicit GilHold(WorkerState& worker);
  ~GilHold();
  GilHold(const GilHold&) = delete;
  GilHold& operator=(const GilHold&) = delete;

 private:
  WorkerState& worker_;
};

// Lets go of the GIL for a scope, in a thread that called us from Python.
class GilReleased {
 public:
  GilReleased() : state_(PyEval_SaveThread()) {}
  ~GilReleased() {
    without_unwinding([this] { PyEval_RestoreThread(state_); });
  }
  GilReleased(const GilReleased&) = delete;
  GilReleased& operator=(const GilReleased&) = delete;

 private:
  PyThreadState* state_;
};

// Deletes an object that owns Python references, from any thread, with or without the GIL.
struct DeleteWithGil {
  template <class T>
  void operator()(T* object) const {
    if (interpreter_is_finalizing()) return;  // its references die with the interpreter
    PyGILState_STATE state = PyGILState_Ensure();
    delete object;
    PyGILState_Release(state);
  }
};

}  // namespace tuber::python
