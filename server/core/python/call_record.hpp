// Writes what a call asks for, and how it ends, to the call log.
#pragma once

#include <Python.h>

#include <string_view>

#include "base/process.hpp"
#include "ops/call_log.hpp"
#include "serve/handler.hpp"

namespace tuber::python {

// Who asks for calls, and where they are recorded. Borrowed while a request is answered.
struct Asker {
  ops::CallLog::CallSlot& slot;
  const io::Peer& who;
  const serve::ServerView& server;
  bool may_control;  // else it gets what changes nothing
};

// From here to the end of its life a call runs. REQUIRES: the GIL.
class CallRecord {
 public:
  // `call`: as it was decoded, well-formed or not.
  CallRecord(const Asker& asker, PyObject* call);
  CallRecord(const CallRecord&) = delete;
  CallRecord& operator=(const CallRecord&) = delete;
  // A method may have forked. Its child must neither answer on the parent's connection nor run the
  // calls that follow: it ends here.
  ~CallRecord();

  void failed(std::string_view message) { failure_.assign(message); }

 private:
  ops::CallLog::CallSlot& slot_;
  const unsigned process_ = base::process_number();
  base::Clipped<96> failure_;
};

}  // namespace tuber::python
