// Which calls run now, and how the last ones went: who asked, for what, when, how long it took, how
// it ended. Must never wait for Python, nor keep who writes to it longer than a copy takes.
#pragma once

#include <chrono>
#include <cstddef>
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

// Thread-safe. Kept in memory, so it is as old as the server.
class CallLog {
 public:
  // Enough for the minutes before something went wrong; some 3 MB.
  static constexpr std::size_t kKept = 10'000;

  // The place at which one worker writes what it runs, one call at a time. Not thread-safe; its
  // log outlives it.
  class Desk {
   public:
    explicit Desk(CallLog& log);
    ~Desk();
    Desk(const Desk&) = delete;
    Desk& operator=(const Desk&) = delete;

    void begin(std::string_view what, const io::Peer& who);
    // `failure`: why it failed; empty when it did not.
    void end(std::string_view failure);

   private:
    friend class CallLog;
    CallLog& log_;
    std::size_t place_;
  };

  // `log` is told of calls that fail; may be null.
  explicit CallLog(std::shared_ptr<Log> log = nullptr) : log_(std::move(log)) {
    recent_.reserve(kKept);
  }

  // A JSON array of the calls that run, those that run longest first:
  // {"call", "from", "began", "seconds"}.
  void append_running(std::string& json) const;

  // A JSON array of the last calls, the newest first: the same with "failed", which is the message
  // or null.
  void append_recent(std::string& json) const;

 private:
  using Clock = std::chrono::steady_clock;

  struct Entry {
    io::Peer who;
    bool running = false;
    bool failed = false;
    base::Clipped<80> what;
    base::Clipped<96> failure;
    Clock::time_point began;
    Clock::duration took{};
  };

  static void append(std::string& json, const Entry& entry);
  void keep(const Entry& entry);  // REQUIRES: the lock

  const std::shared_ptr<Log> log_;
  mutable std::mutex mutex_;
  std::vector<Entry> desks_;
  std::vector<std::size_t> free_desks_;
  std::vector<Entry> recent_;  // a ring
  std::size_t next_ = 0;       // place in the ring
};

}  // namespace tuber::ops
