// Writes Python values as JSON. JSON's own types are written here; tuber.codec converts the others,
// so that both codecs behave the same (see imports.hpp).
#pragma once

#include <cstddef>
#include <vector>

#include "json/writer.hpp"
#include "python/handle.hpp"
#include "python/json/imports.hpp"
#include "serve/body.hpp"

namespace tuber::python {

// What happens to a value that a reader would take for another one (PROTOCOL.md section 9): NaN,
// keys that are not strings, a map with the form of bytes.
enum class JsonForm {
  for_others,  // it is written as JSON can: null, the text of the key
  strict,      // it is refused
  exact,       // encoding stops, also at every value that JSON has no type for
};

// Encodes one value. Its constructor's arguments must outlive it. REQUIRES: the GIL. All functions
// may throw std::bad_alloc.
//
// Users' code (the value of an Enum, a field of a dataclass) can change every list and map, or let
// other threads do so. So the containers that are being written are copied before such code runs;
// until then they are read in place. Each is thus written in the state of one moment.
class JsonEncoder {
 public:
  JsonEncoder(const JsonImports& imports, JsonForm form, serve::Body& out)
      : imports_(imports), form_(form), out_(out), writer_(out.text()) {}

  // Appends the value. On failure an EncodeError or another exception is set, and `out` may hold a
  // part of the value. JsonForm::exact fails without an exception, except for MemoryError.
  [[nodiscard]] bool encode(PyObject* value);

 private:
  // A list, tuple or dict that is being written.
  struct Frame {
    Frame(JsonEncoder& encoder, PyObject* container)
        : encoder(encoder), outer(encoder.top_), container(container) {
      encoder.top_ = this;
    }
    ~Frame() { encoder.top_ = outer; }
    Frame(const Frame&) = delete;
    Frame& operator=(const Frame&) = delete;

    JsonEncoder& encoder;
    Frame* outer;
    PyObject* container;
    std::size_t index = 0;  // of the current item or pair
    bool is_copied = false;
    std::size_t begin = 0;     // the index of the first copied item
    std::vector<Handle> copy;  // items, or keys and values in turn
  };

  [[nodiscard]] bool value(PyObject* value);
  [[nodiscard]] bool integer(PyObject* value);
  [[nodiscard]] bool long_integer(PyObject* value);
  [[nodiscard]] bool real(double value);
  [[nodiscard]] bool text(PyObject* value);
  void ascii(PyObject* value);
  [[nodiscard]] bool octets(PyObject* value);
  [[nodiscard]] bool items(PyObject* sequence);
  [[nodiscard]] bool map(PyObject* map);
  [[nodiscard]] bool foreign(PyObject* value);

  // The names of all pairs of the innermost map; empty on failure.
  [[nodiscard]] Handle names();
  [[nodiscard]] bool refuse_form_of_bytes(std::size_t begin);
  // Copies the containers that are being written. Call before anything that can run users' code.
  void copy_containers();
  void copy(Frame& frame);

  [[nodiscard]] bool enter();
  void leave() { --nesting_; }
  // Raise a Fault, unless the form is exact.
  bool refuse(const char* text);
  bool refuse(const Handle& text);
  // Adds a step to the place of a failure. Returns false.
  bool failed_at(Handle step);

  const JsonImports& imports_;
  const JsonForm form_;
  serve::Body& out_;
  json::Writer writer_;
  Frame* top_ = nullptr;
  std::size_t nesting_ = 0;
  std::size_t simplified_ = 0;  // values of other types around the current one
  std::vector<Handle> steps_;   // of a failure, innermost first
};

}  // namespace tuber::python
