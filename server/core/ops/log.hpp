// Lines for the operator on stderr: what was refused, what failed, what was answered. Must never make
// who writes wait, nor write to anything but the stderr that the process began with.
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
  enum class Level { error, warning, info };  // warning: what was refused; info: failed calls too
  enum class Format { text, json };

  Level level = Level::warning;
  Format format = Format::text;
  bool access = false;  // a line for each answered request
};

// Thread-safe.
class Log {
 public:
  // Lines about refused requests in a second, so that a port scanner can't fill a disk. The next one
  // that is written tells how many were not.
  static constexpr std::size_t kRefusedPerSecond = 10;

  // Writes to a copy of `descriptor`, so that closing stderr in a method does no harm: its number
  // may be somebody's connection then.
  explicit Log(const LogOptions& options, int descriptor = 2);

  [[nodiscard]] bool tells_access() const { return options_.access; }

  // A request that was not let through; `request`: its method and target, as far as they are known.
  void refused(const io::Peer& who, int status, std::string_view request, std::string_view reason);
  void failed(const io::Peer& who, std::string_view call, std::string_view message);
  void answered(const io::Peer& who, int status, std::string_view request, std::uint64_t bytes,
                std::chrono::steady_clock::duration took);

 private:
  struct Member {
    std::string_view name;
    std::string value;
    bool is_number = false;
  };

  [[nodiscard]] bool may_tell_refusal();
  void write(std::string_view event, std::span<const Member> members);
  void append_text(std::string_view event, std::span<const Member> members);
  void append_json(std::string_view event, std::span<const Member> members);

  const LogOptions options_;
  base::Descriptor descriptor_;
  std::mutex mutex_;
  std::string line_;
  std::chrono::steady_clock::time_point second_{};
  std::size_t told_ = 0;    // refusals in this second
  std::size_t untold_ = 0;  // lines since the last one written
};

}  // namespace tuber::ops
