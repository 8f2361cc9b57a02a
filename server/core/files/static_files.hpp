// Serves the files of one directory: a board's web page. Must never list a directory, serve a name
// that begins with a dot, or leave the directory (web_root.hpp).
#pragma once

#include <chrono>
#include <filesystem>
#include <string>
#include <string_view>
#include <unordered_map>

#include "files/web_root.hpp"
#include "http/request.hpp"
#include "serve/handler.hpp"

namespace tuber::files {

// Media types by lower-case ending of the file name (".html"). Immutable, so thread-safe.
class MediaTypes {
 public:
  explicit MediaTypes(std::unordered_map<std::string, std::string> by_ending);

  // Returns the Content-Type of a file with that name, with `charset=utf-8` for text;
  // application/octet-stream if the ending is unknown. The view lives as long as this object.
  [[nodiscard]] std::string_view of(std::string_view file_name) const;

 private:
  std::unordered_map<std::string, std::string> by_ending_;
};

// Thread-safe: serve() is const and keeps nothing between requests. Must outlive the replies that
// it filled, whose content_type it owns.
//
// A file may be stored compressed, as FILE.br or FILE.gz, in addition or instead; the client gets
// the form that it prefers. A symbolic link is followed if it is relative and stays inside the
// root, even if it leads to a hidden file; any other link is treated as absent.
class StaticFiles {
 public:
  // `max_age`: how long a cache may use a file without asking again. `media_types` maps ".html" to
  // "text/html". Throws std::system_error if `root` is not a directory.
  StaticFiles(const std::filesystem::path& root, std::chrono::seconds max_age,
              std::unordered_map<std::string, std::string> media_types);

  // Fills `reply` with a file or with the reason why there is none. REQUIRES: `reply` is cleared.
  void serve(const http::RequestHead& head, serve::Reply& reply) const;

 private:
  void serve_file(const http::RequestHead& head, const std::string& name, Opened plain,
                  serve::Reply& reply) const;

  WebRoot root_;
  MediaTypes media_types_;
  std::string cache_control_;  // a complete header line
};

}  // namespace tuber::files
