// See reply_writer.hpp.
#include "python/reply_writer.hpp"

#include <new>
#include <string>

#include "serve/body.hpp"

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

void ReplyWriter::open_envelope(Outcome outcome) {
  envelope_ = out_.mark();
  codec_->open_envelope(outcome, out_);
}

bool ReplyWriter::write_result(PyObject* result) {
  open_envelope(Outcome::result);
  if (lossless_ == nullptr || codec_ == lossless_) return codec_->encode(result, out_);
  if (codec_->encode_exact(result, out_)) return true;
  if (PyErr_Occurred() != nullptr) return false;
  drop_envelope();
  switch_codec();
  open_envelope(Outcome::result);
  return codec_->encode(result, out_);
}

// Warnings are valid text (tuberd.served.call_warnings), so encoding them fails only when memory
// runs out.
void ReplyWriter::end_envelope(PyObject* warnings) {
  if (warnings != nullptr) {
    codec_->open_warnings(envelope_, out_);
    if (!codec_->encode(warnings, out_)) {
      PyErr_Clear();
      throw std::bad_alloc();
    }
  }
  codec_->close_envelope(out_);
}

void ReplyWriter::switch_codec() {
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
  std::string text;
  text.reserve(out_.size());
  out_.for_each_piece([&text](std::string_view piece) { text += piece; });
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
