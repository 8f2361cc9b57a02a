// See endpoint.hpp.
#include "python/endpoint.hpp"

#include <new>

#include "http/characters.hpp"
#include "python/reply_writer.hpp"

namespace tuber::python {
namespace {

void refuse(net::Reply& reply, int status, std::string_view reason) {
  reply.status = status;
  reply.content_type = "text/plain; charset=utf-8";
  reply.body = reason;
  reply.body += '\n';
}

bool has_unknown_coding(const http::RequestHead& head) {
  const auto coding = head.field("Content-Encoding");
  return coding && !coding->empty() && !http::equals_ignoring_case(*coding, "identity");
}

}  // namespace

void Endpoint::handle(const net::Request& request, net::Reply& reply) {
  const Service& service = *service_;
  const Codec* reader = codec_of_request(request.head, service.codecs);
  if (reader == nullptr || has_unknown_coding(request.head)) {
    return refuse(
        reply, 415,
        "expected a body of Content-Type application/json or application/cbor, not compressed "
        "(with curl: --json '...', or -H 'Content-Type: application/json' -d '...')");
  }
  const Codec* writer = codec_of_reply(request.head, service.codecs, *reader);
  if (writer == nullptr) {
    return refuse(reply, 406, "expected Accept to list application/json, application/cbor or */*");
  }
  const bool continue_on_error = has_option(request.head, "continue-on-error");
  const Codec* lossless = lossless_codec_of_reply(request.head, service.codecs);
  try {
    GilHold gil(worker_);
    Source body(request.body, request.memory);
    ReplyWriter reply_writer(*writer, lossless, reply.body);
    const Asker asker{desk_, *request.peer, *request.server,
                      request.access == http::Access::control};
    service.dispatcher.answer(asker, body, continue_on_error, *reader, reply_writer);
    reply.content_type = reply_writer.codec().media_type();
  } catch (const std::bad_alloc&) {
    reply.clear();
    refuse(reply, 500, "no memory for the reply; the call may have run");
    reply.close = true;
  }
}

}  // namespace tuber::python
