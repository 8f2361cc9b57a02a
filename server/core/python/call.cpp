// See call.hpp.
#include "python/call.hpp"

#include <string>
#include <utility>

#include "python/arguments.hpp"
#include "python/call_warnings.hpp"
#include "python/invoke.hpp"

namespace tuber::python {
namespace {

// Refuses unknown members. A misspelt `method` would otherwise turn a call into a property read.
bool check_members(const CallMembers& call) {
  if (!call.unknown) return true;
  PyErr_Format(PyExc_TypeError,
               "a call has no member %R; its members are object, method, args, kwargs, property "
               "and resolve",
               call.unknown.get());
  return false;
}

bool refuse_member(const char* name, const char* expected, PyObject* got) {
  PyErr_Format(PyExc_TypeError, "the member '%s' of a call must be %s, not %s", name, expected,
               Py_TYPE(got)->tp_name);
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

// A trace or profile function that a method sets ends with its call: the thread runs the calls of
// others next. One that was there before, such as a debugger's, stays.
class CallTracing {
 public:
  CallTracing() : traced_(state_->c_tracefunc != nullptr), profiled_(is_profiled()) {}
  ~CallTracing() {
    if (!traced_ && state_->c_tracefunc != nullptr) PyEval_SetTrace(nullptr, nullptr);
    if (!profiled_ && is_profiled()) PyEval_SetProfile(nullptr, nullptr);
  }
  CallTracing(const CallTracing&) = delete;
  CallTracing& operator=(const CallTracing&) = delete;

 private:
  [[nodiscard]] bool is_profiled() const { return state_->c_profilefunc != nullptr; }

  PyThreadState* const state_ = PyThreadState_Get();
  const bool traced_;
  const bool profiled_;
};

// A member of a failure; empty if it has none.
std::string_view text_of(PyObject* failure, const char* name) {
  PyObject* member = failure == nullptr ? nullptr : PyDict_GetItemString(failure, name);
  const char* text = member == nullptr ? nullptr : PyUnicode_AsUTF8(member);
  if (text == nullptr) PyErr_Clear();
  return text == nullptr ? "" : text;
}

}  // namespace

Caller::Caller(CoreCallbacks callbacks, std::uint64_t max_reply)
    : callbacks_(std::move(callbacks)), max_reply_(max_reply) {}

bool Caller::answer(const CallMembers& call, const Asker& asker, ReplyWriter& writer) const {
  CallRecord record(asker, call);
  CallWarnings warnings;
  const CallTracing tracing;
  bool entered = false;
  if (Handle result = run(call, asker, writer.is_lossless(), entered)) {
    if (write_result(result.get(), writer)) {
      writer.end_envelope(warnings.texts());
      return true;
    }
    writer.drop_envelope();
    entered = false;  // the method succeeded, and the encoder's traceback is of no use
  }
  write_failure(entered, warnings.texts(), &record, writer);
  return false;
}

// On failure returns false with a Python exception set.
bool Caller::write_result(PyObject* result, ReplyWriter& writer) const {
  if (!writer.write_result(result)) {
    if (PyErr_ExceptionMatches(PyExc_MemoryError)) {
      PyErr_SetString(PyExc_MemoryError,
                      "result: there is not enough memory to send it, although the method ran");
    } else if (PyErr_ExceptionMatches(PyExc_KeyboardInterrupt)) {
      PyErr_SetString(PyExc_TypeError,
                      "result: encoding it raised KeyboardInterrupt (the method ran)");
    }
    return false;
  }
  const std::uint64_t size = writer.out().size();
  if (size <= max_reply_) return true;
  PyErr_Format(
      PyExc_ValueError,
      "result: it makes the reply %llu bytes long, over the limit of %llu, although the method "
      "ran; request less at a time, or start the server with a larger --max-reply",
      static_cast<unsigned long long>(size), static_cast<unsigned long long>(max_reply_));
  return false;
}

void Caller::write_failure(bool entered, PyObject* warnings, CallRecord* record,
                           ReplyWriter& writer) const {
  Handle exception = take_exception();
  Handle failure =
      invoke(callbacks_.describe_failure, exception.get(), entered ? Py_True : Py_False);
  if (record != nullptr) {
    // Not empty, because an empty message would mean success in the call log.
    const std::string_view message = text_of(failure.get(), "message");
    record->failed(message.empty() ? "?" : message, text_of(failure.get(), "traceback"));
  }
  writer.open_envelope(Outcome::error);
  if (!failure || !writer.codec().encode(failure.get(), writer.out())) {
    // Describing the failure failed too, probably because memory ran out.
    PyErr_Clear();
    writer.drop_envelope();
    writer.open_envelope(Outcome::error);
    writer.codec().encode_failure(
        "RuntimeError: the call failed, and describing its failure failed too", "RuntimeError",
        writer.out());
    warnings = nullptr;
  }
  writer.end_envelope(warnings);
}

void Caller::write_not_executed(std::string_view why, const Codec& codec, serve::Body& out) const {
  const std::string message = "tuber.NotExecuted: not run, because " + std::string(why);
  codec.open_envelope(Outcome::error, out);
  codec.encode_failure(message, "tuber.NotExecuted", out);
  codec.close_envelope(out);
}

Handle Caller::run(const CallMembers& call, const Asker& asker, bool lossless,
                   bool& entered) const {
  if (call.not_a_map) {
    PyErr_Format(PyExc_TypeError, "a call must be a map, not %s",
                 Py_TYPE(call.not_a_map.get())->tp_name);
    return {};
  }
  if (!check_members(call)) return {};
  PyObject* const method = call.find(CallMembers::kMethod);
  if (method == nullptr) {
    const Handle map = call.to_map();
    if (!map) return {};
    PyObject* const described = asker.described == nullptr ? Py_None : asker.described;
    return invoke(callbacks_.describe, map.get(), lossless ? Py_True : Py_False, described);
  }
  if (!PyUnicode_Check(method)) {
    refuse_member("method", "a string", method);
    return {};
  }
  PyObject* const path = call.find(CallMembers::kObject);
  PyObject* const args = call.find(CallMembers::kArgs);
  PyObject* const kwargs = call.find(CallMembers::kKwargs);
  if (path == nullptr) {
    PyErr_SetString(PyExc_TypeError, "a call with 'method' needs 'object', the path of an object");
    return {};
  }
  if (!check_arguments(args, kwargs)) return {};
  Handle object = find_object(path);
  if (!object) return {};
  if (asker.described != nullptr) PyDict_Clear(asker.described);
  const Arguments arguments(object.get(), args, kwargs);
  if (!arguments.valid()) return {};
  return call_method(object.get(), method, arguments, asker, entered);
}

Handle Caller::find_object(PyObject* path) const {
  if (PyUnicode_Check(path)) {
    PyObject* object = PyDict_GetItemWithError(callbacks_.objects.get(), path);
    if (object != nullptr) return Handle::borrow(object);
  }
  return invoke(callbacks_.walk, path);
}

// The interned name of a method that the cache allows for this object. Empty, without an exception,
// if the cache does not have it, the class has changed, or the instance has an attribute of that
// name.
Handle Caller::known_method(PyObject* object, PyObject* name) const {
  PyTypeObject* type = Py_TYPE(object);
  PyObject* known =
      PyDict_GetItemWithError(callbacks_.reachable.get(), reinterpret_cast<PyObject*>(type));
  PyObject* found = known == nullptr ? nullptr : PyDict_GetItemWithError(known, name);
  PyObject* interned = found == nullptr ? nullptr : PyTuple_GET_ITEM(found, 0);
  bool holds = found != nullptr && PyTuple_GET_ITEM(found, 1) == _PyType_Lookup(type, interned);
  if (holds && type->tp_dictoffset != 0) {
    Handle own = Handle::steal(PyObject_GenericGetDict(object, nullptr));
    holds = own && PyDict_Contains(own.get(), interned) == 0;
  }
  PyErr_Clear();  // an unhashable class, for example; find_method reports errors
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
  const Handle& find = asker.may_control ? callbacks_.find_method : callbacks_.find_readonly_method;
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
