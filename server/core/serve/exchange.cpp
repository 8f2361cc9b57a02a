#include "serve/exchange.hpp"

#include <poll.h>
#include <sys/uio.h>

#include <algorithm>
#include <chrono>
#include <new>
#include <string_view>
#include <vector>

#include "http/reply_head.hpp"
#include "serve/engine.hpp"

namespace tuber::serve {

Exchange::Exchange(std::shared_ptr<Engine> engine, Admission::Ticket ticket, Observer observer)
    : engine_(std::move(engine)), ticket_(std::move(ticket)), observer_(std::move(observer)) {}

bool Exchange::complete(Reply&& reply) noexcept {
  if (is_claimed_.exchange(true, std::memory_order_relaxed)) return false;
  // The lists of a forked child are copies, and their lock may be held forever.
  if (!engine_->in_own_process()) return true;
  reply_ = std::move(reply);
  if (state_.exchange(State::completed, std::memory_order_acq_rel) == State::suspended) {
    engine_->suspended.completed(*this);
  }
  return true;
}

io::Sent Exchange::send() {
  std::vector<iovec> pieces;
  std::uint64_t skipped = sent_;
  const auto add = [&](std::string_view bytes) {
    const std::uint64_t skip = std::min<std::uint64_t>(skipped, bytes.size());
    skipped -= skip;
    bytes.remove_prefix(skip);
    pieces.push_back({const_cast<char*>(bytes.data()), bytes.size()});  // sendmsg only reads it
  };
  add(head_);
  if (!manner_.head_only && !http::status_has_no_content(reply_.status)) {
    reply_.body.for_each_piece(add);
  }
  return io::send_available(connection_->socket(), pieces, sent_);
}

bool Exchange::wait_until_writable() const {
  pollfd writable{connection_->socket().get(), POLLOUT, 0};
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline_ - Clock::now());
  return left.count() > 0 && ::poll(&writable, 1, static_cast<int>(left.count())) > 0;
}

Completion::~Completion() {
  if (!exchange_) return;
  Reply reply;
  try {
    reply.refuse(500, "The server has lost the reply; the call may have run.");
  } catch (const std::bad_alloc&) {  // the status says enough
  }
  complete(std::move(reply));
}

Suspension::~Suspension() {
  if (exchange_) engine_.suspended.remove(*exchange_);
}

std::optional<Completion> Suspension::begin(Observer observer) {
  Admission::Ticket ticket = engine_.waiting.take(connection_.peer());
  if (ticket.verdict() != Admission::Verdict::admitted) return std::nullopt;
  try {
    exchange_ = std::make_shared<Exchange>(engine_.shared_from_this(), std::move(ticket),
                                           std::move(observer));
    engine_.suspended.add(exchange_, connection_.socket().get());
  } catch (const std::bad_alloc&) {
    exchange_.reset();
    return std::nullopt;
  }
  return std::optional<Completion>(std::in_place, exchange_);
}

}  // namespace tuber::serve
