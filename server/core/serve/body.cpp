#include "serve/body.hpp"

#include "base/growing_buffer.hpp"

namespace tuber::serve {
namespace {

// More capacity than this is released, so that one large reply does not stay with a worker.
constexpr std::size_t kKeptText = 1024 * 1024;
constexpr std::size_t kKeptBorrowed = 1024;

}  // namespace

void Body::append_large(std::string_view bytes) {
  if (text_.capacity() - text_.size() < bytes.size()) {
    text_.reserve(text_.size() + bytes.size());
    base::prefer_large_pages(text_.data() + text_.size(), text_.capacity() - text_.size());
  }
  text_ += bytes;
}

void Body::borrow(std::string_view bytes) {
  if (bytes.empty()) return;
  borrowed_.push_back({text_.size(), bytes});
  borrowed_size_ += bytes.size();
}

void Body::cut(Mark mark) {
  text_.resize(mark.text);
  for (; borrowed_.size() > mark.borrowed; borrowed_.pop_back()) {
    borrowed_size_ -= borrowed_.back().bytes.size();
  }
}

void Body::clear() {
  text_.clear();
  if (text_.capacity() > kKeptText) text_ = std::string();
  borrowed_.clear();
  if (borrowed_.capacity() > kKeptBorrowed) borrowed_ = std::vector<Borrowed>();
  borrowed_size_ = 0;
  owner_.reset();
}

}  // namespace tuber::serve
