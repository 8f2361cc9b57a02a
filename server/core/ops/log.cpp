#include "ops/log.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include "base/pipe_signal.hpp"
#include "base/text.hpp"

namespace tuber::ops {
namespace {

// Keeps lines short enough to be written to a pipe atomically (PIPE_BUF is at least 512 in POSIX,
// and 4096 on Linux).
constexpr std::size_t kLongestValue = 200;

// Opens a pipe again if the system supports it. The new one can be non-blocking without affecting
// other writers, which may fill the pipe between poll() and write().
int copy_of(int descriptor) {
  struct stat status{};
  if (::fstat(descriptor, &status) == 0 && S_ISFIFO(status.st_mode)) {
    const std::string path = "/proc/self/fd/" + std::to_string(descriptor);
    const int opened = ::open(path.c_str(), O_WRONLY | O_NONBLOCK | O_CLOEXEC);
    if (opened > STDERR_FILENO) return opened;
    if (opened >= 0) ::close(opened);  // a standard stream was closed; do not replace it
  }
  return ::fcntl(descriptor, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
}

// Converts a peer's text for one log line: ASCII, and not too long.
std::string plain(std::string_view text) {
  std::string made;
  for (const char c : text.substr(0, kLongestValue)) made.push_back(c >= ' ' && c <= '~' ? c : '?');
  return made;
}

// The end of a traceback, which says most, in ASCII, short enough to go into a pipe as a whole.
std::string end_of(std::string_view traceback) {
  constexpr std::size_t kLongestTraceback = 2800;
  while (!traceback.empty() && traceback.back() == '\n') traceback.remove_suffix(1);
  if (traceback.size() > kLongestTraceback) {
    traceback.remove_prefix(traceback.size() - kLongestTraceback);
    traceback.remove_prefix(std::min(traceback.find('\n') + 1, traceback.size()));
  }
  std::string made;
  for (const char c : traceback) made.push_back((c >= ' ' && c <= '~') || c == '\n' ? c : '?');
  return made;
}

}  // namespace

Log::Log(const LogOptions& options, int descriptor)
    : options_(options), descriptor_(copy_of(descriptor)) {}

void Log::refused(const io::Peer& peer, int status, std::string_view request,
                  std::string_view reason) {
  if (options_.level < LogOptions::Level::warning) return;
  const std::lock_guard lock(mutex_);
  if (!may_log_refusal()) {
    ++skipped_;
    return;
  }
  const std::array<Member, 4> members{{{"from", peer.text()},
                                       {"status", std::to_string(status), true},
                                       {"request", plain(request)},
                                       {"reason", plain(reason.substr(0, reason.find('\n')))}}};
  write("refused", members);
}

void Log::failed(const io::Peer& peer, std::string_view call, std::string_view message,
                 std::string_view traceback) {
  if (!logs_failures()) return;
  const std::lock_guard lock(mutex_);
  const std::array<Member, 4> members{{{"from", peer.text()},
                                       {"call", plain(call)},
                                       {"message", plain(message)},
                                       {"traceback", end_of(traceback)}}};
  const bool json = options_.format == LogOptions::Format::json;
  const std::span<const Member> shown(members);
  write("failed", shown.first(json && !traceback.empty() ? 4 : 3),
        json ? std::string_view{} : members[3].value);
}

void Log::answered(const io::Peer& peer, int status, std::string_view request, std::uint64_t bytes,
                   std::chrono::steady_clock::duration took) {
  if (!options_.access) return;
  std::string seconds;
  base::append_seconds(seconds, took);
  const std::lock_guard lock(mutex_);
  const std::array<Member, 5> members{{{"from", peer.text()},
                                       {"status", std::to_string(status), true},
                                       {"request", plain(request)},
                                       {"bytes", std::to_string(bytes), true},
                                       {"seconds", seconds, true}}};
  write("answered", members);
}

bool Log::may_log_refusal() {
  const auto now = std::chrono::steady_clock::now();
  if (now - second_ >= std::chrono::seconds(1)) {
    second_ = now;
    refusals_ = 0;
  }
  return ++refusals_ <= kRefusedPerSecond;
}

void Log::write(std::string_view event, std::span<const Member> members, std::string_view more) {
  const bool json = options_.format == LogOptions::Format::json;
  line_.assign(json ? "{\"time\":\"" : "");
  base::append_time(line_, std::chrono::system_clock::now());
  line_.append(json ? "\",\"event\":\"" : " tuberd: ").append(event).append(json ? "\"" : "");
  const auto append_name = [&](std::string_view name) {
    line_.append(json ? ",\"" : " ").append(name).append(json ? "\":" : "=");
  };
  for (const Member& member : members) {
    append_name(member.name);
    if (member.is_number || (!json && member.name == "from")) {
      line_.append(member.value);
    } else {
      base::append_json_string(line_, member.value);
    }
  }
  if (skipped_ > 0) {
    append_name("skipped");
    line_.append(std::to_string(skipped_));
  }
  line_.append(json ? "}\n" : "\n");
  for (std::size_t at = 0; at < more.size();) {
    const std::size_t end = std::min(more.find('\n', at), more.size());
    line_.append("    ").append(more.substr(at, end - at)).append("\n");
    at = end + 1;
  }
  skipped_ = base::write_if_ready(descriptor_.get(), line_) ? 0 : skipped_ + 1;
}

}  // namespace tuber::ops
