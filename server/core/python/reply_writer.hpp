// The body of a reply and the codec that writes it.
#pragma once

#include <cstddef>

#include "python/codec.hpp"

namespace tuber::python {

// Belongs to one request. REQUIRES of every operation: the GIL.
//
// For a client that reads both media types and sends the option `lossless` (PROTOCOL.md section 9)
// it starts with JSON and switches to CBOR at the first result that JSON would change.
class ReplyWriter {
 public:
  // `lossless` is the codec to switch to; null: never. All arguments must outlive the writer.
  ReplyWriter(const Codec& codec, const Codec* lossless, serve::Body& out)
      : codec_(&codec), lossless_(lossless), out_(out) {}

  [[nodiscard]] const Codec& codec() const { return *codec_; }
  [[nodiscard]] serve::Body& out() { return out_; }
  // True if values must arrive unchanged; descriptions then leave out values that cannot.
  [[nodiscard]] bool is_lossless() const {
    return lossless_ != nullptr || codec_->media_type() != "application/json";
  }

  void open_batch(std::size_t envelopes);
  // Call before each envelope of a batch.
  void begin_envelope();
  void close_batch() { codec_->close_batch(out_); }

  // Opens an envelope, which end_envelope() closes.
  void open_envelope(Outcome outcome);
  // Opens the envelope of a result and encodes it; switches the codec if JSON would change it. On
  // failure returns false with a Python exception set; call drop_envelope() then. Throws
  // std::bad_alloc if earlier envelopes cannot be converted. REQUIRES: no Python exception set.
  [[nodiscard]] bool write_result(PyObject* result);
  // `warnings` is a list of texts, or null.
  void end_envelope(PyObject* warnings);
  void drop_envelope() { out_.cut(envelope_); }

 private:
  void switch_codec();
  void convert_batch();

  const Codec* codec_;
  serve::Body::Mark envelope_{};  // the start of the last one
  const Codec* lossless_;
  serve::Body& out_;
  bool batch_ = false;
  std::size_t envelopes_ = 0;  // in the batch
  std::size_t begun_ = 0;      // of them
};

}  // namespace tuber::python
