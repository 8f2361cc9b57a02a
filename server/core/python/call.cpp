// See call.hpp.
#include "python/call.hpp"

#include <algorithm>
#include <iterator>
#include <new>
#include <utility>

#include "python/arguments.hpp"
#include "python/call_warnings.hpp"
#include "python/exceptions.hpp"
#include "python/invoke.hpp"

namespace tuber::python {
namespace {

constexpr const char* kMembers[] = {"object", "method", "args", "kwargs", "property", "resolve"};

// Looks up members of a call, and counts those that are there.
class Members {
 public:
  explicit Members(PyObject* call) : call_(call) {}

  // Borrowed; null when absent or None.
  PyObject* find(const Handle& name) {
    PyObject* value = PyDict_GetItemWithError(call_, name.get());
    if (value != nullptr) ++found_;
    return value == Py_None ? nullptr : value;
  }

  [[nodiscard]] bool found_all() const { return found_ == PyDict_GET_SIZE(call_); }

 private:
  PyObject* call_;
  Py_ssize_t found_ = 0;
};

bool is_member(PyObject* name) {
  return PyUnicode_Check(name) &&
         std::any_of(std::begin(kMembers), std::end(kMembers), [name](const char* known) {
           return PyUnicode_CompareWithASCIIString(name, known) == 0;
         });
}

// A member that is misspelt would otherwise ask for something else: without `method` a call reads.
bool check_members(PyObject* call) {
  PyObject *name = nullptr, *value = nullptr;
  Py_ssize_t position = 0;
  while (PyDict_Next(call, &position, &name, &value)) {
    if (is_member(name)) continue;
    PyErr_Format(PyExc_TypeError,
                 "a call has no member %R; its members are object, method, args, kwargs, property "
                 "and resolve",
                 name);
    return false;
  }
  return true;
}

bool refuse_member(const char* name, const char* expected, PyObject* came) {
  PyErr_Format(PyExc_TypeError, "the member '%s' of a call must be %s, not %s", name, expected,
               Py_TYPE(came)->tp_name);
  return false;
}

bool check_arguments(PyObject* args, PyObject* kwargs) {
  if (args != nullptr && !PyList_Check(args)) return refuse_member("args", "an array", args);
  if (kwargs == nullptr) return true;
  if (!PyDict_Check(kwargs)) return refuse_member("kwargs", "a map", kwargs);
  PyObject *name = nullptr, *value = nullptr;
  Py_ssize_t position = 0;
  while (PyDict_Next(kwargs, &position, &name, &value)) {
    if (!PyUnicode_Check(name)) return refuse_member("kwargs", "a map with string keys", name);
  }
  return true;
}

// Ends an envelope. The texts of warnings are clean (tuberd/call_warnings.py), so that they fail to
// be encoded only when memory has run out.
void close_with_warnings(PyObject* warnings, const Codec& codec, serve::Body& out) {
  if (warnings != nullptr) {
    codec.open_warnings(out);
    if (!codec.encode(warnings, out)) throw std::bad_alloc();
  }
  codec.close_envelope(out);
}

// Never empty: a failure without a message is one, too.
std::string_view message_of(PyObject* failure) {
  PyObject* message = failure == nullptr ? nullptr : PyDict_GetItemString(failure, "message");
  const char* text = message == nullptr ? nullptr : PyUnicode_AsUTF8(message);
  if (text == nullptr) PyErr_Clear();
  return text == nullptr || *text == '\0' ? "?" : text;
}

}  // namespace

Caller::Caller(Face face, std::uint64_t max_reply)
    : face_(std::move(face)), max_reply_(max_reply) {}

bool Caller::answer(PyObject* call, const Asker& asker, ReplyWriter& writer) const {
  CallRecord record(asker, call);
  CallWarnings warnings;
  bool entered = false;
  Handle result = run(call, asker, writer.is_lossless(), entered);
  if (result) {
    writer.fit(result.get());
    const Codec& codec = writer.codec();
    serve::Body& out = writer.out();
    const serve::Body::Mark start = out.mark();
    codec.open_envelope(Outcome::result, warnings.texts() != nullptr, out);
    if (encode_result(result.get(), writer)) {
      close_with_warnings(warnings.texts(), codec, out);
      return true;
    }
    out.cut(start);
    entered = false;  // the method succeeded: a traceback of the encoder would tell nothing
  }
  write_failure(entered, warnings.texts(), &record, writer);
  return false;
}

// False, with the reason as exception, when the result can't be sent.
bool Caller::encode_result(PyObject* result, ReplyWriter& writer) const {
  if (!writer.codec().encode(result, writer.out())) return false;
  const std::uint64_t size = writer.out().size();
  if (size <= max_reply_) return true;
  PyErr_Format(
      PyExc_ValueError,
      "result: with it the reply has %llu bytes, over the limit of %llu; ask for less at a "
      "time, or have the server started with a larger --max-reply",
      static_cast<unsigned long long>(size), static_cast<unsigned long long>(max_reply_));
  return false;
}

void Caller::write_failure(bool entered, PyObject* warnings, CallRecord* record,
                           ReplyWriter& writer) const {
  const Codec& codec = writer.codec();
  serve::Body& out = writer.out();
  const serve::Body::Mark start = out.mark();
  Handle exception = take_exception();
  Handle failure = invoke(face_.describe_failure, exception.get(), entered ? Py_True : Py_False);
  if (record != nullptr) record->failed(message_of(failure.get()));
  codec.open_envelope(Outcome::error, warnings != nullptr, out);
  if (!failure || !codec.encode(failure.get(), out)) {
    // Only when even describing fails, as it does when memory has run out.
    PyErr_Clear();
    out.cut(start);
    codec.open_envelope(Outcome::error, warnings != nullptr, out);
    Handle text = Handle::steal(Py_BuildValue(
        "{s:s,s:s}", "message", "RuntimeError: the failure of this call could not be described",
        "type", "RuntimeError"));
    if (!text || !codec.encode(text.get(), out)) PyErr_Clear();
  }
  close_with_warnings(warnings, codec, out);
}

void Caller::write_not_executed(std::string_view why, const Codec& codec, serve::Body& out) const {
  Handle message = Handle::steal(
      PyUnicode_FromFormat("tuber.NotExecuted: not run, because %s", std::string(why).c_str()));
  Handle failure = Handle::steal(
      Py_BuildValue("{s:O,s:s}", "message", message.get(), "type", "tuber.NotExecuted"));
  codec.open_envelope(Outcome::error, false, out);
  if (!failure || !codec.encode(failure.get(), out)) PyErr_Clear();
  codec.close_envelope(out);
}

Handle Caller::run(PyObject* call, const Asker& asker, bool lossless, bool& entered) const {
  if (!PyDict_Check(call)) {
    PyErr_Format(PyExc_TypeError, "a call must be a map, not %s", Py_TYPE(call)->tp_name);
    return {};
  }
  Members members(call);
  PyObject* method = members.find(names_.method);
  if (method == nullptr) {
    if (!check_members(call)) return {};
    return invoke(face_.describe, call, lossless ? Py_True : Py_False);
  }
  if (!PyUnicode_Check(method)) {
    refuse_member("method", "a string", method);
    return {};
  }
  PyObject* path = members.find(names_.object);
  PyObject* args = members.find(names_.args);
  PyObject* kwargs = members.find(names_.kwargs);
  if (!members.found_all() && !check_members(call)) return {};
  if (path == nullptr) {
    PyErr_SetString(PyExc_TypeError, "a call with 'method' needs 'object', the path of an object");
    return {};
  }
  if (!check_arguments(args, kwargs)) return {};
  Handle object = find_object(path);
  if (!object) return {};
  const Arguments arguments(object.get(), args, kwargs);
  if (!arguments.valid()) return {};
  return call_method(object.get(), method, arguments, asker, entered);
}

Handle Caller::find_object(PyObject* path) const {
  if (PyUnicode_Check(path)) {
    PyObject* object = PyDict_GetItemWithError(face_.objects.get(), path);
    if (object != nullptr) return Handle::borrow(object);
  }
  return invoke(face_.walk, path);
}

// The interned name of a method that was decided by the object's class, if that decision still holds
// for this object. Else empty, and no exception: the class was changed since, or the
// instance itself holds something under the name, or nobody has asked yet.
Handle Caller::known_method(PyObject* object, PyObject* name) const {
  PyTypeObject* type = Py_TYPE(object);
  PyObject* known =
      PyDict_GetItemWithError(face_.reachable.get(), reinterpret_cast<PyObject*>(type));
  PyObject* found = known == nullptr ? nullptr : PyDict_GetItemWithError(known, name);
  PyObject* interned = found == nullptr ? nullptr : PyTuple_GET_ITEM(found, 0);
  bool holds = found != nullptr && PyTuple_GET_ITEM(found, 1) == _PyType_Lookup(type, interned);
  if (holds && type->tp_dictoffset != 0) {
    Handle own = Handle::steal(PyObject_GenericGetDict(object, nullptr));
    holds = own && PyDict_Contains(own.get(), interned) == 0;
  }
  PyErr_Clear();  // of a class that can't be hashed, say: the careful way finds out
  return holds ? Handle::borrow(interned) : Handle{};
}

Handle Caller::call_method(PyObject* object, PyObject* method, const Arguments& arguments,
                           const Asker& asker, bool& entered) const {
  if (const Handle name = asker.may_control ? known_method(object, method) : Handle{}) {
    entered = true;
    return Handle::steal(without_unwinding([&] {
      return PyObject_VectorcallMethod(
          name.get(), arguments.with_self(),
          (arguments.positional_count() + 1) | PY_VECTORCALL_ARGUMENTS_OFFSET, arguments.names());
    }));
  }
  const Handle& find = asker.may_control ? face_.find_method : face_.find_reading_method;
  Handle bound = invoke(find, object, method);
  if (!bound) return {};
  entered = true;
  return Handle::steal(without_unwinding([&] {
    return PyObject_Vectorcall(bound.get(), arguments.without_self(),
                               arguments.positional_count() | PY_VECTORCALL_ARGUMENTS_OFFSET,
                               arguments.names());
  }));
}

}  // namespace tuber::python
