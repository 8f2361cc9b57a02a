#include "cbor/validator.hpp"

#include <limits>
#include <string>

#include "cbor/limits.hpp"
#include "cbor/tags.hpp"
#include "cbor/typed_array.hpp"

namespace tuber::cbor {
namespace {

constexpr std::size_t kNoOffset = std::numeric_limits<std::size_t>::max();

constexpr const char* kKey = "a key of a map";
constexpr const char* kElement = "an element of a set";

// The name in messages of a tagged item that must not be a key or an element; null if it may.
const char* unhashable_kind(TagKind kind) {
  if (kind == TagKind::set) return "a set";
  if (kind == TagKind::array) return "an array of numbers";
  return kind == TagKind::bignum ? "an integer over 64 bits" : nullptr;
}

}  // namespace

bool Validator::validate() {
  if (!read_items(kNoOffset)) return false;
  return reader_.remaining() == 0 ||
         reader_.refuse(reader_.offset(),
                        std::to_string(reader_.remaining()) + " bytes follow the value");
}

std::vector<Step> Validator::path_to(std::string_view body, std::size_t offset) {
  Validator validator(body);
  static_cast<void>(validator.read_items(offset));
  return validator.path();
}

std::vector<Step> Validator::path() const {
  std::vector<Step> path;
  for (const Frame& frame : open_) {
    if (frame.container == Container::map) {
      if (frame.at_key) break;
      path.push_back({Step::Kind::key, 0, frame.key_offset});
    } else {
      if (frame.hashed) break;
      path.push_back({Step::Kind::index, frame.index, 0});
    }
  }
  return path;
}

bool Validator::read_items(std::size_t stop_at) {
  if (body_.starts_with(kSelfDescription)) {
    static_cast<void>(reader_.take(kSelfDescription.size()));
    nesting_ = 1;
  }
  do {
    if (reader_.offset() >= stop_at) return true;
    note_key();
    if (!read_item()) return false;
    while (!open_.empty() && is_top_complete()) close_top();
  } while (!open_.empty());
  return true;
}

// Notes where a key begins, before it is read.
void Validator::note_key() {
  if (open_.empty()) return;
  Frame& top = open_.back();
  const bool is_key =
      top.container == Container::map ? top.at_key : top.container == Container::set;
  if (is_key) top.key_offset = reader_.offset();
}

bool Validator::read_item() {
  Head head;
  if (!reader_.head_of_item(head)) return false;
  switch (head.major) {
    case Major::array:
      return open(head, Container::array);
    case Major::map:
      return check_hashable(head.offset, "a map") && open(head, Container::map);
    case Major::tag:
      return read_tagged(head);
    case Major::byte_string:
    case Major::text_string:
      if (!reader_.skip_string(head)) return false;
      break;
    default:
      break;
  }
  finish_item();
  return true;
}

bool Validator::read_tagged(const Head& tag) {
  const TagKind kind = kind_of_tag(tag.argument);
  if (kind == TagKind::unknown) {
    return reader_.refuse(tag.offset, "tag " + std::to_string(tag.argument) + " is not supported");
  }
  const char* unhashable = unhashable_kind(kind);
  if (unhashable != nullptr && !check_hashable(tag.offset, unhashable)) return false;
  if (!enter(tag.offset)) return false;
  if (kind == TagKind::set) {
    Head array;
    return read_set(reader_, tag, array) && open(array, Container::set);
  }
  if (!skip_tagged_content(tag)) return false;
  --nesting_;
  finish_item();
  return true;
}

bool Validator::skip_tagged_content(const Head& tag) {
  switch (kind_of_tag(tag.argument)) {
    case TagKind::date_time: {
      DateTime found;
      return read_date_time(reader_, tag, found);
    }
    case TagKind::date: {
      Date found;
      return read_date(reader_, tag, found);
    }
    case TagKind::bignum: {
      std::string_view magnitude;
      std::string joined;
      return read_bignum(reader_, tag, magnitude, joined);
    }
    case TagKind::uuid: {
      std::array<char, 16> octets;
      return read_uuid(reader_, tag, octets);
    }
    case TagKind::complex: {
      double real = 0.0, imaginary = 0.0;
      return read_complex(reader_, tag, real, imaginary);
    }
    default: {
      TypedArray array;
      return read_array(reader_, tag, array);
    }
  }
}

bool Validator::enter(std::size_t offset) {
  if (++nesting_ <= kMaxNesting) return true;
  return reader_.refuse(offset, "nested more than " + std::to_string(kMaxNesting) + " levels deep");
}

bool Validator::open(const Head& head, Container container) {
  if (!enter(head.offset)) return false;
  Frame frame{};
  frame.container = container;
  frame.hashed = hashed_role() != nullptr;
  frame.indefinite = head.indefinite();
  frame.at_key = container == Container::map;
  frame.remaining = head.argument;
  open_.push_back(frame);
  return true;
}

bool Validator::is_top_complete() {
  const Frame& top = open_.back();
  const bool between_items = top.container != Container::map || top.at_key;
  if (!top.indefinite) return between_items && top.remaining == 0;
  if (!between_items || !reader_.at_break()) return false;
  static_cast<void>(reader_.take(1));
  return true;
}

void Validator::close_top() {
  nesting_ -= open_.back().container == Container::set ? 2 : 1;
  open_.pop_back();
  finish_item();
}

void Validator::finish_item() {
  if (open_.empty()) return;
  Frame& top = open_.back();
  if (top.at_key) {
    top.at_key = false;
    return;
  }
  top.at_key = top.container == Container::map;
  --top.remaining;
  ++top.index;
}

const char* Validator::hashed_role() const {
  if (open_.empty()) return nullptr;
  const Frame* frame = &open_.back();
  while (frame->container == Container::array) {
    if (!frame->hashed) return nullptr;
    --frame;  // a hashed array is inside the key or element
  }
  if (frame->container == Container::set) return kElement;
  return frame->at_key ? kKey : nullptr;
}

bool Validator::check_hashable(std::size_t offset, const char* item) {
  const char* role = hashed_role();
  return role == nullptr || reader_.refuse(offset, std::string(item) + " can't be " + role);
}

}  // namespace tuber::cbor
