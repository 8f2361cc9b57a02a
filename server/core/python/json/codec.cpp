// See codec.hpp.
#include "python/json/codec.hpp"

#include <algorithm>
#include <memory>
#include <utility>

#include "python/invoke.hpp"
#include "python/json/builder.hpp"

namespace py = pybind11;

namespace tuber::python {
Handle JsonCodec::decode(Source& source) const {
  return with_memory_error([&] { return JsonBuilder(source, imports_, strings_).build(); });
}

bool JsonCodec::decode_calls(Source& source, Calls& calls) const {
  return with_memory_error(
      [&] { return JsonBuilder(source, imports_, strings_).build_calls(calls); });
}

bool JsonCodec::encode(PyObject* value, serve::Body& out) const {
  return with_memory_error(
      [&] { return JsonEncoder(imports_, JsonForm::for_others, out).encode(value); });
}

bool JsonCodec::encode_exact(PyObject* value, serve::Body& out) const {
  return with_memory_error(
      [&] { return JsonEncoder(imports_, JsonForm::exact, out).encode(value); });
}

void JsonCodec::open_batch(std::size_t, serve::Body& out) const {
  out += '[';
}
void JsonCodec::separate(serve::Body& out) const {
  out += ',';
}
void JsonCodec::close_batch(serve::Body& out) const {
  out += ']';
}

void JsonCodec::open_envelope(Outcome outcome, serve::Body& out) const {
  out += outcome == Outcome::result ? "{\"result\":" : "{\"error\":";
}

void JsonCodec::open_warnings(serve::Body::Mark, serve::Body& out) const {
  out += ",\"warnings\":";
}
void JsonCodec::close_envelope(serve::Body& out) const {
  out += '}';
}

void JsonCodec::encode_failure(std::string_view message, std::string_view type,
                               serve::Body& out) const {
  for (const std::string_view part :
       {std::string_view("{\"message\":\""), message, std::string_view("\",\"type\":\""), type,
        std::string_view("\"}")}) {
    out += part;
  }
}

namespace {

// The functions for Python are plain C functions, because each call of a client makes two of them.
struct PythonJson {
  JsonImports imports = JsonImports::load();
  StringCache strings;
  serve::Body kept = {};  // its memory is used again
  JsonForm form;
};

constexpr const char* kCapsule = "tuberd._core.json_functions";

PythonJson& state_of(PyObject* capsule) {
  return *static_cast<PythonJson*>(PyCapsule_GetPointer(capsule, kCapsule));
}

Handle encode_in_form(PythonJson& json, JsonForm form, PyObject* value) {
  // Taken, because users' code may encode another value meanwhile.
  serve::Body out = std::exchange(json.kept, {});
  if (!JsonEncoder(json.imports, form, out).encode(value)) return {};
  Handle joined =
      Handle::steal(PyBytes_FromStringAndSize(nullptr, static_cast<Py_ssize_t>(out.size())));
  if (!joined) return {};
  char* end = PyBytes_AS_STRING(joined.get());
  out.for_each_piece(
      [&end](std::string_view piece) { end = std::copy(piece.begin(), piece.end(), end); });
  out.clear();
  json.kept = std::move(out);
  return joined;
}

PyObject* encode(PyObject* self, PyObject* value) {
  PythonJson& json = state_of(self);
  return with_memory_error([&] { return encode_in_form(json, json.form, value); }).release();
}

PyObject* encode_exact(PyObject* self, PyObject* value) {
  Handle made =
      with_memory_error([&] { return encode_in_form(state_of(self), JsonForm::exact, value); });
  if (!made && PyErr_Occurred() == nullptr) made = Handle::borrow(Py_None);
  return made.release();
}

PyObject* decode(PyObject* self, PyObject* body) {
  PythonJson& json = state_of(self);
  Py_buffer view;
  if (PyObject_GetBuffer(body, &view, PyBUF_SIMPLE) < 0) return nullptr;
  Source source({static_cast<const char*>(view.buf), static_cast<std::size_t>(view.len)});
  if (PyBytes_CheckExact(body)) source.share_with_others(source.allowance());
  Handle made =
      with_memory_error([&] { return JsonBuilder(source, json.imports, json.strings).build(); });
  PyBuffer_Release(&view);
  return made.release();
}

PyMethodDef kFunctions[] = {
    {"encode", encode, METH_O, nullptr},
    {"encode_exact", encode_exact, METH_O, nullptr},
    {"decode", decode, METH_O, nullptr},
};

}  // namespace

void define_json_functions(py::module_& module) {
  module.def("json_functions", [](bool strict) {
    auto state = std::make_unique<PythonJson>();
    state->form = strict ? JsonForm::strict : JsonForm::for_others;
    const py::capsule self(state.get(), kCapsule, [](PyObject* capsule) {
      delete static_cast<PythonJson*>(PyCapsule_GetPointer(capsule, kCapsule));
    });
    static_cast<void>(state.release());
    py::tuple functions(std::size(kFunctions));
    for (std::size_t i = 0; i < std::size(kFunctions); ++i) {
      PyObject* const function = PyCFunction_New(&kFunctions[i], self.ptr());
      if (function == nullptr) throw py::error_already_set();
      functions[i] = py::reinterpret_steal<py::object>(function);
    }
    return functions;
  });
}

}  // namespace tuber::python
