#include "ops/fatal_signals.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <csignal>
#include <cstddef>
#include <string_view>

#include "base/pipe_signal.hpp"
#include "base/process.hpp"
#include "ops/call_log.hpp"

namespace tuber::ops {
namespace {

struct FatalSignal {
  int number;
  std::string_view name;
  struct sigaction before;
};

std::array<FatalSignal, 5> signals{{{SIGSEGV, "SIGSEGV", {}},
                                    {SIGBUS, "SIGBUS", {}},
                                    {SIGFPE, "SIGFPE", {}},
                                    {SIGILL, "SIGILL", {}},
                                    {SIGABRT, "SIGABRT", {}}}};
int log_descriptor = -1;
unsigned process = 0;
std::atomic<bool> installed = false;

// A line on the stack, so short that a pipe takes it as a whole (PIPE_BUF). No allocation.
class Line {
 public:
  void append(std::string_view text) {
    for (const char c : text.substr(0, std::min(text.size(), kSize - size_))) {
      bytes_[size_++] = c >= ' ' && c <= '~' ? c : '?';  // a peer chose the names
    }
  }
  [[nodiscard]] bool ends_with(char c) const { return size_ > 0 && bytes_[size_ - 1] == c; }
  void write() {
    bytes_[std::min(size_, kSize - 1)] = '\n';
    base::write_if_ready(log_descriptor, {bytes_.data(), std::min(size_ + 1, kSize)});
  }

 private:
  static constexpr std::size_t kSize = 4096;
  std::array<char, kSize> bytes_;
  std::size_t size_ = 0;
};

void append_call(void* context, std::string_view name, bool is_here) {
  auto& line = *static_cast<Line*>(context);
  line.append(line.ends_with(':') ? " " : ", ");
  line.append(name);
  if (is_here) line.append(" (in this thread)");
}

// REQUIRES: async-signal-safe code only, here and in all that it calls.
void report(int number) {
  const auto* const which =
      std::find_if(signals.begin(), signals.end(),
                   [number](const FatalSignal& each) { return each.number == number; });
  if (which == signals.end()) return;
  if (process == base::process_number()) {
    Line line;
    line.append("tuberd: ");
    line.append(which->name);
    line.append("; running calls:");
    CallLog::visit_running(append_call, &line);
    if (line.ends_with(':')) line.append(" none");
    line.write();
  }
  ::sigaction(number, &which->before, nullptr);
  ::raise(number);  // blocked until the handler returns
}

}  // namespace

void name_calls_at_fatal_signals(bool over_handlers) {
  if (installed.exchange(true)) return;
  process = base::process_number();
  // A method may close stderr, and its number may then belong to something else.
  log_descriptor = ::fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
  for (FatalSignal& each : signals) {
    if (::sigaction(each.number, nullptr, &each.before) != 0) continue;
    const bool is_default =
        (each.before.sa_flags & SA_SIGINFO) == 0 && each.before.sa_handler == SIG_DFL;
    if (!is_default && !over_handlers) continue;
    struct sigaction action{};
    action.sa_handler = report;
    action.sa_flags = SA_ONSTACK;
    ::sigemptyset(&action.sa_mask);
    ::sigaction(each.number, &action, nullptr);
  }
}

}  // namespace tuber::ops
