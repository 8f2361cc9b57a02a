#include "python/cbor/codec.hpp"

#include <algorithm>
#include <vector>

#include "cbor/writer.hpp"
#include "python/held_buffers.hpp"

namespace py = pybind11;

namespace tuber::python {
namespace {

using cbor::Major;

Handle import_attribute(const char* module, const char* name) {
  return Handle::steal(py::module_::import(module).attr(name).cast<py::object>().release().ptr());
}

// Has the interface of tuber.codec.cbor.CborCodec, which documents it.
class PythonCborCodec {
 public:
  PythonCborCodec() : codec_(CborImports::load(), ZeroCopy::always) {}

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
    Handle value = codec_.decode(source);
    PyBuffer_Release(&view);
    if (!value) throw py::error_already_set();
    return py::reinterpret_steal<py::object>(value.release());
  }

 private:
  void write(const py::object& value, serve::Body& body) const {
    if (!codec_.encode(value.ptr(), body)) throw py::error_already_set();
  }

  CborCodec codec_;
};

}  // namespace

CborImports CborImports::load() {
  return {.decode_error = import_attribute("tuber.codec", "DecodeError"),
          .encode_error = import_attribute("tuber.codec", "EncodeError"),
          .fault = import_attribute("tuber.codec.fault", "Fault"),
          .place_of = import_attribute("tuber.codec.fault", "place_of"),
          .make_array = import_attribute("tuber.codec.ndarray", "make_array"),
          .simplify = import_attribute("tuber.codec.cbor_values", "simplify"),
          .hashable = import_attribute("tuber.codec.cbor_values", "hashable"),
          .block = import_attribute("tuber.codec.cbor_arrays", "Block"),
          .uuid = import_attribute("uuid", "UUID")};
}

void CborCodec::open_batch(std::size_t envelopes, serve::Body& out) const {
  cbor::append_head(out.text(), Major::array, envelopes);
}

// CBOR items delimit themselves.
void CborCodec::separate(serve::Body&) const {}
void CborCodec::close_batch(serve::Body&) const {}
void CborCodec::close_envelope(serve::Body&) const {}

void CborCodec::open_envelope(Outcome outcome, bool with_warnings, serve::Body& out) const {
  cbor::append_head(out.text(), Major::map, with_warnings ? 2 : 1);
  cbor::append_text(out.text(), outcome == Outcome::result ? "result" : "error");
}

void CborCodec::open_warnings(serve::Body& out) const {
  cbor::append_text(out.text(), "warnings");
}

void CborCodec::encode_failure(std::string_view message, std::string_view type,
                               serve::Body& out) const {
  cbor::append_head(out.text(), Major::map, 2);
  for (const std::string_view text :
       {std::string_view("message"), message, std::string_view("type"), type}) {
    cbor::append_text(out.text(), text);
  }
}

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
