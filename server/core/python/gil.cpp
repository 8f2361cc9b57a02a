// See gil.hpp.
#include "python/gil.hpp"

#include <unistd.h>

#include <new>

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

WorkerState::WorkerState(PyInterpreterState* interpreter) : state_(PyThreadState_New(interpreter)) {
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
