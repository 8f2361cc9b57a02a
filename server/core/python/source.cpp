// See source.hpp.
#include "python/source.hpp"

#include <memory>
#include <utility>

namespace py = pybind11;

namespace tuber::python {
namespace {

struct ReceivedBytes {
  std::unique_ptr<char, base::GrowingBuffer::Free> memory;
  std::size_t size;
};

// A new object that owns the memory; empty with a Python exception set on failure.
Handle make_received(std::unique_ptr<char, base::GrowingBuffer::Free> memory, std::size_t size) {
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

}  // namespace

void define_received_bytes(py::module_& module) {
  py::class_<ReceivedBytes>(module, "ReceivedBytes", py::buffer_protocol())
      .def_buffer([](ReceivedBytes& received) {
        return py::buffer_info(reinterpret_cast<unsigned char*>(received.memory.get()),
                               static_cast<py::ssize_t>(received.size));
      });
}

PyObject* Source::exporter() {
  if (!exporter_ && memory_ != nullptr) {
    exporter_ = make_received(memory_->take(), bytes_.size());
    memory_ = nullptr;
  }
  return exporter_.get();
}

}  // namespace tuber::python
