// Writes log lines for the operator to stderr: refused requests, failed calls, answered requests.
// Must never make a worker wait. Must write only to the stderr that the process started with.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <span>
#include <string>
#include <string_view>

#include "base/descriptor.hpp"
#include "io/peer.hpp"

namespace tuber::ops {

struct LogOptions {
  enum class Level { error, warning, info };  // warning: refused requests; info: failed calls too
  enum class Format { text, json };

  Level level = Level::warning;
  Format format = Format::text;
  bool access = false;  // a line for each answered request
};

// Thread-safe.
class Log {
 public:
  // Limits the lines about refused requests per second, so that a port scanner cannot fill a disk.
  // The next line contains the number of skipped lines.
  static constexpr std::size_t kRefusedPerSecond = 10;

  // Writes to a copy of `descriptor`, because a method may close stderr and a connection may then
  // get its number.
  explicit Log(const LogOptions& options, int descriptor = 2);

  [[nodiscard]] bool logs_access() const { return options_.access; }

  // Logs a request that was refused. `request`: its method and target, empty if unknown.
  void refused(const io::Peer& peer, int status, std::string_view request, std::string_view reason);
  [[nodiscard]] bool logs_failures() const { return options_.level >= LogOptions::Level::info; }
  // `traceback` follows the line as text, or is a member of it in JSON; empty if there is none.
  void failed(const io::Peer& peer, std::string_view call, std::string_view message,
              std::string_view traceback);
  void answered(const io::Peer& peer, int status, std::string_view request, std::uint64_t bytes,
                std::chrono::steady_clock::duration took);

 private:
  struct Member {
    std::string_view name;
    std::string value;
    bool is_number = false;
  };

  [[nodiscard]] bool may_log_refusal();
  // `more`: lines that follow, indented.
  void write(std::string_view event, std::span<const Member> members, std::string_view more = {});

  const LogOptions options_;
  base::Descriptor descriptor_;
  std::mutex mutex_;
  std::string line_;
  std::chrono::steady_clock::time_point second_{};
  std::size_t refusals_ = 0;  // logged in this second
  std::size_t skipped_ = 0;   // lines since the last one written
};

}  // namespace tuber::ops
