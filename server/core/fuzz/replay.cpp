// Runs a fuzz target without libFuzzer, on its seeds and on a fixed sequence of mutations, so that
// every test run includes a short fuzzing run.
//
// Usage: replay RUNS SEED_FOLDER
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

std::string read(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

void run(const std::string& input) {
  LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(input.data()), input.size());
}

// Changes, inserts, removes or repeats a piece. Prefers bytes with a meaning in HTTP.
void mutate(std::string& input, std::mt19937& random) {
  static constexpr char kSpecialBytes[] = "\r\n:;, \t0aF%\0\x7f\xff/=\"";
  const auto below = [&](std::size_t limit) { return random() % limit; };
  const std::size_t at = below(input.size() + 1);
  const char byte =
      below(2) == 0 ? kSpecialBytes[below(sizeof kSpecialBytes)] : static_cast<char>(random());
  switch (below(4)) {
    case 0:
      if (at < input.size()) input[at] = byte;
      break;
    case 1:
      input.insert(at, 1, byte);
      break;
    case 2:
      input.erase(at, 1 + below(8));
      break;
    default:
      input.insert(at, input.substr(at, 1 + below(32)));
  }
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 3) return std::fprintf(stderr, "usage: replay RUNS SEED_FOLDER\n"), 2;
  std::vector<std::string> seeds{""};
  for (const auto& entry : std::filesystem::directory_iterator(arguments[2]))
    seeds.push_back(read(entry.path()));
  for (const std::string& seed : seeds) run(seed);

  std::mt19937 random(20260101);  // a fixed seed: the same mutations each time
  for (int left = std::stoi(arguments[1]); left > 0; --left) {
    std::string input = seeds[random() % seeds.size()];
    for (std::size_t changes = 1 + random() % 4; changes > 0; --changes) mutate(input, random);
    run(input);
  }
  return 0;
}
