// See received_bytes.hpp.
#include "python/received_bytes.hpp"

#include <utility>

namespace py = pybind11;

namespace tuber::python {
namespace {

struct ReceivedBytes {
  std::unique_ptr<char, base::GrowingBuffer::Free> memory;
  std::size_t size;
};

}  // namespace

void define_received_bytes(py::module_& module) {
  py::class_<ReceivedBytes>(module, "ReceivedBytes", py::buffer_protocol())
      .def_buffer([](ReceivedBytes& received) {
        return py::buffer_info(reinterpret_cast<unsigned char*>(received.memory.get()),
                               static_cast<py::ssize_t>(received.size));
      });
}

Handle export_received(std::unique_ptr<char, base::GrowingBuffer::Free> memory, std::size_t size) {
  try {
    auto received = std::make_unique<ReceivedBytes>(std::move(memory), size);
    return Handle::steal(py::cast(std::move(received)).release().ptr());
  } catch (py::error_already_set& error) {
    error.restore();
  } catch (const std::exception& error) {
    PyErr_SetString(PyExc_MemoryError, error.what());
  }
  return {};
}

}  // namespace tuber::python
