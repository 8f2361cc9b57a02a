// Handlers that affect the whole process. No other file may install any. They must never be
// installed at load time, but when the first server is created.
#pragma once

namespace tuber::base {

// Installs, once per process:
// - a fork handler, which counts forks for process_number() and closes the descriptor of
//   close_in_children();
// - a terminate handler, which calls the hook of call_before_terminate() and then the previous
//   handler.
// Thread-safe.
void install_process_handlers();

// Returns a number that differs between this process and its forked children. Costs one memory
// read. REQUIRES: install_process_handlers() was called.
[[nodiscard]] unsigned process_number();

// Closes the descriptor in each forked child, before any of its own code runs. REQUIRES: called for
// at most one descriptor.
void close_in_children(int descriptor);

// Sets what std::terminate() calls first; the hook returns if the cause is not its own. Only the
// last hook counts.
void call_before_terminate(void (*hook)());

}  // namespace tuber::base
