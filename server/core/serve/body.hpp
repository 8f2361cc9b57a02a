// The body of a reply: text that it owns, interleaved with borrowed bytes, which are sent without a
// copy. Must not depend on the type of their owner.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace tuber::serve {

// Owns its text. Borrowed bytes must not change until clear(). Not thread-safe.
class Body {
 public:
  // Bytes that come after the first `at` bytes of the text, and after earlier borrowed ones.
  struct Borrowed {
    std::size_t at;
    std::string_view bytes;
  };
  // A state of the body that a caller can restore.
  struct Mark {
    std::size_t text;
    std::size_t borrowed;
  };

  Body& operator=(std::string_view text) {
    clear();
    text_ = text;
    return *this;
  }
  Body& operator+=(std::string_view text) { return text_ += text, *this; }
  Body& operator+=(char character) { return text_ += character, *this; }

  // Appends a copy of the bytes. Uses suitable memory if they are many.
  void append_large(std::string_view bytes);

  // The text, for appending to it.
  [[nodiscard]] std::string& text() { return text_; }
  [[nodiscard]] const std::string& text() const { return text_; }

  // Appends bytes without copying them. owner() must keep them.
  void borrow(std::string_view bytes);
  [[nodiscard]] const std::vector<Borrowed>& borrowed() const { return borrowed_; }

  // Keeps all borrowed bytes: set when the first ones are borrowed, destroyed by clear().
  [[nodiscard]] std::shared_ptr<void>& owner() { return owner_; }

  [[nodiscard]] std::uint64_t size() const { return text_.size() + borrowed_size_; }
  [[nodiscard]] bool empty() const { return size() == 0; }

  [[nodiscard]] Mark mark() const { return {text_.size(), borrowed_.size()}; }
  // Drops everything appended since the mark. The owner keeps the bytes borrowed since then.
  void cut(Mark mark);

  // Calls `take` with each piece in order; none is empty.
  template <class Take>
  void for_each_piece(Take&& take) const {
    std::size_t at = 0;
    for (const Borrowed& borrowed : borrowed_) {
      if (borrowed.at > at) take(std::string_view(text_).substr(at, borrowed.at - at));
      at = borrowed.at;
      take(borrowed.bytes);
    }
    if (text_.size() > at) take(std::string_view(text_).substr(at));
  }

  // Makes it empty; keeps capacity unless it is large.
  void clear();

 private:
  std::string text_;
  std::vector<Borrowed> borrowed_;
  std::uint64_t borrowed_size_ = 0;  // bytes
  std::shared_ptr<void> owner_;
};

}  // namespace tuber::serve
