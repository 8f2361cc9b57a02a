// See reply_writer.hpp.
#include "python/reply_writer.hpp"

#include <new>
#include <string>

#include "python/json/codec.hpp"

namespace tuber::python {

void ReplyWriter::open_batch(std::size_t envelopes) {
  batch_ = true;
  envelopes_ = envelopes;
  codec_->open_batch(envelopes, out_);
}

void ReplyWriter::begin_envelope() {
  if (begun_ > 0) codec_->separate(out_);
  ++begun_;
}

void ReplyWriter::choose_codec_for(PyObject* result) {
  if (lossless_ == nullptr || codec_ == lossless_ || is_exact_in_json(result)) return;
  if (batch_) {
    convert_batch();
  } else {
    codec_ = lossless_;
  }
}

// Decodes the envelopes written so far and encodes them again: JSON carried them exactly. The
// results themselves may be gone or changed by later calls.
void ReplyWriter::convert_batch() {
  const std::size_t written = begun_ - 1;
  std::string text = std::move(out_.text());
  if (written > 0) text.pop_back();  // the separator before the next envelope
  text += ']';
  out_.clear();
  Source source(text);
  Handle envelopes = codec_->decode(source);
  if (!envelopes || PyList_GET_SIZE(envelopes.get()) != static_cast<Py_ssize_t>(written)) {
    PyErr_Clear();
    throw std::bad_alloc();  // decoding our own output fails for no other reason
  }
  codec_ = lossless_;
  codec_->open_batch(envelopes_, out_);
  for (std::size_t i = 0; i < written; ++i) {
    if (i > 0) codec_->separate(out_);
    if (!codec_->encode(PyList_GET_ITEM(envelopes.get(), static_cast<Py_ssize_t>(i)), out_)) {
      PyErr_Clear();
      throw std::bad_alloc();
    }
  }
  if (written > 0) codec_->separate(out_);
}

}  // namespace tuber::python
