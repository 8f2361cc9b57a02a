// The Content-Type of a file, by its name. The table itself comes from whoever starts the server.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>

namespace tuber::files {

// Media types by lower-case file name ending (".html"). Thread-safe: never changes once made.
class MediaTypes {
 public:
  explicit MediaTypes(std::unordered_map<std::string, std::string> by_ending);

  // For a file of that name, with `charset=utf-8` where it is text. The view lives as long as this
  // object; a name without a known ending is application/octet-stream.
  [[nodiscard]] std::string_view of(std::string_view file_name) const;

 private:
  std::unordered_map<std::string, std::string> by_ending_;
};

}  // namespace tuber::files
