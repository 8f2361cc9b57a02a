// The body of a reply: text of its own, and between it bytes that others lend, which are sent from
// where they are. Must never know who lends them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace tuber::serve {

// Owns its text; what is lent must stay as it is until clear(). Not thread-safe.
class Body {
 public:
  // Bytes that stand behind the first `at` bytes of the text, and behind the loans before them.
  struct Loan {
    std::size_t at;
    std::string_view bytes;
  };
  // A place to go back to.
  struct Mark {
    std::size_t text;
    std::size_t loans;
  };

  Body& operator=(std::string_view text);
  Body& operator+=(std::string_view text) { return text_ += text, *this; }
  Body& operator+=(char character) { return text_ += character, *this; }

  // Appends bytes that may be many, in memory that suits them.
  void append_large(std::string_view bytes);

  // To append to.
  [[nodiscard]] std::string& text() { return text_; }
  [[nodiscard]] const std::string& text() const { return text_; }

  // Appends bytes without copying them. The lender keeps them, see below.
  void lend(std::string_view bytes);
  [[nodiscard]] const std::vector<Loan>& loans() const { return loans_; }

  // Whatever keeps all that is lent: made by whoever lends first, destroyed by clear().
  [[nodiscard]] std::shared_ptr<void>& lender() { return lender_; }

  [[nodiscard]] std::uint64_t size() const { return text_.size() + lent_; }
  [[nodiscard]] bool empty() const { return size() == 0; }

  [[nodiscard]] Mark mark() const { return {text_.size(), loans_.size()}; }
  // Forgets what was appended since the mark. What was lent since then is kept until clear().
  void cut(Mark mark);

  // Calls `take` with each piece in order; none is empty.
  template <class Take>
  void for_each_piece(Take&& take) const {
    std::size_t at = 0;
    for (const Loan& loan : loans_) {
      if (loan.at > at) take(std::string_view(text_).substr(at, loan.at - at));
      at = loan.at;
      take(loan.bytes);
    }
    if (text_.size() > at) take(std::string_view(text_).substr(at));
  }

  // Back to an empty one; capacity is kept unless it is large.
  void clear();

 private:
  std::string text_;
  std::vector<Loan> loans_;
  std::uint64_t lent_ = 0;  // bytes of all loans
  std::shared_ptr<void> lender_;
};

}  // namespace tuber::serve
