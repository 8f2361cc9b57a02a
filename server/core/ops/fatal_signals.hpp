// Names the running calls on stderr when the process crashes. Must never change how it ends.
#pragma once

namespace tuber::ops {

// Installs handlers for SIGSEGV, SIGBUS, SIGFPE, SIGILL and SIGABRT that write one line and pass
// the signal on to what was there before. They work in workers whose stack is exhausted, too.
// `over_handlers`: also where a handler exists already (Python's faulthandler); other handlers,
// such as that of a Java runtime, may use the signal for other purposes. Does nothing if it was
// called before. REQUIRES: install_process_handlers() was called.
void name_calls_at_fatal_signals(bool over_handlers);

}  // namespace tuber::ops
