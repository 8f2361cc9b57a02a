#include "ops/call_log.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <optional>

namespace tuber::ops {

namespace {

// The slots of all logs of the process, for a signal handler, which can take no lock. There are as
// many as workers by default; a crash report names no call of those that find no place.
constexpr std::size_t kVisible = 2048;
std::array<std::atomic<const CallLog::CallSlot*>, kVisible> visible_slots{};

void exchange(const CallLog::CallSlot* from, const CallLog::CallSlot* to) {
  for (auto& place : visible_slots) {
    const CallLog::CallSlot* expected = from;
    if (place.compare_exchange_strong(expected, to)) return;
  }
}

}  // namespace

CallLog::CallSlot::CallSlot(CallLog& log) : log_(log) {
  const std::lock_guard lock(log_.mutex_);
  if (log_.free_slots_.empty()) {
    entry_ = &log_.slots_.emplace_back();
  } else {
    entry_ = log_.free_slots_.back();
    log_.free_slots_.pop_back();
  }
  exchange(nullptr, this);
}

CallLog::CallSlot::~CallSlot() {
  exchange(this, nullptr);
  const std::lock_guard lock(log_.mutex_);
  entry_->running = false;  // the thread may have been ended inside a call
  log_.free_slots_.push_back(entry_);
}

void CallLog::CallSlot::begin(std::string_view name, const io::Peer& peer) {
  const auto now = Clock::now();
  const std::lock_guard lock(log_.mutex_);
  Entry& entry = *entry_;
  entry.peer = peer;
  entry.name.assign(name);
  entry.began = now;
  entry.running = true;
}

bool CallLog::CallSlot::logs_failures() const {
  return log_.log_ && log_.log_->logs_failures();
}

void CallLog::CallSlot::end(std::string_view failure, std::string_view traceback) {
  const auto now = Clock::now();
  std::optional<Entry> to_log;  // after the lock: the health endpoint must not wait for I/O
  {
    const std::lock_guard lock(log_.mutex_);
    Entry& entry = *entry_;
    entry.running = false;
    entry.took = now - entry.began;
    entry.failed = !failure.empty();
    entry.failure.assign(failure);
    log_.keep(entry);
    if (entry.failed && log_.log_) to_log = entry;
  }
  if (to_log) log_.log_->failed(to_log->peer, to_log->name.text(), failure, traceback);
}

void CallLog::visit_running(Visitor visit, void* context) {
  for (const auto& place : visible_slots) {
    const CallSlot* const slot = place;
    if (slot == nullptr || !slot->entry_->running) continue;
    visit(context, slot->entry_->name.text(),
          ::pthread_equal(slot->thread_, ::pthread_self()) != 0);
  }
}

void CallLog::keep(const Entry& entry) {
  if (recent_.size() < kKept) {
    recent_.push_back(entry);
  } else {
    recent_[next_] = entry;
    next_ = (next_ + 1) % kKept;
  }
}

void CallLog::append_running(std::string& json) const {
  std::vector<Entry> running;
  const auto now = Clock::now();
  {
    const std::lock_guard lock(mutex_);
    std::copy_if(slots_.begin(), slots_.end(), std::back_inserter(running),
                 [](const Entry& entry) { return entry.running; });
  }
  std::sort(running.begin(), running.end(),
            [](const Entry& a, const Entry& b) { return a.began < b.began; });
  for (Entry& entry : running) entry.took = std::max(now - entry.began, Clock::duration{});
  append(json, running);
}

void CallLog::append_recent(std::string& json) const {
  std::vector<Entry> recent;
  std::size_t next = 0;
  {
    const std::lock_guard lock(mutex_);
    recent = recent_;
    next = next_;
  }
  std::rotate(recent.begin(), recent.begin() + static_cast<std::ptrdiff_t>(next), recent.end());
  std::reverse(recent.begin(), recent.end());
  append(json, recent);
}

void CallLog::append(std::string& json, const std::vector<Entry>& entries) {
  json.push_back('[');
  for (const Entry& entry : entries) {
    if (json.back() != '[') json.push_back(',');
    json.append("{\"call\":");
    base::append_json_string(json, entry.name.text());
    json.append(",\"from\":");
    base::append_json_string(json, entry.peer.text());
    json.append(",\"began\":\"");
    // Computed from the steady clock, so that recording a call reads one clock only.
    base::append_time(json, std::chrono::system_clock::now() -
                                std::chrono::duration_cast<std::chrono::system_clock::duration>(
                                    Clock::now() - entry.began));
    json.append("\",\"seconds\":");
    base::append_seconds(json, entry.took);
    if (!entry.running) {
      json.append(",\"failed\":");
      if (entry.failed) {
        base::append_json_string(json, entry.failure.text());
      } else {
        json.append("null");
      }
    }
    json.push_back('}');
  }
  json.push_back(']');
}

}  // namespace tuber::ops
