#include "net/handler.hpp"

#include <unistd.h>

#include <utility>

namespace tuber::net {
namespace {

// A reply's buffer above this is given back, so that one large array does not stay with a worker.
constexpr std::size_t kKeptBody = 1024 * 1024;

}  // namespace

FileBody& FileBody::operator=(FileBody&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  std::swap(offset_, other.offset_);
  std::swap(length_, other.length_);
  return *this;
}

FileBody::~FileBody() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

void Reply::clear() {
  status = 200;
  content_type = {};
  fields.clear();
  if (body.capacity() > kKeptBody) {
    body = std::string();
  } else {
    body.clear();
  }
  file = FileBody();
  close = false;
}

}  // namespace tuber::net
