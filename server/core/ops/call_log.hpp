// Records running calls and the last finished ones: client, name, start, duration and failure.
// Must never wait for Python, nor hold its lock for longer than a copy.
#pragma once

#include <pthread.h>

#include <chrono>
#include <cstddef>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/text.hpp"
#include "io/peer.hpp"
#include "ops/log.hpp"

namespace tuber::ops {

// Thread-safe. Kept in memory, so it is empty when the server starts.
class CallLog {
  struct Entry;

 public:
  // Enough for the minutes before a failure; needs about 3 MB.
  static constexpr std::size_t kKept = 10'000;

  // Where one worker records its current call. Created in the worker's thread. Not thread-safe. The
  // log must outlive it.
  class CallSlot {
   public:
    explicit CallSlot(CallLog& log);
    ~CallSlot();
    CallSlot(const CallSlot&) = delete;
    CallSlot& operator=(const CallSlot&) = delete;

    void begin(std::string_view name, const io::Peer& peer);
    // `failure`: the message; empty if the call succeeded. `traceback` goes to the log.
    void end(std::string_view failure, std::string_view traceback = {});
    // Whether failed calls are logged.
    [[nodiscard]] bool logs_failures() const;

   private:
    friend class CallLog;
    CallLog& log_;
    Entry* entry_;  // stays where it is
    const pthread_t thread_ = ::pthread_self();
  };

  // Failed calls also go to `log`, which may be null.
  explicit CallLog(std::shared_ptr<Log> log = nullptr) : log_(std::move(log)) {
    recent_.reserve(kKept);
  }

  // Appends a JSON array of the running calls, the longest running first:
  // {"call", "from", "began", "seconds"}.
  void append_running(std::string& json) const;

  // Appends a JSON array of the last calls, the newest first. Each also has "failed": the message
  // or null.
  void append_recent(std::string& json) const;

  // For a signal handler: visits the running calls of all logs of this process without a lock, so
  // a name may be half written. `is_here`: in the calling thread. Async-signal-safe.
  using Visitor = void (*)(void* context, std::string_view name, bool is_here);
  static void visit_running(Visitor visit, void* context);

 private:
  using Clock = std::chrono::steady_clock;

  struct Entry {
    io::Peer peer;
    bool running = false;
    bool failed = false;
    base::Clipped<80> name;
    base::Clipped<96> failure;
    Clock::time_point began;
    Clock::duration took{};
  };

  static void append(std::string& json, const std::vector<Entry>& entries);
  void keep(const Entry& entry);  // REQUIRES: the lock

  const std::shared_ptr<Log> log_;
  mutable std::mutex mutex_;
  std::deque<Entry> slots_;
  std::vector<Entry*> free_slots_;
  std::vector<Entry> recent_;  // a ring
  std::size_t next_ = 0;       // in the ring
};

}  // namespace tuber::ops
