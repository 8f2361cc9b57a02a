// Guards that take and release the GIL, and what happens to threads at interpreter exit. No other
// file may do either.
//
// A worker keeps one PyThreadState for its whole life. One per request (PyGILState_Ensure) halves
// the throughput, because CPython maps and unmaps memory for each.
#pragma once

#include <Python.h>

#include <memory>
#include <utility>

#ifdef __GLIBCXX__
#include <cxxabi.h>
#endif

namespace tuber::python {

// True once the interpreter is finalizing. No thread may take the GIL after that.
[[nodiscard]] bool interpreter_is_finalizing();

// Blocks the calling thread until the process ends.
[[noreturn]] void block_until_exit();

// Calls `code`, which takes the GIL or releases it and takes it again.
//
// While the interpreter is finalizing, CPython up to 3.13 ends such a thread with pthread_exit,
// which unwinds its C++ frames. Destructors would then drop Python references without the GIL, and
// the first noexcept frame would abort the process. This function stops the unwinding and blocks
// the thread until the process exits, as CPython 3.14 does.
template <class Code>
decltype(auto) without_unwinding(Code&& code) {
#ifdef __GLIBCXX__
  try {
    return std::forward<Code>(code)();
  } catch (abi::__forced_unwind&) {
    block_until_exit();
  }
#else
  return std::forward<Code>(code)();
#endif
}

// Installs a terminate handler. CPython can unwind a worker at exit through a noexcept frame that
// without_unwinding() cannot wrap, such as the destructor of a bound C++ object. The handler blocks
// such a worker until the process exits, and passes all other calls to the previous handler. Called
// when the first server is created.
void block_unwound_workers_at_exit();

// The Python thread state of one worker. Created and destroyed in the worker's thread without the
// GIL.
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

// Holds the GIL for its scope, in a worker.
class GilHold {
 public:
  explicit GilHold(WorkerState& worker);
  ~GilHold();
  GilHold(const GilHold&) = delete;
  GilHold& operator=(const GilHold&) = delete;

 private:
  WorkerState& worker_;
};

// Releases the GIL for its scope, in a thread that called from Python.
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

// Lets a thread that waits for the GIL run. REQUIRES: the GIL.
inline void let_others_run() {
  const GilReleased released;
}

// Deletes an object that owns Python references, from any thread, with or without the GIL.
struct DeleteWithGil {
  template <class T>
  void operator()(T* object) const {
    if (interpreter_is_finalizing()) return;  // leak the references: taking the GIL would block
    PyGILState_STATE state = PyGILState_Ensure();
    delete object;
    PyGILState_Release(state);
  }
};

}  // namespace tuber::python
