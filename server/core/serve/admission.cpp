#include "serve/admission.hpp"

#include <algorithm>
#include <limits>

namespace tuber::serve {
namespace {

// Connections over the limit that get an answer and a lingering close; more are closed at once.
// Fewer than the descriptors that the engine leaves free.
constexpr std::size_t kAnsweredOverLimit = 32;

}  // namespace

void Admission::lower_to(std::size_t limit) {
  limit_ = std::min(limit_.load(), limit);
}

Admission::Ticket Admission::take(const io::Peer& peer) {
  const std::size_t count = ++count_;
  return {*this, peer, judge(peer, count)};
}

bool Admission::counts_addresses() const {
  return limit_per_address_ != std::numeric_limits<std::size_t>::max();
}

Admission::Verdict Admission::judge(const io::Peer& peer, std::size_t count) {
  std::size_t from_address = 0;
  if (counts_addresses() && peer.has_address()) {
    const std::lock_guard lock(mutex_);
    from_address = ++by_address_[peer.address()];
  }
  const std::size_t limit = limit_.load(std::memory_order_relaxed);
  if (count > limit) return count - limit > kAnsweredOverLimit ? Verdict::flooded : Verdict::full;
  return from_address > limit_per_address_ ? Verdict::full_for_address : Verdict::admitted;
}

void Admission::remove(const io::Peer& peer) {
  --count_;
  if (!counts_addresses() || !peer.has_address()) return;
  const std::lock_guard lock(mutex_);
  const auto entry = by_address_.find(peer.address());
  if (--entry->second == 0) by_address_.erase(entry);
}

}  // namespace tuber::serve
