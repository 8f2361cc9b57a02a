// Writing to pipes and sockets whose reader may be gone. Must never end the process by SIGPIPE,
// whatever a program has made of that signal.
#pragma once

#include <csignal>
#include <string_view>

namespace tuber::base {

// Blocks SIGPIPE in the calling thread for its scope, and discards the one that arose there.
// Async-signal-safe.
class PipeSignalBlocked {
 public:
  PipeSignalBlocked();
  ~PipeSignalBlocked();
  PipeSignalBlocked(const PipeSignalBlocked&) = delete;
  PipeSignalBlocked& operator=(const PipeSignalBlocked&) = delete;

 private:
  sigset_t before_{};
  bool was_pending_ = false;
};

// Writes a line, or nothing if the descriptor is not ready or does not exist. Never waits for up to
// PIPE_BUF bytes (poll(2), pipe(7)). Returns whether all was written. Async-signal-safe.
bool write_if_ready(int descriptor, std::string_view line);

}  // namespace tuber::base
