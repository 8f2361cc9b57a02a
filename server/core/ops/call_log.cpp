#include "ops/call_log.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <optional>

namespace tuber::ops {

CallLog::Desk::Desk(CallLog& log) : log_(log) {
  const std::lock_guard lock(log_.mutex_);
  if (log_.free_desks_.empty()) {
    place_ = log_.desks_.size();
    log_.desks_.emplace_back();
  } else {
    place_ = log_.free_desks_.back();
    log_.free_desks_.pop_back();
  }
}

CallLog::Desk::~Desk() {
  const std::lock_guard lock(log_.mutex_);
  log_.desks_[place_].running = false;  // its thread may have been ended inside a call
  log_.free_desks_.push_back(place_);
}

void CallLog::Desk::begin(std::string_view what, const io::Peer& who) {
  const auto now = Clock::now();
  const std::lock_guard lock(log_.mutex_);
  Entry& entry = log_.desks_[place_];
  entry.who = who;
  entry.what.assign(what);
  entry.began = now;
  entry.running = true;
}

void CallLog::Desk::end(std::string_view failure) {
  const auto now = Clock::now();
  std::optional<Entry> to_tell;  // behind the lock: who asks for health waits for no line
  {
    const std::lock_guard lock(log_.mutex_);
    Entry& entry = log_.desks_[place_];
    entry.running = false;
    entry.took = now - entry.began;
    entry.failed = !failure.empty();
    entry.failure.assign(failure);
    log_.keep(entry);
    if (entry.failed && log_.log_) to_tell = entry;
  }
  if (to_tell) log_.log_->failed(to_tell->who, to_tell->what.text(), failure);
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
    std::copy_if(desks_.begin(), desks_.end(), std::back_inserter(running),
                 [](const Entry& entry) { return entry.running; });
  }
  std::sort(running.begin(), running.end(),
            [](const Entry& a, const Entry& b) { return a.began < b.began; });
  json.push_back('[');
  for (Entry& entry : running) {
    entry.took = std::max(now - entry.began, Clock::duration{});
    if (json.back() != '[') json.push_back(',');
    append(json, entry);
    json.push_back('}');
  }
  json.push_back(']');
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
  json.push_back('[');
  for (auto entry = recent.rbegin(); entry != recent.rend(); ++entry) {
    if (json.back() != '[') json.push_back(',');
    append(json, *entry);
    json.append(",\"failed\":");
    if (entry->failed) {
      base::append_json_string(json, entry->failure.text());
    } else {
      json.append("null");
    }
    json.push_back('}');
  }
  json.push_back(']');
}

void CallLog::append(std::string& json, const Entry& entry) {
  json.append("{\"call\":");
  base::append_json_string(json, entry.what.text());
  json.append(",\"from\":");
  base::append_json_string(json, entry.who.text());
  json.append(",\"began\":\"");
  // By the clock of now: a call costs one look at a clock less.
  base::append_time(json, std::chrono::system_clock::now() -
                              std::chrono::duration_cast<std::chrono::system_clock::duration>(
                                  Clock::now() - entry.began));
  std::array<char, 48> seconds{};
  std::snprintf(seconds.data(), seconds.size(), "\",\"seconds\":%.6f",
                std::chrono::duration<double>(entry.took).count());
  json.append(seconds.data());
}

}  // namespace tuber::ops
