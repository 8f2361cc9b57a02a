// See gil.hpp.
#include "python/gil.hpp"

#include <unistd.h>

#include <new>

#include "base/process.hpp"

namespace tuber::python {

bool interpreter_is_finalizing() {
#if PY_VERSION_HEX >= 0x030D0000
  return Py_IsFinalizing() != 0;
#else
  return _Py_IsFinalizing() != 0;
#endif
}

void block_until_exit() {
  for (;;) ::pause();
}

namespace {

thread_local bool is_worker = false;
void block_unwound_worker() {
  if (is_worker && interpreter_is_finalizing()) block_until_exit();
}

}  // namespace

void block_unwound_workers_at_exit() {
  base::call_before_terminate(block_unwound_worker);
}

WorkerState::WorkerState(PyInterpreterState* interpreter) : state_(PyThreadState_New(interpreter)) {
  is_worker = true;
  if (state_ == nullptr) throw std::bad_alloc();
}

WorkerState::~WorkerState() {
  if (interpreter_is_finalizing()) return;
  without_unwinding([this] { PyEval_RestoreThread(state_); });
  PyThreadState_Clear(state_);
  PyThreadState_DeleteCurrent();
}

GilHold::GilHold(WorkerState& worker) : worker_(worker) {
  without_unwinding([this] { PyEval_RestoreThread(worker_.state_); });
}

GilHold::~GilHold() {
  worker_.state_ = PyEval_SaveThread();
}

}  // namespace tuber::python
