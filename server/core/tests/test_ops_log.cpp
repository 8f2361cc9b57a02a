// The log lines for the operator.
#include <doctest/doctest.h>
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <string>
#include <thread>

#include "net_server.hpp"
#include "ops/log.hpp"

using tuber::base::Descriptor;
using tuber::io::Peer;
using tuber::ops::Log;
using tuber::ops::LogOptions;

namespace {

struct Pipe {
  Descriptor reader;
  Descriptor writer;
  Pipe() {
    std::array<int, 2> ends{};
    REQUIRE(::pipe(ends.data()) == 0);
    reader = Descriptor(ends[0]);
    writer = Descriptor(ends[1]);
    ::fcntl(reader.get(), F_SETFL, O_NONBLOCK);
  }
  [[nodiscard]] std::string read() const {
    std::string text(1 << 20, '\0');
    const ssize_t count = ::read(reader.get(), text.data(), text.size());
    text.resize(count > 0 ? static_cast<std::size_t>(count) : 0);
    return text;
  }
};

std::size_t lines(const std::string& text) {
  return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

}  // namespace

TEST_CASE("a refused request is one line, whatever the peer sent") {
  const Pipe pipe;
  Log log({}, pipe.writer.get());
  log.refused(Peer(), 400, "GET /\x1b[2J\"", "bare LF\nand more");
  CHECK(pipe.read().substr(24) ==
        " tuberd: refused from=unix status=400 request=\"GET /?[2J\\\"\" reason=\"bare LF\"\n");
}

TEST_CASE("each format and level has its lines") {
  const Pipe pipe;
  LogOptions options;
  options.format = LogOptions::Format::json;
  Log warning(options, pipe.writer.get());
  warning.failed(Peer(), "board.read()", "ValueError: no", "");
  warning.answered(Peer(), 200, "POST /tuber", 7, std::chrono::milliseconds(2));
  CHECK(pipe.read().empty());
  options.level = LogOptions::Level::info;
  options.access = true;
  Log all(options, pipe.writer.get());
  all.failed(Peer(), "board.read()", "ValueError: no", "");
  CHECK(pipe.read().substr(33) ==
        "\",\"event\":\"failed\",\"from\":\"unix\",\"call\":\"board.read()\","
        "\"message\":\"ValueError: no\"}\n");
  all.failed(Peer(), "board.read()", "ValueError: no", "Traceback:\n  x\x1b\n");
  CHECK(pipe.read().find("\"traceback\":\"Traceback:\\u000a  x?\"}\n") != std::string::npos);
  options.format = LogOptions::Format::text;
  Log(options, pipe.writer.get()).failed(Peer(), "f()", "E", "Traceback:\n  x\n");
  CHECK(pipe.read().find("message=\"E\"\n    Traceback:\n      x\n") != std::string::npos);
  all.answered(Peer(), 200, "POST /tuber", 7, std::chrono::milliseconds(2));
  CHECK(pipe.read().find("\"bytes\":7,\"seconds\":0.002000}\n") != std::string::npos);
  options.level = LogOptions::Level::error;
  Log(options, pipe.writer.get()).refused(Peer(), 400, "", "bare LF");
  CHECK(pipe.read().empty());
}

TEST_CASE("a flood of refusals writes a few lines") {
  const Pipe pipe;
  Log log({}, pipe.writer.get());
  for (int i = 0; i < 1'000; ++i) log.refused(Peer(), 400, "", "bare LF");
  const std::size_t count = lines(pipe.read());
  CHECK(count >= Log::kRefusedPerSecond);
  CHECK(count <= 2 * Log::kRefusedPerSecond);  // a second may have ended meanwhile
}

TEST_CASE("an unread stderr blocks no one, and lines are counted as skipped") {
  const Pipe pipe;
  LogOptions options;
  options.access = true;
  Log log(options, pipe.writer.get());
  for (int i = 0; i < 10'000; ++i) log.answered(Peer(), 200, std::string(200, 'x'), 7, {});
  CHECK_FALSE(pipe.read().empty());
  log.answered(Peer(), 200, "", 7, {});
  CHECK(pipe.read().find(" skipped=") != std::string::npos);
}

TEST_CASE("a pipe that another process fills does not block the log") {
  for (int round = 0; round < 30; ++round) {
    const Pipe pipe;
    LogOptions options;
    options.access = true;
    Log log(options, pipe.writer.get());
    std::atomic<int> busy = 2;
    std::thread printing([&] {  // more than the pipe holds, so it waits
      const std::string text(1000, 'p');
      for (int i = 0; i < 200; ++i)
        static_cast<void>(!::write(pipe.writer.get(), text.data(), 1000));
      --busy;
    });
    std::thread logging([&] {
      for (int i = 0; i < 1000; ++i) log.answered(Peer(), 200, "", 7, {});
      --busy;
    });
    CHECK(tuber::testing::eventually([&] { return busy == 1; }));  // printing still waits
    CHECK(tuber::testing::eventually([&] {
      static_cast<void>(pipe.read());
      return busy == 0;
    }));
    printing.join();
    logging.join();
  }
}
