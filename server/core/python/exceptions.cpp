// See exceptions.hpp.
#include "python/exceptions.hpp"

namespace tuber::python {

Handle take_exception() {
#if PY_VERSION_HEX >= 0x030C0000
  return Handle::steal(PyErr_GetRaisedException());
#else
  PyObject *type = nullptr, *value = nullptr, *traceback = nullptr;
  PyErr_Fetch(&type, &value, &traceback);
  PyErr_NormalizeException(&type, &value, &traceback);
  if (value != nullptr && traceback != nullptr) PyException_SetTraceback(value, traceback);
  Py_XDECREF(type);
  Py_XDECREF(traceback);
  return Handle::steal(value);
#endif
}

}  // namespace tuber::python
