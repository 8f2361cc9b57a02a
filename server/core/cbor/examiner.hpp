// Checks a whole body before values are made of it: one well-formed item, with known tags, within
// the limits. Only equal keys are left to be found when the values are made.
//
// The law that fuzz_cbor checks: any bytes are a body or a fault, in time linear in their number.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "cbor/limits.hpp"
#include "cbor/reader.hpp"

namespace tuber::cbor {

// A step on the way from the root of a value to a value in it.
struct Step {
  enum class Kind : std::uint8_t { index, key };

  Kind kind = Kind::index;
  std::uint64_t index = 0;     // in an array or a set
  std::size_t key_offset = 0;  // of the key of a map, in the body

  bool operator==(const Step&) const = default;
};

// Borrows the body. Not thread-safe; uses no stack for the body's nesting.
class Examiner {
 public:
  explicit Examiner(std::string_view body) : body_(body), reader_(body) {}

  // Examines the whole body. False if there is a fault.
  [[nodiscard]] bool examine();
  [[nodiscard]] const Fault& fault() const { return reader_.fault(); }
  // The way to the fault. For a fault in the key of a map, the way to the map.
  [[nodiscard]] std::vector<Step> way() const;
  // The work done: see Reader::heads_read.
  [[nodiscard]] std::size_t heads_read() const { return reader_.heads_read(); }

  // The way to the item at `offset` of a body. REQUIRES: examine() finds no fault in it.
  [[nodiscard]] static std::vector<Step> way_to(std::string_view body, std::size_t offset);

 private:
  enum class Container : std::uint8_t { array, map, set };

  // A container that is open.
  struct Frame {
    Container container;
    bool hashed;  // is itself in a key of a map or an element of a set
    bool indefinite;
    bool at_key;          // of a map: the next item is a key
    std::uint64_t left;   // items or pairs to come, of a definite length
    std::uint64_t index;  // of the item or pair that comes next or is being read
    std::size_t key_offset;
    std::size_t foreseeable;
  };

  // Examines items up to the one that begins at `stop_at`.
  [[nodiscard]] bool run(std::size_t stop_at);
  [[nodiscard]] bool item();
  [[nodiscard]] bool tagged(const Head& tag);
  [[nodiscard]] bool skip_content(const Head& tag);
  [[nodiscard]] bool open(const Head& head, Container container);
  [[nodiscard]] bool enter(std::size_t offset);
  [[nodiscard]] bool note_key();
  [[nodiscard]] bool top_is_finished();
  void close_top();
  void finish_item();
  // What the next item, or a value that contains it, is hashed for; null if it is not.
  [[nodiscard]] const char* role_of_hashed() const;
  // Refuses a value without a hash where one is needed.
  [[nodiscard]] bool may_stand_here(std::size_t offset, const char* thing);

  std::string_view body_;
  Reader reader_;
  std::vector<Frame> open_;
  std::size_t nesting_ = 0;
};

}  // namespace tuber::cbor
