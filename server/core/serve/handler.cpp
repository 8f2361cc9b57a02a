#include "serve/handler.hpp"

#include <unistd.h>

#include <utility>

namespace tuber::serve {

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
  body.clear();
  file = FileBody();
  close = false;
}

}  // namespace tuber::serve
