#include "files/static_files.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cinttypes>
#include <cstdio>
#include <ctime>
#include <optional>
#include <utility>

#include "http/characters.hpp"
#include "http/file_fields.hpp"
#include "http/reply_head.hpp"

namespace tuber::files {
namespace {

// The texts do not depend on the request, so no part of a hostile path comes back to a browser.
void refuse_not_found(serve::Reply& reply) {
  reply.refuse(404, "File not found.");
}

// Returns the decoded name below the root, without slashes at either end; nothing if the path may
// not name a file. Components are decoded one by one, so an encoded slash cannot create new ones.
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

// True if the server is out of descriptors or memory, or the tree keeps changing. The file may
// exist, so a cache must not store that it does not.
bool is_temporary(int error) {
  return error == EMFILE || error == ENFILE || error == ENOMEM || error == EAGAIN;
}

void redirect_to_directory(const http::RequestHead& head, serve::Reply& reply) {
  const std::size_t query = head.target.find('?');
  reply.refuse(301, "This is a directory. Its address ends with a slash.");
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

// Size, modification time and inode distinguish two states of a file. The inode also detects a
// replaced file whose time a copying tool kept. The coding is part of the tag because each coding
// is a separate representation (RFC 9110 section 8.8.3.3).
http::Validators validators_of(const struct stat& status, const http::CodingNames& coding) {
  const struct timespec& modified = modification_time(status);
  std::array<char, 96> etag;
  const int length = std::snprintf(
      etag.data(), etag.size(), "\"%" PRIxMAX "-%" PRIxMAX "-%" PRIxMAX ".%lx",
      static_cast<std::uintmax_t>(status.st_ino), static_cast<std::uintmax_t>(status.st_size),
      static_cast<std::uintmax_t>(modified.tv_sec), static_cast<unsigned long>(modified.tv_nsec));
  http::Validators validators{{etag.data(), static_cast<std::size_t>(length)}, modified.tv_sec};
  if (coding.coding != http::Coding::identity) validators.etag.append("-").append(coding.token);
  validators.etag += '"';
  return validators;
}

// Range has a meaning for GET only (RFC 9110 section 14.2).
http::ByteRange requested_range(const http::RequestHead& head, const http::Validators& validators,
                                std::uint64_t size) {
  const auto field = head.field("range");
  if (head.method != "GET" || !field ||
      !http::range_applies(head, validators, std::time(nullptr))) {
    return {http::ByteRange::Kind::whole, 0, size};
  }
  return http::parse_byte_range(*field, size);
}

// An open file in the coding that was chosen for the request.
struct Representation {
  const http::CodingNames& coding;
  Opened opened;
  std::string_view content_type;
};

void append_content_range(std::string& fields, const http::ByteRange& range, std::uint64_t size) {
  fields.append("Content-Range: bytes ");
  if (range.kind == http::ByteRange::Kind::unsatisfiable) {
    fields.append("*");
  } else {
    fields.append(std::to_string(range.offset)).append("-");
    fields.append(std::to_string(range.offset + range.length - 1));
  }
  fields.append("/").append(std::to_string(size)).append("\r\n");
}

// Fills the reply with the representation, the requested part of it, or 304.
void send(const http::RequestHead& head, Representation representation,
          const std::string& cache_control, serve::Reply& reply) {
  const http::CodingNames& coding = representation.coding;
  const http::Validators validators = validators_of(representation.opened.status, coding);
  const http::Precondition precondition = http::evaluate_preconditions(head, validators);
  if (precondition == http::Precondition::failed) {
    return reply.refuse(
        412, "The file is not in the state that If-Match or If-Unmodified-Since expects.");
  }
  const auto size = static_cast<std::uint64_t>(representation.opened.status.st_size);
  const http::ByteRange range = requested_range(head, validators, size);
  const bool not_modified = precondition == http::Precondition::not_modified;
  if (!not_modified && range.kind == http::ByteRange::Kind::unsatisfiable) {
    reply.refuse(416, "The file has no bytes in the range that was requested.");
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
  if (coding.coding != http::Coding::identity) {
    reply.fields.append("Content-Encoding: ").append(coding.token).append("\r\n");
  }
  if (range.kind == http::ByteRange::Kind::part) {
    reply.status = 206;
    append_content_range(reply.fields, range, size);
  }
  reply.content_type = representation.content_type;
  reply.file = {std::move(representation.opened.file), range.offset, range.length};
}

std::string to_lower(std::string_view text) {
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](char c) { return http::to_lower(c); });
  return lower;
}

// Without a charset, browsers guess one.
bool is_text(std::string_view type) {
  constexpr std::array<std::string_view, 3> kTexts{"application/javascript", "application/json",
                                                   "image/svg+xml"};
  return type.starts_with("text/") || std::find(kTexts.begin(), kTexts.end(), type) != kTexts.end();
}

}  // namespace

MediaTypes::MediaTypes(std::unordered_map<std::string, std::string> by_ending)
    : by_ending_(std::move(by_ending)) {
  for (auto& [ending, type] : by_ending_) {
    if (is_text(type)) type += "; charset=utf-8";
  }
}

std::string_view MediaTypes::of(std::string_view file_name) const {
  const std::size_t dot = file_name.rfind('.');
  if (dot != std::string_view::npos) {
    const auto found = by_ending_.find(to_lower(file_name.substr(dot)));
    if (found != by_ending_.end()) return found->second;
  }
  return "application/octet-stream";
}

StaticFiles::StaticFiles(const std::filesystem::path& root, std::chrono::seconds max_age,
                         std::unordered_map<std::string, std::string> media_types)
    : root_(root),
      media_types_(std::move(media_types)),
      cache_control_("Cache-Control: max-age=" + std::to_string(max_age.count()) + "\r\n") {}

void StaticFiles::serve(const http::RequestHead& head, serve::Reply& reply) const {
  if (head.method != "GET" && head.method != "HEAD") {
    reply.refuse(405, "Files are read-only. Use GET or HEAD.");
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
  std::array<Opened, http::kCodings.size()> forms;
  http::Available available{};
  for (std::size_t i = 0; i < http::kCodings.size(); ++i) {
    const http::CodingNames& coding = http::kCodings[i];
    const bool identity = coding.coding == http::Coding::identity;
    forms[i] = identity ? std::move(plain) : root_.open(name + std::string(coding.suffix));
    if (is_temporary(forms[i].error))
      return reply.refuse(503, "The server has no resources to open the file. Try again later.");
    available[i] = is_regular(forms[i]);
  }
  if (available == http::Available{}) return refuse_not_found(reply);
  // Even if identity is sent: a cache must know that other clients may get another coding.
  if (available != http::Available{false, false, true})
    reply.fields.append("Vary: Accept-Encoding\r\n");
  const auto chosen = http::choose_coding(head, available);
  if (!chosen) {
    return reply.refuse(406,
                        "Accept-Encoding allows none of the codings in which the file is stored.");
  }
  const auto index = static_cast<std::size_t>(*chosen);
  send(head, {http::kCodings[index], std::move(forms[index]), media_types_.of(name)},
       cache_control_, reply);
}

}  // namespace tuber::files
