// See loans.hpp.
#include "python/loans.hpp"

#include <memory>
#include <utility>

#include "python/gil.hpp"

namespace tuber::python {
namespace {

// Below this a copy costs less than a piece of its own and the GIL that gives it back.
constexpr Py_ssize_t kLentFrom = 32 * 1024;

}  // namespace

Loans::~Loans() {
  for (Loan& loan : loans_) PyBuffer_Release(&loan.view);
}

Loans& Loans::of(serve::Body& body) {
  if (!body.owner()) body.owner() = std::shared_ptr<Loans>(new Loans, DeleteWithGil{});
  return *static_cast<Loans*>(body.owner().get());
}

bool Loans::append(PyObject* exporter, bool may_lend, serve::Body& body) {
  Py_buffer view;
  if (PyObject_GetBuffer(exporter, &view, PyBUF_SIMPLE) < 0) return false;
  const std::string_view bytes(static_cast<const char*>(view.buf),
                               static_cast<std::size_t>(view.len));
  if (!may_lend || view.len < kLentFrom) {
    body.append_large(bytes);
    PyBuffer_Release(&view);
    return true;
  }
  of(body).loans_.push_back({Handle::borrow(exporter), view});
  body.borrow(bytes);
  return true;
}

std::vector<PyObject*> Loans::lenders_of(serve::Body& body) {
  std::vector<PyObject*> lenders;
  if (!body.owner()) return lenders;
  for (const Loan& loan : of(body).loans_) lenders.push_back(loan.exporter.get());
  return lenders;
}

}  // namespace tuber::python
