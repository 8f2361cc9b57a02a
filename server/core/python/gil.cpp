// See gil.hpp.
#include "python/gil.hpp"

#include <unistd.h>

#include <cstdlib>
#include <exception>
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

namespace {

thread_local bool is_worker = false;
std::terminate_handler terminate_before = nullptr;

[[noreturn]] void park_or_terminate() {
  if (is_worker && interpreter_is_finalizing()) park_forever();
  if (terminate_before != nullptr) terminate_before();
  std::abort();
}

}  // namespace

void survive_unwinding_at_exit() {
  if (std::get_terminate() != park_or_terminate)
    terminate_before = std::set_terminate(park_or_terminate);
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
