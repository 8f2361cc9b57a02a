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

void park_forever() {
  for (;;) ::pause();
}

namespace {

thread_local bool is_worker = false;
void park_finalized_worker() {
  if (is_worker && interpreter_is_finalizing()) park_forever();
}

}  // namespace

void survive_unwinding_at_exit() {
  base::call_before_terminate(park_finalized_worker);
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
