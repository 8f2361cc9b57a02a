// See call_record.hpp.
#include "python/call_record.hpp"

#include <unistd.h>

#include <array>
#include <charconv>

namespace tuber::python {
namespace {

using Name = base::Clipped<80>;

// The UTF-8 text of a string; "?" if it has none. Leaves no exception set.
std::string_view text_of(PyObject* value) {
  Py_ssize_t size = 0;
  const char* text = PyUnicode_AsUTF8AndSize(value, &size);
  if (text == nullptr) {
    PyErr_Clear();
    return "?";
  }
  return {text, static_cast<std::size_t>(size)};
}

void append_step(PyObject* step, Name& name) {
  if (PyUnicode_Check(step)) {
    if (!name.text().empty()) name.append(".");
    return name.append(text_of(step));
  }
  name.append("[");
  if (PyLong_CheckExact(step)) {
    int overflow = 0;
    const long long number = PyLong_AsLongLongAndOverflow(step, &overflow);
    std::array<char, 24> digits;
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
    name.append(overflow != 0 ? "?" : std::string_view(digits.data(), end));
  } else {
    name.append("?");
  }
  name.append("]");
}

// A path is a string or a list of steps; a step can be a list (PROTOCOL.md section 3).
void append_path(PyObject* path, Name& name) {
  if (path == nullptr || path == Py_None) return;
  if (!PyList_Check(path)) return append_step(path, name);
  for (Py_ssize_t i = 0; i < PyList_GET_SIZE(path); ++i) {
    PyObject* const step = PyList_GET_ITEM(path, i);
    if (!PyList_Check(step)) {
      append_step(step, name);
    } else {
      for (Py_ssize_t k = 0; k < PyList_GET_SIZE(step); ++k) {
        append_step(PyList_GET_ITEM(step, k), name);
      }
    }
  }
}

Name name_of(const CallMembers& call) {
  Name name;
  if (call.not_a_map) {
    name.assign("?");
    return name;
  }
  append_path(call.find(CallMembers::kObject), name);
  if (PyObject* const method = call.find(CallMembers::kMethod)) {
    append_step(method, name);
    name.append("()");
  } else if (PyObject* const property = call.find(CallMembers::kProperty)) {
    append_step(property, name);
  } else {
    name.append(name.text().empty() ? "(describe)" : " (describe)");
  }
  return name;
}

[[noreturn]] void leave_forked_child() {
  constexpr int kSoftwareError = 70;  // EX_SOFTWARE of sysexits.h
  PySys_WriteStderr(
      "tuberd: a method forked and its child returned from the method; the child ends here and the "
      "parent answers. End such a child with os._exit().\n");
  ::_exit(kSoftwareError);  // exit handlers belong to the parent
}

}  // namespace

CallRecord::~CallRecord() {
  if (process_ != base::process_number()) leave_forked_child();
  slot_.end(failure_.text(), traceback_);
}

CallRecord::CallRecord(const Asker& asker, const CallMembers& call) : slot_(asker.slot) {
  slot_.begin(name_of(call).text(), asker.who);
}

}  // namespace tuber::python
