// See endpoint.hpp.
#include "python/endpoint.hpp"

#include <new>

#include "python/reply_writer.hpp"

namespace tuber::python {

serve::Handled Endpoint::handle(serve::Request& request, serve::Reply& reply) {
  const SharedDispatch& service = *service_;
  const Terms terms =
      terms_.of(request.head, [&] { return terms_of(request.head, service.codecs); });
  if (terms.reader == nullptr) {
    reply.refuse(
        415,
        "expected a body of Content-Type application/json or application/cbor, not compressed "
        "(with curl: --json '...', or -H 'Content-Type: application/json' -d '...')");
    return serve::Handled::done;
  }
  if (terms.writer == nullptr) {
    reply.refuse(406, "expected Accept to list application/json, application/cbor or */*");
    return serve::Handled::done;
  }
  try {
    GilHold gil(worker_);
    Source body(request.body, request.memory);
    ReplyWriter reply_writer(*terms.writer, terms.lossless, reply.body);
    const Asker asker{slot_, *request.peer, *request.server,
                      request.access == http::Access::control};
    service.dispatcher.answer(asker, body, terms.continue_on_error, *terms.reader, reply_writer);
    reply.content_type = reply_writer.codec().media_type();
  } catch (const std::bad_alloc&) {
    reply.clear();
    reply.refuse(500, "out of memory while writing the reply; the call may have run");
    reply.close = true;
  }
  return serve::Handled::done;
}

}  // namespace tuber::python
