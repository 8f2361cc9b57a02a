#include "serve/suspended_exchanges.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace tuber::serve {

void SuspendedExchanges::add(const std::shared_ptr<Exchange>& exchange, int descriptor) {
  Exchange::List made{exchange};
  const std::lock_guard lock(mutex_);
  const auto needed = static_cast<std::size_t>(descriptor) + 1;
  if (by_descriptor_.size() < needed) by_descriptor_.resize(needed);
  exchange->list_ = &taken_;
  exchange->place_ = made.begin();
  taken_.splice(taken_.end(), made);
}

bool SuspendedExchanges::suspend(Exchange& exchange, std::unique_ptr<Connection>& connection) {
  std::shared_ptr<Exchange> notified;
  {
    const std::lock_guard lock(mutex_);
    auto state = Exchange::State::running;
    if (!exchange.state_.compare_exchange_strong(state, Exchange::State::suspended,
                                                 std::memory_order_acq_rel)) {
      return false;
    }
    // From here the reply may be completed, but completed() waits for the lock.
    exchange.connection_ = std::move(connection);
    const Connection& suspended = *exchange.connection_;
    const int descriptor = suspended.socket().get();
    by_descriptor_[static_cast<std::size_t>(descriptor)] = &exchange;
    poller_.arm_for_end(descriptor, suspended.token(), false);
    move(exchange, suspended_);
    if (is_stopping_) notified = *exchange.place_;
  }
  if (notified && notified->observer_) notified->observer_(Notice::stopping);
  return true;
}

void SuspendedExchanges::completed(Exchange& exchange) noexcept {
  const std::lock_guard lock(mutex_);
  move(exchange, completed_);
  if (is_stopping_) {
    changed_.notify_one();
  } else {
    poller_.notify();
  }
}

std::shared_ptr<Exchange> SuspendedExchanges::take_completed() {
  const std::lock_guard lock(mutex_);
  if (completed_.empty()) return nullptr;
  std::shared_ptr<Exchange> exchange = take_first(completed_);
  if (!completed_.empty()) poller_.notify();  // for another worker: this one may take long
  return exchange;
}

std::shared_ptr<Exchange> SuspendedExchanges::take_event(io::Poller::Token token) {
  std::shared_ptr<Exchange> disconnected;
  {
    const std::lock_guard lock(mutex_);
    Exchange* const exchange = find(token);
    if (exchange == nullptr) return nullptr;
    if (exchange->list_ == &parked_) {
      move(*exchange, taken_);
      return *exchange->place_;
    }
    if (exchange->list_ == &suspended_ || exchange->list_ == &unnotified_) {
      disconnected = *exchange->place_;
    }
  }
  if (disconnected && disconnected->observer_) disconnected->observer_(Notice::disconnected);
  return nullptr;
}

void SuspendedExchanges::park(Exchange& exchange) {
  const std::lock_guard lock(mutex_);
  move(exchange, parked_);
  if (is_stopping_) {
    changed_.notify_one();
  } else {
    const Connection& connection = *exchange.connection_;
    poller_.arm_for_writing(connection.socket().get(), connection.token());
  }
}

std::vector<std::shared_ptr<Exchange>> SuspendedExchanges::take_expired(Clock::time_point now) {
  std::vector<std::shared_ptr<Exchange>> expired;
  const std::lock_guard lock(mutex_);
  for (auto each = parked_.begin(); each != parked_.end();) {
    Exchange& exchange = **each++;
    if (exchange.deadline_ > now) continue;
    expired.push_back(*exchange.place_);
    move(exchange, taken_);
  }
  return expired;
}

void SuspendedExchanges::remove(Exchange& exchange) {
  Exchange::List last;  // destroyed without the lock
  const std::lock_guard lock(mutex_);
  if (exchange.connection_) {
    by_descriptor_[static_cast<std::size_t>(exchange.connection_->socket().get())] = nullptr;
  }
  exchange.ticket_.reset();
  exchange.is_claimed_ = true;  // a reply that comes after this is refused
  last.splice(last.begin(), *exchange.list_, exchange.place_);
  changed_.notify_all();
}

void SuspendedExchanges::stop() noexcept {
  {
    const std::lock_guard lock(mutex_);
    is_stopping_ = true;
    while (!suspended_.empty()) move(*suspended_.front(), unnotified_);
    changed_.notify_all();
  }
  for (;;) {
    std::shared_ptr<Exchange> next;
    {
      const std::lock_guard lock(mutex_);
      if (unnotified_.empty()) return;
      next = unnotified_.front();
      move(*next, suspended_);
    }
    if (next->observer_) next->observer_(Notice::stopping);
  }
}

std::shared_ptr<Exchange> SuspendedExchanges::wait_for_completed(Clock::time_point deadline) {
  std::unique_lock lock(mutex_);
  const auto is_over = [this] { return !completed_.empty() || !parked_.empty() || is_empty(); };
  // The longest wait is bounded because some systems can't add a large time to their clock.
  constexpr std::chrono::seconds kLongest{60};
  changed_.wait_until(lock, std::min(deadline, Clock::now() + kLongest), is_over);
  if (!completed_.empty()) return take_first(completed_);
  return parked_.empty() ? nullptr : take_first(parked_);
}

bool SuspendedExchanges::empty() const {
  const std::lock_guard lock(mutex_);
  return is_empty();
}

bool SuspendedExchanges::is_empty() const {
  return taken_.empty() && suspended_.empty() && unnotified_.empty() && completed_.empty() &&
         parked_.empty();
}

void SuspendedExchanges::move(Exchange& exchange, Exchange::List& to) noexcept {
  to.splice(to.end(), *exchange.list_, exchange.place_);
  exchange.list_ = &to;
}

std::shared_ptr<Exchange> SuspendedExchanges::take_first(Exchange::List& list) {
  std::shared_ptr<Exchange> exchange = list.front();
  move(*exchange, taken_);
  return exchange;
}

Exchange* SuspendedExchanges::find(io::Poller::Token token) const {
  const auto descriptor = static_cast<std::size_t>(Connection::descriptor_of(token));
  Exchange* const exchange =
      descriptor < by_descriptor_.size() ? by_descriptor_[descriptor] : nullptr;
  // After a failed send the connection is closed by its owner, outside of this lock.
  return exchange != nullptr && exchange->list_ != &taken_ &&
                 exchange->connection_->token() == token
             ? exchange
             : nullptr;
}

}  // namespace tuber::serve
