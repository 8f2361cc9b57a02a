// Writes Python values as CBOR. Common types are written here; tuber.codec converts the others, so
// that both codecs behave the same (see imports.hpp).
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "python/cbor/imports.hpp"
#include "python/handle.hpp"
#include "serve/body.hpp"

namespace tuber::python {

// When the body may refer to the memory of a value instead of copying it.
enum class ZeroCopy {
  // Always: nothing can change the value before the body is used, or the caller promised not to.
  always,
  // Only if nothing else refers to the memory. A method may return an array that the instrument
  // keeps writing to, and a slow client would receive a mixture of old and new values.
  unshared,
};

// Encodes one value. Its constructor's arguments must outlive it. REQUIRES: the GIL. A function
// that returns false has set a Python exception.
//
// Encoding can run users' code (the value of an Enum, a field of a dataclass), which lets other
// threads change lists and maps. So their references are copied before such code can run.
class CborEncoder {
 public:
  CborEncoder(const CborImports& imports, ZeroCopy zero_copy, serve::Body& out)
      : imports_(imports), zero_copy_(zero_copy), out_(out) {}

  // Appends the value. On failure an EncodeError or the exception of users' code is set, and the
  // body may hold a part of the value.
  [[nodiscard]] bool encode(PyObject* value);

 private:
  // The number of references to a value that the encoder knows; kShared if there are others to one
  // of its containers.
  static constexpr Py_ssize_t kShared = -1;
  static constexpr Py_ssize_t kHeld = 2;  // its container's and the encoder's

  [[nodiscard]] bool value(PyObject* value, Py_ssize_t references);
  // Encodes a value whose encoding cannot run users' code. Returns false without a Python exception
  // set for any other value.
  [[nodiscard]] bool inert(PyObject* value);
  [[nodiscard]] bool container(PyObject* value, Py_ssize_t references);
  [[nodiscard]] bool integer(PyObject* value);
  [[nodiscard]] bool bignum(PyObject* value);
  [[nodiscard]] bool text(PyObject* value);
  [[nodiscard]] bool bytes(PyObject* value, bool zero_copy);
  [[nodiscard]] bool complex(PyObject* value);
  [[nodiscard]] bool items(PyObject* sequence, bool unshared);
  [[nodiscard]] bool map(PyObject* map, bool unshared);
  [[nodiscard]] bool set(PyObject* set);
  [[nodiscard]] bool date_time(PyObject* value);
  [[nodiscard]] bool tagged_text(std::uint64_t tag, PyObject* value, const char* method);
  [[nodiscard]] bool uuid(PyObject* value);
  [[nodiscard]] bool other(PyObject* value, Py_ssize_t references);
  [[nodiscard]] bool block(PyObject* block, PyObject* of, bool unshared);

  // The list of items to write for the keys of a map or the elements of a set; empty on failure.
  [[nodiscard]] Handle keys(const std::vector<Handle>& keys, const char* role, const char* kind);
  [[nodiscard]] bool check_equal_keys(PyObject* keys, const char* kind);

  // Enter and leave an array, a map or a tag.
  [[nodiscard]] bool enter();
  void leave() { --nesting_; }
  // Raise a Fault.
  bool refuse(const char* text);
  bool refuse(const Handle& text);
  // Adds a step to the place of a failure. Returns false.
  bool failed_at(Handle step);

  const CborImports& imports_;
  const ZeroCopy zero_copy_;
  serve::Body& out_;
  std::size_t nesting_ = 0;
  std::vector<Handle> steps_;  // of a failure, innermost first
};

}  // namespace tuber::python
