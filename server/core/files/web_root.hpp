// The directory whose files are served. Must never open anything outside of it, for any name, with
// any symbolic links, and with renames at the same time.
#pragma once

#include <sys/stat.h>

#include <filesystem>
#include <string_view>

#include "base/descriptor.hpp"

namespace tuber::files {

// The result of opening a name: a file or directory, or an errno. Move-only.
struct Opened {
  base::Descriptor file;
  int error = 0;
  struct stat status{};  // of an open `file`
};

// The way to open a file below the root. `kernel` is openat2(2) of Linux 5.6; `steps` is one
// openat(2) per component and works everywhere. Both follow relative symbolic links that stay
// inside the root, and refuse all others.
enum class Resolver { kernel, steps };

// Immutable, so thread-safe. The directory is opened again for each file, so a site whose directory
// is replaced (by a build) is served without a restart.
class WebRoot {
 public:
  // Throws std::system_error if `directory` is not one. `resolver` is for tests: `kernel` falls
  // back to `steps` if the kernel has no openat2 or a sandbox forbids it.
  explicit WebRoot(const std::filesystem::path& directory, Resolver resolver = Resolver::kernel);

  // Opens `name`, relative to the root, for reading; the empty name is the root. Never blocks on a
  // FIFO or a device. REQUIRES: no NUL in `name`.
  [[nodiscard]] Opened open(std::string_view name) const;

 private:
  std::filesystem::path directory_;
  Resolver resolver_;
};

}  // namespace tuber::files
