// Short strings that come again and again: member names, and names of objects and methods.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "python/handle.hpp"

namespace tuber::python {

// A table in which a string replaces another one with the same hash. Its strings also keep their
// hash for dict look-ups. REQUIRES of every operation: the GIL.
class StringCache {
 public:
  // A string of ASCII text; empty with a Python exception set on failure.
  [[nodiscard]] Handle get(std::string_view ascii) {
    if (ascii.size() > kLongest) return make(ascii);
    Handle& kept = strings_[place_of(ascii)];
    if (kept && static_cast<std::size_t>(PyUnicode_GET_LENGTH(kept.get())) == ascii.size() &&
        std::memcmp(PyUnicode_DATA(kept.get()), ascii.data(), ascii.size()) == 0) {
      return Handle::borrow(kept.get());
    }
    Handle made = make(ascii);
    if (made) kept = Handle::borrow(made.get());
    return made;
  }

  [[nodiscard]] static Handle make(std::string_view ascii) {
    Handle made = Handle::steal(PyUnicode_New(static_cast<Py_ssize_t>(ascii.size()), 127));
    if (made) std::memcpy(PyUnicode_DATA(made.get()), ascii.data(), ascii.size());
    return made;
  }

 private:
  static constexpr std::size_t kLongest = 32;
  static constexpr std::size_t kStrings = 512;

  static std::size_t place_of(std::string_view text) {
    constexpr std::uint64_t kFactor = 0x9e3779b97f4a7c15;
    std::uint64_t hash = text.size();
    for (; text.size() >= 8; text.remove_prefix(8)) hash = mix(hash, text) * kFactor;
    hash = mix(hash, text) * kFactor;
    return static_cast<std::size_t>(hash >> 32) % kStrings;
  }
  static std::uint64_t mix(std::uint64_t hash, std::string_view text) {
    std::uint64_t word = 0;
    std::memcpy(&word, text.data(), text.size() < 8 ? text.size() : 8);
    return (hash ^ hash >> 29) + word;
  }

  std::array<Handle, kStrings> strings_;
};

}  // namespace tuber::python
