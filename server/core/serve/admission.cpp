#include "serve/admission.hpp"

#include <algorithm>
#include <limits>

namespace tuber::serve {
namespace {

// Connections beyond the limit that are told so and closed gently; more are closed without a word.
// Less than the descriptors that the engine leaves free.
constexpr std::size_t kToldAtOnce = 32;

}  // namespace

void Admission::lower_to(std::size_t at_most) {
  at_most_ = std::min(at_most_.load(), at_most);
}

Admission::Ticket Admission::take(const io::Peer& peer) {
  const std::size_t count = ++count_;
  return {*this, peer, judge(peer, count)};
}

bool Admission::counts_addresses() const {
  return at_most_per_address_ != std::numeric_limits<std::size_t>::max();
}

Admission::Verdict Admission::judge(const io::Peer& peer, std::size_t count) {
  std::size_t from_there = 0;
  if (counts_addresses() && peer.has_address()) {
    const std::lock_guard lock(mutex_);
    from_there = ++by_address_[peer.address()];
  }
  const std::size_t at_most = at_most_.load(std::memory_order_relaxed);
  if (count > at_most) return count - at_most > kToldAtOnce ? Verdict::flooded : Verdict::full;
  return from_there > at_most_per_address_ ? Verdict::full_for_address : Verdict::welcome;
}

void Admission::give_back(const io::Peer& peer) {
  --count_;
  if (!counts_addresses() || !peer.has_address()) return;
  const std::lock_guard lock(mutex_);
  const auto entry = by_address_.find(peer.address());
  if (--entry->second == 0) by_address_.erase(entry);
}

}  // namespace tuber::serve
