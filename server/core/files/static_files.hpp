// Serves the files of one directory: a board's web page. Must never list a directory, never serve
// what begins with a dot, and never leave the directory (web_root.hpp).
#pragma once

#include <chrono>
#include <filesystem>
#include <string>
#include <unordered_map>

#include "files/media_types.hpp"
#include "files/web_root.hpp"
#include "http/request.hpp"
#include "serve/handler.hpp"

namespace tuber::files {

// Thread-safe: serve() is const and keeps nothing between requests. Must outlive the replies it
// filled, whose content_type it owns.
//
// A file may be kept compressed beside itself or instead of itself, as FILE.br or FILE.gz; the
// client gets the form it likes best. A symbolic link is followed when it is relative and stays
// inside the root, also when it leads to a hidden file; any other names nothing.
class StaticFiles {
 public:
  // `max_age` is how long a cache may use a file without asking again. `media_types` maps ".html"
  // to "text/html". Throws std::system_error when `root` is not a directory.
  StaticFiles(const std::filesystem::path& root, std::chrono::seconds max_age,
              std::unordered_map<std::string, std::string> media_types);

  // Fills `reply` with a file or with the status that says why there is none. REQUIRES: `reply` is
  // cleared.
  void serve(const http::RequestHead& head, serve::Reply& reply) const;

 private:
  void serve_file(const http::RequestHead& head, const std::string& name, Opened plain,
                  serve::Reply& reply) const;

  WebRoot root_;
  MediaTypes media_types_;
  std::string cache_control_;  // a complete header line
};

}  // namespace tuber::files
