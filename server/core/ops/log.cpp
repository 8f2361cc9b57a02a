#include "ops/log.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cstdio>

#include "base/text.hpp"

namespace tuber::ops {
namespace {

// A line shorter than this goes into a pipe as a whole, or not at all (PIPE_BUF of POSIX is 512 at
// least, and Linux's 4096).
constexpr std::size_t kLongestValue = 200;

// A copy that is ours alone. A pipe is opened anew, where the system can do that: then it may be made
// non-blocking without its other writers noticing, who may fill it between two calls of ours.
int copy_of(int descriptor) {
  struct stat status{};
  if (::fstat(descriptor, &status) == 0 && S_ISFIFO(status.st_mode)) {
    const std::string path = "/proc/self/fd/" + std::to_string(descriptor);
    const int opened = ::open(path.c_str(), O_WRONLY | O_NONBLOCK | O_CLOEXEC);
    if (opened > STDERR_FILENO) return opened;
    if (opened >= 0) ::close(opened);  // it would stand in for a standard stream
  }
  return ::fcntl(descriptor, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
}

// A peer's text on one line, in ASCII.
std::string plain(std::string_view text) {
  std::string made;
  for (const char c : text.substr(0, kLongestValue)) made.push_back(c >= ' ' && c <= '~' ? c : '?');
  return made;
}

}  // namespace

Log::Log(const LogOptions& options, int descriptor)
    : options_(options), descriptor_(copy_of(descriptor)) {}

void Log::refused(const io::Peer& who, int status, std::string_view request,
                  std::string_view reason) {
  if (options_.level < LogOptions::Level::warning) return;
  const std::lock_guard lock(mutex_);
  if (!may_tell_refusal()) {
    ++untold_;
    return;
  }
  const std::array<Member, 4> members{{{"from", who.text()},
                                       {"status", std::to_string(status), true},
                                       {"request", plain(request)},
                                       {"reason", plain(reason.substr(0, reason.find('\n')))}}};
  write("refused", members);
}

void Log::failed(const io::Peer& who, std::string_view call, std::string_view message) {
  if (options_.level < LogOptions::Level::info) return;
  const std::lock_guard lock(mutex_);
  const std::array<Member, 3> members{
      {{"from", who.text()}, {"call", plain(call)}, {"message", plain(message)}}};
  write("failed", members);
}

void Log::answered(const io::Peer& who, int status, std::string_view request, std::uint64_t bytes,
                   std::chrono::steady_clock::duration took) {
  if (!options_.access) return;
  std::array<char, 32> seconds{};
  std::snprintf(seconds.data(), seconds.size(), "%.6f",
                std::chrono::duration<double>(took).count());
  const std::lock_guard lock(mutex_);
  const std::array<Member, 5> members{{{"from", who.text()},
                                       {"status", std::to_string(status), true},
                                       {"request", plain(request)},
                                       {"bytes", std::to_string(bytes), true},
                                       {"seconds", seconds.data(), true}}};
  write("answered", members);
}

bool Log::may_tell_refusal() {
  const auto now = std::chrono::steady_clock::now();
  if (now - second_ >= std::chrono::seconds(1)) {
    second_ = now;
    told_ = 0;
  }
  return ++told_ <= kRefusedPerSecond;
}

void Log::write(std::string_view event, std::span<const Member> members) {
  line_.clear();
  if (options_.format == LogOptions::Format::json) {
    append_json(event, members);
  } else {
    append_text(event, members);
  }
  pollfd ready{descriptor_.get(), POLLOUT, 0};
  const bool takes = ::poll(&ready, 1, 0) == 1 && (ready.revents & POLLOUT) != 0;
  const bool written = takes && ::write(descriptor_.get(), line_.data(), line_.size()) ==
                                    static_cast<ssize_t>(line_.size());
  untold_ = written ? 0 : untold_ + 1;
}

void Log::append_text(std::string_view event, std::span<const Member> members) {
  base::append_time(line_, std::chrono::system_clock::now());
  line_.append(" tuberd: ").append(event);
  for (const Member& member : members) {
    line_.append(" ").append(member.name).append("=");
    if (member.is_number || member.name == "from") {
      line_.append(member.value);
    } else {
      base::append_json_string(line_, member.value);
    }
  }
  if (untold_ > 0) line_.append(" untold=").append(std::to_string(untold_));
  line_.push_back('\n');
}

void Log::append_json(std::string_view event, std::span<const Member> members) {
  line_.append("{\"time\":\"");
  base::append_time(line_, std::chrono::system_clock::now());
  line_.append("\",\"event\":\"").append(event).append("\"");
  for (const Member& member : members) {
    line_.append(",\"").append(member.name).append("\":");
    if (member.is_number) {
      line_.append(member.value);
    } else {
      base::append_json_string(line_, member.value);
    }
  }
  if (untold_ > 0) line_.append(",\"untold\":").append(std::to_string(untold_));
  line_.append("}\n");
}

}  // namespace tuber::ops
