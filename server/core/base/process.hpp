// Handlers that affect the whole process. No other file may install any. They must never be
// installed at load time, but when the first server is created.
#pragma once

namespace tuber::base {

// Installs, once per process:
// - fork handlers, which count forks for process_number() and take the descriptors of
//   hide_from_children() away from the child;
// - a terminate handler, which calls the hook of call_before_terminate() and then the handler that
//   was there before.
// Thread-safe.
void install_process_handlers();

// Returns a number that differs between this process and its forked children. Costs one memory
// read. REQUIRES: install_process_handlers() was called.
[[nodiscard]] unsigned process_number();

// Keeps all threads from forking for its scope: a child must not get a descriptor between its
// opening and hide_from_children(). Code in the scope must not wait, and must not close a
// Descriptor.
class ForkBarrier {
 public:
  ForkBarrier();
  ~ForkBarrier();
  ForkBarrier(const ForkBarrier&) = delete;
  ForkBarrier& operator=(const ForkBarrier&) = delete;
};

// Replaces the descriptor by /dev/null in each forked child, before any of its own code runs: the
// number stays taken, so that the child's copies of its owners do no harm. Ends with
// close_descriptor().
void hide_from_children(int descriptor);

// Not repeated after EINTR: Linux has closed it then, too, and another thread may use its number.
void close_descriptor(int descriptor) noexcept;

// Sets what std::terminate() calls first; the hook returns if the cause is not its own. Only the
// last hook counts.
void call_before_terminate(void (*hook)());

}  // namespace tuber::base
