// See held_buffers.hpp.
#include "python/held_buffers.hpp"

#include <memory>
#include <utility>

#include "python/gil.hpp"

namespace tuber::python {
namespace {

// Below this size a copy is cheaper than another piece for sendmsg and taking the GIL to release
// the buffer.
constexpr Py_ssize_t kZeroCopyMinBytes = 32 * 1024;

// Exports the buffer of an object for its scope, to compare addresses.
class Export {
 public:
  Export(PyObject* object, int flags) : held_(PyObject_GetBuffer(object, &view_, flags) == 0) {
    if (!held_) PyErr_Clear();
  }
  ~Export() {
    if (held_) PyBuffer_Release(&view_);
  }
  Export(const Export&) = delete;
  Export& operator=(const Export&) = delete;

  [[nodiscard]] const void* begin() const { return held_ ? view_.buf : nullptr; }

 private:
  Py_buffer view_;
  bool held_;
};

}  // namespace

HeldBuffers::~HeldBuffers() {
  for (Buffer& buffer : buffers_) PyBuffer_Release(&buffer.view);
}

HeldBuffers& HeldBuffers::of(serve::Body& body) {
  if (!body.owner()) body.owner() = std::shared_ptr<HeldBuffers>(new HeldBuffers, DeleteWithGil{});
  return *static_cast<HeldBuffers*>(body.owner().get());
}

bool HeldBuffers::append(PyObject* exporter, bool zero_copy, serve::Body& body) {
  Py_buffer view;
  if (PyObject_GetBuffer(exporter, &view, PyBUF_SIMPLE) < 0) return false;
  const std::string_view bytes(static_cast<const char*>(view.buf),
                               static_cast<std::size_t>(view.len));
  if (!zero_copy || view.len < kZeroCopyMinBytes) {
    body.append_large(bytes);
    PyBuffer_Release(&view);
    return true;
  }
  of(body).buffers_.push_back({Handle::borrow(exporter), view});
  body.borrow(bytes);
  return true;
}

void HeldBuffers::append_kept(PyObject* owner, std::string_view bytes, serve::Body& body) {
  of(body).owners_.push_back(Handle::borrow(owner));
  body.borrow(bytes);
}

std::vector<PyObject*> HeldBuffers::exporters_of(serve::Body& body) {
  std::vector<PyObject*> exporters;
  if (!body.owner()) return exporters;
  for (const Buffer& buffer : of(body).buffers_) exporters.push_back(buffer.exporter.get());
  return exporters;
}

bool is_unshared_array(PyObject* array, Py_ssize_t references) {
  // The `base` of other classes could be anything, even a property that runs users' code.
  if (!PyObject_CheckBuffer(array)) return false;
  Handle held = Handle::borrow(array);
  // `held` is one reference more. A base has two known references: its view's and `held`.
  for (Py_ssize_t known = references + 1; Py_REFCNT(held.get()) <= known; known = 2) {
    if (PyBytes_CheckExact(held.get()) || PyByteArray_CheckExact(held.get())) return true;
    // Several memoryviews can share one export, which their reference counts do not show.
    if (PyMemoryView_Check(held.get())) return false;
    Handle base = Handle::steal(PyObject_GetAttrString(held.get(), "base"));
    if (!base) {
      PyErr_Clear();
      return false;
    }
    if (base.get() == Py_None) return true;  // an ndarray that owns its memory
    held = std::move(base);
  }
  return false;
}

bool may_share_memory(PyObject* memory, PyObject* object) {
  const Export at_memory(memory, PyBUF_SIMPLE);
  const Export at_object(object, PyBUF_FULL_RO);
  return at_memory.begin() == nullptr || at_object.begin() == nullptr ||
         at_memory.begin() == at_object.begin();
}

}  // namespace tuber::python
