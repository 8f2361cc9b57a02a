// The directory whose files are served, and the one way to open something in it. Must never open
// anything outside, whatever the name says and whatever symbolic links and renames happen
// meanwhile.
#pragma once

#include <sys/stat.h>

#include <filesystem>
#include <string_view>

#include "base/descriptor.hpp"

namespace tuber::files {

// What came of opening a name: a file or directory, or the errno that says why not. Move-only.
struct Opened {
  base::Descriptor file;
  int error = 0;
  struct stat status{};  // of `file`, when present
};

// Who walks from the root to the file. `kernel` is openat2(2) of Linux 5.6; `steps` is one
// openat(2) for each component and works everywhere. Both follow relative symbolic links that stay
// inside the root and refuse every other one.
enum class Resolver { kernel, steps };

// Thread-safe: has no state but its name. The directory is opened anew for each file, so a site
// that is replaced as a whole (a build that makes the directory again) is served without a restart.
class WebRoot {
 public:
  // Throws std::system_error when `directory` is none. `resolver` is for tests: `kernel` turns to
  // `steps` by itself where the kernel has no openat2 or a sandbox forbids it.
  explicit WebRoot(const std::filesystem::path& directory, Resolver resolver = Resolver::kernel);

  // Opens `name`, relative to the root, for reading; the empty name is the root. Never blocks on a
  // FIFO or a device. REQUIRES: no NUL in `name`.
  [[nodiscard]] Opened open(std::string_view name) const;

 private:
  std::filesystem::path directory_;
  Resolver resolver_;
};

}  // namespace tuber::files
