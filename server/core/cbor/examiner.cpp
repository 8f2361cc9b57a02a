#include "cbor/examiner.hpp"

#include <limits>
#include <string>

#include "cbor/tags.hpp"
#include "cbor/typed_array.hpp"

namespace tuber::cbor {
namespace {

constexpr std::size_t kNowhere = std::numeric_limits<std::size_t>::max();

constexpr const char* kKey = "a key of a map";
constexpr const char* kElement = "an element of a set";

}  // namespace

bool Examiner::examine() {
  if (!run(kNowhere)) return false;
  return reader_.left() == 0 ||
         reader_.refuse(reader_.at(), std::to_string(reader_.left()) + " bytes follow the value");
}

std::vector<Step> Examiner::way_to(std::string_view body, std::size_t offset) {
  Examiner examiner(body);
  static_cast<void>(examiner.run(offset));
  return examiner.way();
}

std::vector<Step> Examiner::way() const {
  std::vector<Step> way;
  for (const Frame& frame : open_) {
    if (frame.container == Container::map) {
      if (frame.at_key) break;
      way.push_back({Step::Kind::key, 0, frame.key_offset});
    } else {
      if (frame.hashed) break;
      way.push_back({Step::Kind::index, frame.index, 0});
    }
  }
  return way;
}

bool Examiner::run(std::size_t stop_at) {
  if (body_.starts_with(kSelfDescription)) {
    static_cast<void>(reader_.take(kSelfDescription.size()));
    nesting_ = 1;
  }
  do {
    if (reader_.at() >= stop_at) return true;
    if (!note_key() || !item()) return false;
    while (!open_.empty() && top_is_finished()) close_top();
  } while (!open_.empty());
  return true;
}

// Called before the key is read: its first byte decides.
bool Examiner::note_key() {
  if (open_.empty()) return true;
  Frame& top = open_.back();
  const bool is_map = top.container == Container::map;
  if (is_map ? !top.at_key : top.container != Container::set) return true;
  top.key_offset = reader_.at();
  const std::optional<Major> major = reader_.next_major();
  if (!major || major == Major::text_string || major == Major::byte_string) return true;
  if (++top.foreseeable <= kMaxForeseeableKeys) return true;
  return reader_.refuse(reader_.at(), "more than " + std::to_string(kMaxForeseeableKeys) +
                                          (is_map ? " keys of a map" : " elements of a set") +
                                          " are no strings");
}

bool Examiner::item() {
  Head head;
  if (!reader_.head_of_item(head)) return false;
  switch (head.major) {
    case Major::array:
      return open(head, Container::array);
    case Major::map:
      return may_stand_here(head.offset, "a map") && open(head, Container::map);
    case Major::tag:
      return tagged(head);
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

bool Examiner::tagged(const Head& tag) {
  const Tagged meaning = tagged_by(tag.argument);
  switch (meaning) {
    case Tagged::unknown:
      return reader_.refuse(tag.offset,
                            "tag " + std::to_string(tag.argument) + " is not supported");
    case Tagged::set:
      if (!may_stand_here(tag.offset, "a set")) return false;
      break;
    case Tagged::array:
      if (!may_stand_here(tag.offset, "an array of numbers")) return false;
      break;
    case Tagged::bignum:
      if (!may_stand_here(tag.offset, "an integer over 64 bits")) return false;
      break;
    default:
      break;
  }
  if (!enter(tag.offset)) return false;
  if (meaning == Tagged::set) {
    Head array;
    return read_set(reader_, tag, array) && open(array, Container::set);
  }
  if (!skip_content(tag)) return false;
  --nesting_;
  finish_item();
  return true;
}

bool Examiner::skip_content(const Head& tag) {
  switch (tagged_by(tag.argument)) {
    case Tagged::date_time: {
      DateTime found;
      return read_date_time(reader_, tag, found);
    }
    case Tagged::date: {
      Date found;
      return read_date(reader_, tag, found);
    }
    case Tagged::bignum: {
      std::string_view magnitude;
      std::string joined;
      return read_bignum(reader_, tag, magnitude, joined);
    }
    case Tagged::uuid: {
      std::array<char, 16> octets;
      return read_uuid(reader_, tag, octets);
    }
    case Tagged::complex: {
      double real = 0.0, imaginary = 0.0;
      return read_complex(reader_, tag, real, imaginary);
    }
    default: {
      TypedArray array;
      return read_array(reader_, tag, array);
    }
  }
}

bool Examiner::enter(std::size_t offset) {
  if (++nesting_ <= kMaxNesting) return true;
  return reader_.refuse(offset, "nested more than " + std::to_string(kMaxNesting) + " levels deep");
}

bool Examiner::open(const Head& head, Container container) {
  if (!enter(head.offset)) return false;
  Frame frame{};
  frame.container = container;
  frame.hashed = role_of_hashed() != nullptr;
  frame.indefinite = head.indefinite();
  frame.at_key = container == Container::map;
  frame.left = head.argument;
  open_.push_back(frame);
  return true;
}

bool Examiner::top_is_finished() {
  const Frame& top = open_.back();
  const bool between_items = top.container != Container::map || top.at_key;
  if (!top.indefinite) return between_items && top.left == 0;
  if (!between_items || !reader_.at_break()) return false;
  static_cast<void>(reader_.take(1));
  return true;
}

void Examiner::close_top() {
  nesting_ -= open_.back().container == Container::set ? 2 : 1;
  open_.pop_back();
  finish_item();
}

void Examiner::finish_item() {
  if (open_.empty()) return;
  Frame& top = open_.back();
  if (top.at_key) {
    top.at_key = false;
    return;
  }
  top.at_key = top.container == Container::map;
  --top.left;
  ++top.index;
}

const char* Examiner::role_of_hashed() const {
  if (open_.empty()) return nullptr;
  const Frame* frame = &open_.back();
  while (frame->container == Container::array) {
    if (!frame->hashed) return nullptr;
    --frame;  // a hashed array is inside the key or set that it is hashed for
  }
  if (frame->container == Container::set) return kElement;
  return frame->at_key ? kKey : nullptr;
}

bool Examiner::may_stand_here(std::size_t offset, const char* thing) {
  const char* role = role_of_hashed();
  return role == nullptr || reader_.refuse(offset, std::string(thing) + " can't be " + role);
}

}  // namespace tuber::cbor
