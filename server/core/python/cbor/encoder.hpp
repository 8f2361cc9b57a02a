// Writes Python values as CBOR. The values that make up nearly all replies are written here; what
// others become is asked of tuber.codec, so that both codecs say the same (see cbor_parts.hpp).
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "python/cbor/parts.hpp"
#include "python/handle.hpp"
#include "serve/body.hpp"

namespace tuber::python {

// When memory of a value may be lent to the body rather than copied.
enum class Lending {
  // Always: the body is used up before anybody could change the value, or the caller has promised
  // not to change it.
  always,
  // When nobody but the value has a reference to it: a method may return the array that the
  // instrument goes on writing to, and a reply that is read slowly would be a mixture.
  unshared,
};

// For one value. Borrows what it is made of. REQUIRES: the GIL. A function that returns false has
// set a Python exception.
//
// Code of users may run meanwhile (the value of an Enum, a field of a dataclass) and let other
// threads change lists and maps, so these are copied, which means references only, before anything
// is asked that could run code.
class CborEncoder {
 public:
  CborEncoder(const CborParts& parts, Lending lending, serve::Body& out)
      : parts_(parts), lending_(lending), out_(out) {}

  // Appends the value. On failure an EncodeError is set, or what users' code raised, and the body
  // may hold a part of the value.
  [[nodiscard]] bool encode(PyObject* value);

 private:
  // How many references a value has of which the encoder knows; kShared when one of its containers
  // has more than that.
  static constexpr Py_ssize_t kShared = -1;
  static constexpr Py_ssize_t kHeld = 2;  // by its container, and by the encoder

  // `references`: see above.
  [[nodiscard]] bool value(PyObject* value, Py_ssize_t references);
  // Values whose encoding runs no code of users. False without a Python exception set when it is
  // none of those.
  [[nodiscard]] bool inert(PyObject* value);
  [[nodiscard]] bool container(PyObject* value, Py_ssize_t references);
  [[nodiscard]] bool integer(PyObject* value);
  [[nodiscard]] bool bignum(PyObject* value);
  [[nodiscard]] bool text(PyObject* value);
  [[nodiscard]] bool bytes(PyObject* value, bool may_lend);
  [[nodiscard]] bool complex(PyObject* value);
  [[nodiscard]] bool items(PyObject* sequence, bool unshared);
  [[nodiscard]] bool map(PyObject* map, bool unshared);
  [[nodiscard]] bool set(PyObject* set);
  [[nodiscard]] bool date_time(PyObject* value);
  [[nodiscard]] bool tagged_text(std::uint64_t tag, PyObject* value, const char* method);
  [[nodiscard]] bool uuid(PyObject* value);
  [[nodiscard]] bool other(PyObject* value, Py_ssize_t references);
  [[nodiscard]] bool block(PyObject* block, PyObject* of, bool unshared);

  // What keys of a map or elements of a set are written as: a list; empty on failure.
  [[nodiscard]] Handle keys(const std::vector<Handle>& keys, const char* role, const char* kind);
  [[nodiscard]] bool check_equal_keys(PyObject* keys, const char* kind);

  // Open and close an array, a map or a tag.
  [[nodiscard]] bool enter();
  void leave() { --nesting_; }
  // Raise a Fault.
  bool refuse(const char* text);
  bool refuse(const Handle& text);
  // Notes on a failure that it came from within this step, and returns false.
  bool failed_at(Handle step);
  void raise_encode_error();

  const CborParts& parts_;
  const Lending lending_;
  serve::Body& out_;
  std::size_t nesting_ = 0;
  std::vector<Handle> steps_;  // innermost first, of a failure
};

}  // namespace tuber::python
