#include "serve/reply_sender.hpp"

#include <array>
#include <utility>

#include "io/socket.hpp"

namespace tuber::serve {
namespace {

iovec piece(std::string_view bytes) {
  return {const_cast<char*>(bytes.data()), bytes.size()};  // sendmsg does not write to it
}

}  // namespace

bool ReplySender::send(const base::Descriptor& socket, const Reply& reply, Manner manner) {
  const std::uint64_t length = reply.file.present() ? reply.file.length : reply.body.size();
  write_head(reply, length, manner.keep_alive);
  const bool silent = manner.head_only || http::status_has_no_content(reply.status);
  const bool file_follows = reply.file.present() && length > 0 && !silent;
  pieces_.assign(1, piece(head_));
  if (!silent) {
    reply.body.for_each_piece([this](std::string_view bytes) { pieces_.push_back(piece(bytes)); });
  }
  if (manner.at_once) return io::send_at_once(socket, pieces_);
  io::Pace pace(limits_.stall_timeout, limits_.min_download_rate);
  const io::Follow follow = file_follows ? io::Follow::more : io::Follow::nothing;
  if (!io::send_all(socket, pieces_, pace, follow)) return false;
  return !file_follows ||
         io::send_file(socket, reply.file.file.get(), reply.file.offset, length, pace);
}

void ReplySender::send_fault(const base::Descriptor& socket, const http::Fault& fault) {
  Reply reply;
  reply.refuse(fault.status, fault.reason);
  if (fault.status == 503) reply.fields = kRetryAfter;
  write_head(reply, reply.body.size(), false);
  std::array<iovec, 2> pieces{piece(head_), piece(reply.body.text())};
  static_cast<void>(io::send_at_once(socket, pieces));  // the connection is closed in any case
}

void ReplySender::write_head(const Reply& reply, std::uint64_t length, bool keep_alive) {
  refresh_date();
  head_.clear();
  if (reply.status != 200 || !keep_alive) {
    return http::append_reply_head(head_, head_for(reply, length, keep_alive));
  }
  if (usual_.before_length.empty() || usual_.content_type != reply.content_type ||
      usual_.fields != reply.fields) {
    make_usual(reply);
  }
  head_.append(usual_.before_length);
  http::append_length(head_, length);
  head_.append(usual_.after_length);
}

void ReplySender::make_usual(const Reply& reply) {
  const http::ReplyHead head = head_for(reply, 0, true);
  Usual made{reply.content_type, reply.fields, {}, {}};
  http::append_before_length(made.before_length, head);
  http::append_after_length(made.after_length, head);
  usual_ = std::move(made);  // at once: an allocation above may have failed
}

http::ReplyHead ReplySender::head_for(const Reply& reply, std::uint64_t length, bool keep_alive) {
  http::ReplyHead head;
  head.status = reply.status;
  head.date = date_;
  head.content_type = reply.content_type;
  head.content_length = length;
  head.keep_alive = keep_alive;
  head.fields = common_fields_;
  if (!reply.fields.empty()) {
    fields_.assign(common_fields_).append(reply.fields);
    head.fields = fields_;
  }
  return head;
}

void ReplySender::refresh_date() {
  const std::time_t now = std::time(nullptr);
  if (now == date_time_) return;
  date_ = http::format_http_date(now);
  usual_ = {};
  date_time_ = now;
}

}  // namespace tuber::serve
