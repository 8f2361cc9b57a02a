#include "serve/body.hpp"

#include "base/large_pages.hpp"

namespace tuber::serve {
namespace {

// A text's buffer above this is given back, so that one large reply does not stay with a worker.
constexpr std::size_t kKeptText = 1024 * 1024;

// A list of loans above this likewise.
constexpr std::size_t kKeptLoans = 1024;

}  // namespace

Body& Body::operator=(std::string_view text) {
  clear();
  text_ = text;
  return *this;
}

void Body::append_large(std::string_view bytes) {
  if (text_.capacity() - text_.size() < bytes.size()) {
    text_.reserve(text_.size() + bytes.size());
    base::prefer_large_pages(text_.data() + text_.size(), text_.capacity() - text_.size());
  }
  text_ += bytes;
}

void Body::lend(std::string_view bytes) {
  if (bytes.empty()) return;
  loans_.push_back({text_.size(), bytes});
  lent_ += bytes.size();
}

void Body::cut(Mark mark) {
  text_.resize(mark.text);
  for (; loans_.size() > mark.loans; loans_.pop_back()) lent_ -= loans_.back().bytes.size();
}

void Body::clear() {
  if (text_.capacity() > kKeptText) {
    text_ = std::string();
  } else {
    text_.clear();
  }
  if (loans_.capacity() > kKeptLoans) {
    loans_ = std::vector<Loan>();
  } else {
    loans_.clear();
  }
  lent_ = 0;
  lender_.reset();
}

}  // namespace tuber::serve
