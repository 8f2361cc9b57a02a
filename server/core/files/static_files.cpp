#include "files/static_files.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cinttypes>
#include <cstdio>
#include <ctime>
#include <optional>
#include <utility>

#include "files/byte_range.hpp"
#include "files/content_coding.hpp"
#include "files/preconditions.hpp"
#include "http/characters.hpp"
#include "http/reply_head.hpp"

namespace tuber::files {
namespace {

// Nothing in the text depends on the request, so nothing of a hostile path comes back to a browser.
void refuse(serve::Reply& reply, int status, std::string_view why) {
  reply.status = status;
  reply.content_type = "text/plain; charset=utf-8";
  reply.body = why;
  reply.body += '\n';
}

void refuse_not_found(serve::Reply& reply) {
  refuse(reply, 404, "There is no such file here.");
}

// The name below the root that a path means, decoded, without slashes at either end; nothing when
// it may not name a file. Components are decoded one by one, so an encoded slash can't make new
// ones.
std::optional<std::string> file_name(std::string_view path) {
  // The empty path of an absolute-form target means "/" (RFC 9110 section 4.2.3).
  if (path.starts_with('/')) path.remove_prefix(1);
  std::string name;
  while (!path.empty()) {
    const std::size_t end = std::min(path.find('/'), path.size());
    const auto component = http::percent_decode(path.substr(0, end));
    path.remove_prefix(std::min(end + 1, path.size()));
    // A leading dot covers ".", ".." and hidden files. An empty component ("//host") could turn the
    // Location of a redirect into another host.
    if (!component || component->empty() || component->front() == '.') return std::nullopt;
    if (component->find_first_of(std::string_view("/\\\0", 3)) != std::string::npos) {
      return std::nullopt;
    }
    if (!name.empty()) name += '/';
    name += *component;
  }
  return name;
}

bool is_directory(const Opened& opened) {
  return opened.file.open() && S_ISDIR(opened.status.st_mode);
}

// FIFOs, sockets and devices are never served: reading one can block or act on hardware.
bool is_regular(const Opened& opened) {
  return opened.file.open() && S_ISREG(opened.status.st_mode);
}

// The server is out of descriptors or memory, or the tree keeps changing: the file may well be
// there, and a cache must not remember that it is not.
bool is_temporary(int error) {
  return error == EMFILE || error == ENFILE || error == ENOMEM || error == EAGAIN;
}

void redirect_to_directory(const http::RequestHead& head, serve::Reply& reply) {
  const std::size_t query = head.target.find('?');
  refuse(reply, 301, "This is a directory; its address ends with a slash.");
  reply.fields.append("Location: ").append(head.path).append("/");
  if (query != std::string_view::npos) reply.fields.append(head.target.substr(query));
  reply.fields.append("\r\n");
}

const struct timespec& modification_time(const struct stat& status) {
#ifdef __APPLE__
  return status.st_mtimespec;
#else
  return status.st_mtim;
#endif
}

// Size, time of change and inode tell two states of a file apart, and the inode tells a replaced
// file from its predecessor even when a copying tool kept the time. The coding is part of the tag
// because each coding is a representation of its own (RFC 9110 section 8.8.3.3).
Validators validators_of(const struct stat& status, const CodingNames& coding) {
  const struct timespec& modified = modification_time(status);
  std::array<char, 96> etag;
  const int length = std::snprintf(
      etag.data(), etag.size(), "\"%" PRIxMAX "-%" PRIxMAX "-%" PRIxMAX ".%lx",
      static_cast<std::uintmax_t>(status.st_ino), static_cast<std::uintmax_t>(status.st_size),
      static_cast<std::uintmax_t>(modified.tv_sec), static_cast<unsigned long>(modified.tv_nsec));
  Validators validators{{etag.data(), static_cast<std::size_t>(length)}, modified.tv_sec};
  if (coding.coding != Coding::identity) validators.etag.append("-").append(coding.token);
  validators.etag += '"';
  return validators;
}

// What of the file the request asks for. Range has a meaning for GET only (RFC 9110 section 14.2).
ByteRange requested_range(const http::RequestHead& head, const Validators& validators,
                          std::uint64_t size) {
  const auto field = head.field("range");
  if (head.method != "GET" || !field || !range_applies(head, validators, std::time(nullptr))) {
    return {ByteRange::Kind::whole, 0, size};
  }
  return parse_byte_range(*field, size);
}

// One file in the form that was chosen for this request.
struct Representation {
  const CodingNames& coding;
  Opened opened;
  std::string_view content_type;
};

void append_content_range(std::string& fields, const ByteRange& range, std::uint64_t size) {
  fields.append("Content-Range: bytes ");
  if (range.kind == ByteRange::Kind::unsatisfiable) {
    fields.append("*");
  } else {
    fields.append(std::to_string(range.offset)).append("-");
    fields.append(std::to_string(range.offset + range.length - 1));
  }
  fields.append("/").append(std::to_string(size)).append("\r\n");
}

// Sends the representation, or the part of it that was asked for, or says that the client has it.
void send(const http::RequestHead& head, Representation representation,
          const std::string& cache_control, serve::Reply& reply) {
  const CodingNames& coding = representation.coding;
  const Validators validators = validators_of(representation.opened.status, coding);
  const Precondition precondition = evaluate_preconditions(head, validators);
  if (precondition == Precondition::failed) {
    return refuse(reply, 412, "The file is not in the state that the request expects.");
  }
  const auto size = static_cast<std::uint64_t>(representation.opened.status.st_size);
  const ByteRange range = requested_range(head, validators, size);
  const bool not_modified = precondition == Precondition::not_modified;
  if (!not_modified && range.kind == ByteRange::Kind::unsatisfiable) {
    refuse(reply, 416, "The file has no bytes in that range.");
    return append_content_range(reply.fields, range, size);
  }
  reply.fields.append("ETag: ").append(validators.etag).append("\r\nLast-Modified: ");
  reply.fields.append(http::format_http_date(validators.modified)).append("\r\n");
  reply.fields.append(cache_control);
  if (not_modified) {
    reply.status = 304;
    return;
  }
  reply.fields.append("Accept-Ranges: bytes\r\n");
  if (coding.coding != Coding::identity) {
    reply.fields.append("Content-Encoding: ").append(coding.token).append("\r\n");
  }
  if (range.kind == ByteRange::Kind::part) {
    reply.status = 206;
    append_content_range(reply.fields, range, size);
  }
  reply.content_type = representation.content_type;
  reply.file = serve::FileBody(representation.opened.file.release(), range.offset, range.length);
}

}  // namespace

StaticFiles::StaticFiles(const std::filesystem::path& root, std::chrono::seconds max_age,
                         std::unordered_map<std::string, std::string> media_types)
    : root_(root),
      media_types_(std::move(media_types)),
      cache_control_("Cache-Control: max-age=" + std::to_string(max_age.count()) + "\r\n") {}

void StaticFiles::serve(const http::RequestHead& head, serve::Reply& reply) const {
  if (head.method != "GET" && head.method != "HEAD") {
    refuse(reply, 405, "Files can be read only: GET or HEAD.");
    reply.fields.append("Allow: GET, HEAD\r\n");
    return;
  }
  std::optional<std::string> name = file_name(head.path);
  if (!name) return refuse_not_found(reply);
  const bool names_directory = head.path.ends_with('/');
  if (names_directory) name->append(name->empty() ? "index.html" : "/index.html");
  Opened plain = root_.open(*name);
  if (is_directory(plain) && !names_directory) return redirect_to_directory(head, reply);
  serve_file(head, *name, std::move(plain), reply);
}

void StaticFiles::serve_file(const http::RequestHead& head, const std::string& name, Opened plain,
                             serve::Reply& reply) const {
  std::array<Opened, kCodings.size()> forms;
  Available available{};
  for (std::size_t i = 0; i < kCodings.size(); ++i) {
    const CodingNames& coding = kCodings[i];
    const bool identity = coding.coding == Coding::identity;
    forms[i] = identity ? std::move(plain) : root_.open(name + std::string(coding.suffix));
    if (is_temporary(forms[i].error)) return refuse(reply, 503, "The server is too busy.");
    available[i] = is_regular(forms[i]);
  }
  if (available == Available{}) return refuse_not_found(reply);
  // Even when identity is sent: a cache must know that others might get something else.
  if (available != Available{false, false, true}) reply.fields.append("Vary: Accept-Encoding\r\n");
  const auto chosen = choose_coding(head, available);
  if (!chosen) {
    return refuse(reply, 406, "The file is kept in codings that Accept-Encoding does not allow.");
  }
  const auto index = static_cast<std::size_t>(*chosen);
  send(head, {kCodings[index], std::move(forms[index]), media_types_.of(name)}, cache_control_,
       reply);
}

}  // namespace tuber::files
