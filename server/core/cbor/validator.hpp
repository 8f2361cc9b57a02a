// Validates a whole body before any value is created: it must be one well-formed item, with known
// tags, within the limits. Duplicate keys of a map are detected later, when the value is built.
// The time is linear in the size of the body; fuzz_cbor checks that.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "cbor/reader.hpp"

namespace tuber::cbor {

// A step on the path from the root of a value to an item in it.
struct Step {
  enum class Kind : std::uint8_t { index, key };

  Kind kind = Kind::index;
  std::uint64_t index = 0;     // of an item of an array or a set
  std::size_t key_offset = 0;  // of a key of a map, in the body

  bool operator==(const Step&) const = default;
};

// Validates one body, which must outlive the validator. Does not recurse. Not thread-safe.
class Validator {
 public:
  explicit Validator(std::string_view body) : body_(body), reader_(body) {}

  // False if there is a fault.
  [[nodiscard]] bool validate();
  [[nodiscard]] const Fault& fault() const { return reader_.fault(); }
  // The path to the fault. For a fault in a key of a map, the path of the map.
  [[nodiscard]] std::vector<Step> path() const;
  // See Reader::heads_read().
  [[nodiscard]] std::size_t heads_read() const { return reader_.heads_read(); }

  // The path to the item at `offset` of a body. REQUIRES: validate() finds no fault in the body.
  [[nodiscard]] static std::vector<Step> path_to(std::string_view body, std::size_t offset);

 private:
  enum class Container : std::uint8_t { array, map, set };

  // An open container.
  struct Frame {
    Container container;
    bool hashed;  // part of a key of a map or an element of a set
    bool indefinite;
    bool at_key;              // of a map: the next item is a key
    std::uint64_t remaining;  // items or pairs still to come, unless indefinite
    std::uint64_t index;      // of the current or next item or pair
    std::size_t key_offset;
  };

  // Validates items up to the one that begins at `stop_at`.
  [[nodiscard]] bool read_items(std::size_t stop_at);
  [[nodiscard]] bool read_item();
  [[nodiscard]] bool read_tagged(const Head& tag);
  [[nodiscard]] bool skip_tagged_content(const Head& tag);
  [[nodiscard]] bool open(const Head& head, Container container);
  [[nodiscard]] bool enter(std::size_t offset);
  void note_key();
  [[nodiscard]] bool is_top_complete();
  void close_top();
  void finish_item();
  // The role of the next item if it will be hashed, alone or as part of a tuple; otherwise null.
  [[nodiscard]] const char* hashed_role() const;
  // Refuses an unhashable item where it would be hashed.
  [[nodiscard]] bool check_hashable(std::size_t offset, const char* item);

  std::string_view body_;
  Reader reader_;
  std::vector<Frame> open_;
  std::size_t nesting_ = 0;
};

}  // namespace tuber::cbor
