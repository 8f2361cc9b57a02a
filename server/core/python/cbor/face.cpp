// See cbor_face.hpp.
#include "python/cbor/face.hpp"

#include <algorithm>
#include <string_view>
#include <vector>

#include "python/cbor/builder.hpp"
#include "python/cbor/encoder.hpp"
#include "python/loans.hpp"

namespace py = pybind11;

namespace tuber::python {
namespace {

// tuber.codec.cbor.CborCodec says what its methods are for.
class CborFace {
 public:
  CborFace() : parts_(CborParts::load()) {}

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
    const std::vector<PyObject*> lenders = Loans::lenders_of(body);
    auto lender = lenders.begin();
    py::list parts;
    body.for_each_piece([&](std::string_view piece) {
      const bool own = piece.data() >= body.text().data() &&
                       piece.data() < body.text().data() + body.text().size();
      if (own) {
        parts.append(py::bytes(piece.data(), piece.size()));
      } else {
        parts.append(py::memoryview(py::reinterpret_borrow<py::object>(*lender++)));
      }
    });
    return parts;
  }

  [[nodiscard]] py::object decode(const py::buffer& body) const {
    Py_buffer view;
    // Bytes that may be written can stay where they are.
    const bool writable = PyObject_GetBuffer(body.ptr(), &view, PyBUF_WRITABLE) == 0;
    if (!writable) {
      PyErr_Clear();
      if (PyObject_GetBuffer(body.ptr(), &view, PyBUF_SIMPLE) < 0) throw py::error_already_set();
    }
    const std::string_view bytes(static_cast<const char*>(view.buf),
                                 static_cast<std::size_t>(view.len));
    Source source = writable ? Source(bytes, body.ptr()) : Source(bytes);
    Handle value = CborBuilder(source, parts_).build();
    PyBuffer_Release(&view);
    if (!value) throw py::error_already_set();
    return py::reinterpret_steal<py::object>(value.release());
  }

 private:
  void write(const py::object& value, serve::Body& body) const {
    if (!CborEncoder(parts_, Lending::always, body).encode(value.ptr()))
      throw py::error_already_set();
  }

  CborParts parts_;
};

}  // namespace

void define_cbor_codec(py::module_& module) {
  py::class_<CborFace>(module, "CborCodec")
      .def(py::init<>())
      .def_property_readonly_static("media_type",
                                    [](const py::object&) { return "application/cbor"; })
      .def("encode", &CborFace::encode, py::arg("value"))
      .def("encode_parts", &CborFace::encode_parts, py::arg("value"))
      .def("decode", &CborFace::decode, py::arg("body"))
      .def("__repr__", [](const CborFace&) { return "CborCodec()"; });
}

}  // namespace tuber::python
