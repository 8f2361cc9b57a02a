// See source.hpp.
#include "python/source.hpp"

#include "python/received_bytes.hpp"

namespace tuber::python {

PyObject* Source::exporter() {
  if (!exporter_ && memory_ != nullptr) {
    exporter_ = export_received(memory_->take(), bytes_.size());
    memory_ = nullptr;
  }
  return exporter_.get();
}

}  // namespace tuber::python
