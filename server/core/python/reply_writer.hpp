// The body of a reply in the making, and the codec that writes it.
#pragma once

#include <cstddef>

#include "python/codec.hpp"

namespace tuber::python {

// Belongs to one request. Every function REQUIRES the GIL.
//
// For a client that reads both media types and wants values without loss (PROTOCOL.md section 9) it
// begins with JSON and changes to CBOR at the first result that JSON would not carry exactly.
class ReplyWriter {
 public:
  // `lossless` is the codec to change to; null: never. Both codecs outlive the writer.
  ReplyWriter(const Codec& codec, const Codec* lossless, serve::Body& out)
      : codec_(&codec), lossless_(lossless), out_(out) {}

  [[nodiscard]] const Codec& codec() const { return *codec_; }
  [[nodiscard]] serve::Body& out() { return out_; }
  // Must every value arrive as what it was? Then a description leaves out what can't.
  [[nodiscard]] bool is_lossless() const {
    return lossless_ != nullptr || codec_->media_type() != "application/json";
  }

  void open_batch(std::size_t envelopes);
  // Before each envelope of a batch.
  void begin_envelope();
  void close_batch() { codec_->close_batch(out_); }

  // Changes the codec if this result asks for it. REQUIRES: its envelope is not opened yet, and no
  // Python exception is set. Throws std::bad_alloc when there is no memory for it.
  void fit(PyObject* result);

 private:
  void carry_over_batch();

  const Codec* codec_;
  const Codec* lossless_;
  serve::Body& out_;
  bool batch_ = false;
  std::size_t envelopes_ = 0;  // of the batch
  std::size_t begun_ = 0;      // of those
};

}  // namespace tuber::python
