// Records a running call and its end in the call log.
#pragma once

#include <Python.h>

#include <string>
#include <string_view>

#include "base/process.hpp"
#include "ops/call_log.hpp"
#include "python/call_members.hpp"
#include "serve/handler.hpp"

namespace tuber::python {

// The context of a request: its caller and the caller's access. Valid while the request is
// answered.
struct Asker {
  ops::CallLog::CallSlot& slot;
  const io::Peer& who;
  const serve::ServerView& server;
  bool may_control;  // false: read-only access
  // In a batch: a dict of the descriptions made since the last call of a method. Else null.
  PyObject* described = nullptr;
};

// A call is running for its scope. REQUIRES: the GIL.
class CallRecord {
 public:
  // `call` may be malformed.
  CallRecord(const Asker& asker, const CallMembers& call);
  CallRecord(const CallRecord&) = delete;
  CallRecord& operator=(const CallRecord&) = delete;
  // If the method forked, ends the child: it must not answer on the parent's connection or run the
  // next calls.
  ~CallRecord();

  void failed(std::string_view message, std::string_view traceback) {
    failure_.assign(message);
    if (slot_.logs_failures()) traceback_ = traceback;
  }

 private:
  ops::CallLog::CallSlot& slot_;
  const unsigned process_ = base::process_number();
  base::Clipped<96> failure_;
  std::string traceback_;  // only for the log
};

}  // namespace tuber::python
