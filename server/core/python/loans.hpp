// Memory of Python objects that is sent from where it is, kept until the reply has gone.
#pragma once

#include <Python.h>

#include <string_view>
#include <vector>

#include "python/handle.hpp"
#include "serve/body.hpp"

namespace tuber::python {

// The lender of one body. REQUIRES of every operation: the GIL; a body deletes it by DeleteWithGil.
class Loans {
 public:
  Loans() = default;
  ~Loans();
  Loans(const Loans&) = delete;
  Loans& operator=(const Loans&) = delete;

  // Appends what `exporter` exports by the buffer protocol to the body: from this size on without a
  // copy if `may_lend`. False with a Python exception set.
  static bool append(PyObject* exporter, bool may_lend, serve::Body& body);

  // The objects that lend, in the order of the body's loans as long as nothing was cut.
  [[nodiscard]] static std::vector<PyObject*> lenders_of(serve::Body& body);

 private:
  static Loans& of(serve::Body& body);

  struct Loan {
    Handle exporter;
    Py_buffer view;
  };
  std::vector<Loan> loans_;
};

}  // namespace tuber::python
