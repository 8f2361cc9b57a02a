// See python_class.hpp.
#include "python/cbor/python_class.hpp"

#include <algorithm>
#include <string_view>
#include <vector>

#include "python/cbor/builder.hpp"
#include "python/cbor/encoder.hpp"
#include "python/held_buffers.hpp"

namespace py = pybind11;

namespace tuber::python {
namespace {

// Has the interface of tuber.codec.cbor.CborCodec, which documents it.
class PythonCborCodec {
 public:
  PythonCborCodec() : imports_(CborImports::load()) {}

  [[nodiscard]] py::bytes encode(const py::object& value) const {
    serve::Body body;
    write(value, body);
    Handle joined =
        Handle::steal(PyBytes_FromStringAndSize(nullptr, static_cast<Py_ssize_t>(body.size())));
    if (!joined) throw py::error_already_set();
    char* end = PyBytes_AS_STRING(joined.get());
    body.for_each_piece(
        [&end](std::string_view piece) { end = std::copy(piece.begin(), piece.end(), end); });
    return py::reinterpret_steal<py::bytes>(joined.release());
  }

  [[nodiscard]] py::list encode_parts(const py::object& value) const {
    serve::Body body;
    write(value, body);
    const std::vector<PyObject*> exporters = HeldBuffers::exporters_of(body);
    auto exporter = exporters.begin();
    py::list parts;
    body.for_each_piece([&](std::string_view piece) {
      const bool own = piece.data() >= body.text().data() &&
                       piece.data() < body.text().data() + body.text().size();
      if (own) {
        parts.append(py::bytes(piece.data(), piece.size()));
      } else {
        parts.append(py::memoryview(py::reinterpret_borrow<py::object>(*exporter++)));
      }
    });
    return parts;
  }

  [[nodiscard]] py::object decode(const py::buffer& body) const {
    Py_buffer view;
    // Arrays can be views of a writable buffer.
    const bool writable = PyObject_GetBuffer(body.ptr(), &view, PyBUF_WRITABLE) == 0;
    if (!writable) {
      PyErr_Clear();
      if (PyObject_GetBuffer(body.ptr(), &view, PyBUF_SIMPLE) < 0) throw py::error_already_set();
    }
    const std::string_view bytes(static_cast<const char*>(view.buf),
                                 static_cast<std::size_t>(view.len));
    Source source = writable ? Source(bytes, body.ptr()) : Source(bytes);
    Handle value = CborBuilder(source, imports_).build();
    PyBuffer_Release(&view);
    if (!value) throw py::error_already_set();
    return py::reinterpret_steal<py::object>(value.release());
  }

 private:
  void write(const py::object& value, serve::Body& body) const {
    if (!CborEncoder(imports_, ZeroCopy::always, body).encode(value.ptr()))
      throw py::error_already_set();
  }

  CborImports imports_;
};

}  // namespace

void define_cbor_codec(py::module_& module) {
  py::class_<PythonCborCodec>(module, "CborCodec")
      .def(py::init<>())
      .def_property_readonly_static("media_type",
                                    [](const py::object&) { return "application/cbor"; })
      .def("encode", &PythonCborCodec::encode, py::arg("value"))
      .def("encode_parts", &PythonCborCodec::encode_parts, py::arg("value"))
      .def("decode", &PythonCborCodec::decode, py::arg("body"))
      .def("__repr__", [](const PythonCborCodec&) { return "CborCodec()"; });
}

}  // namespace tuber::python
