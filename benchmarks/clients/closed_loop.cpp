// Load: every connection posts one request, waits for its reply and posts the next one, for a set
// time. Few threads serve all connections through epoll, so that the client takes less of the
// machine than the server does; its share is told. Must never hide a wait: a reply that is still
// missing when the time is over is waited for and counted, and so is one that never comes.
//
// Usage: closed_loop PORT CONNECTIONS SECONDS BODY [NAME=VALUE ...]
//   threads=1        of this client, at most one for each connection
//   warm_up=0.2      seconds before the time that counts
//   patience=10      seconds to connect, and to wait for the last replies
//   accept=application/json
//
// Prints one map in JSON. Times are microseconds from before send() to after the recv() that ended
// the reply; they are kept in buckets 3 % wide, the longest one exactly. The rate counts the replies
// that came within the time. The exit status is 1 when a connection could not be made.
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <latch>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::nanoseconds;

nanoseconds from_seconds(double seconds) {
  return std::chrono::duration_cast<nanoseconds>(std::chrono::duration<double>(seconds));
}

struct Options {
  std::uint16_t port;
  std::size_t connections;
  nanoseconds duration;
  std::string body;
  std::size_t threads = 1;
  nanoseconds warm_up = from_seconds(0.2);
  nanoseconds patience = from_seconds(10);
  std::string accept = "application/json";

  [[nodiscard]] std::string request() const {
    return "POST /tuber HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nAccept: " +
           accept + "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
  }
};

// Counts of times in buckets that widen with the time: 32 to each doubling.
class Histogram {
 public:
  void add(nanoseconds time) {
    const auto count = static_cast<std::uint64_t>(std::max<nanoseconds::rep>(time.count(), 1));
    ++buckets_[std::min(bucket_of(count), buckets_.size() - 1)];
  }

  void add(const Histogram& other) {
    for (std::size_t i = 0; i < buckets_.size(); ++i) buckets_[i] += other.buckets_[i];
  }

  // The time, in ns, that this share of all times does not exceed; the middle of its bucket.
  [[nodiscard]] double quantile(double share) const {
    std::uint64_t all = 0;
    for (const std::uint32_t count : buckets_) all += count;
    const auto wanted = static_cast<std::uint64_t>(share * static_cast<double>(all));
    std::uint64_t passed = 0;
    for (std::size_t i = 0; i < buckets_.size(); ++i) {
      passed += buckets_[i];
      if (passed > wanted || (passed == all && all > 0)) {
        return (lower_end(i) + lower_end(i + 1)) / 2;
      }
    }
    return 0;
  }

 private:
  static constexpr std::size_t kBits = 5;
  static constexpr std::size_t kSteps = std::size_t{1} << kBits;
  static constexpr std::size_t kDoublings = 36;  // to a minute and beyond

  static std::size_t bucket_of(std::uint64_t count) {
    if (count < kSteps) return count;
    const auto shift = static_cast<std::size_t>(std::bit_width(count)) - kBits - 1;
    return kSteps * shift + (count >> shift);
  }

  static double lower_end(std::size_t bucket) {
    if (bucket < kSteps) return static_cast<double>(bucket);
    const std::size_t shift = bucket / kSteps - 1;
    return static_cast<double>((kSteps + bucket % kSteps) << shift);
  }

  std::array<std::uint32_t, kSteps * kDoublings> buckets_{};
};

struct Connection {
  int socket = -1;
  bool awaits = false;  // a reply
  Clock::time_point sent;
  std::string received;
  std::uint64_t replies = 0;
  std::uint64_t calls = 0;  // answered within the time that counts
  nanoseconds longest{0};
  Histogram times;
};

struct Reply {
  int status;
  std::size_t size;  // head and body
};

// The first reply in `received`, when it is complete.
std::optional<Reply> complete_reply(std::string_view received) {
  constexpr std::string_view kEndOfHead = "\r\n\r\n";
  constexpr std::string_view kLength = "\r\ncontent-length:";
  constexpr std::size_t kStatusAt = 9;  // behind "HTTP/1.1 "
  const std::size_t end = received.find(kEndOfHead);
  if (end == std::string_view::npos) return std::nullopt;
  std::size_t size = end + kEndOfHead.size();
  for (std::size_t at = received.find('\r'); at < end; at = received.find('\r', at + 1)) {
    if (::strncasecmp(received.data() + at, kLength.data(), kLength.size()) == 0) {
      size += std::strtoul(received.data() + at + kLength.size(), nullptr, 10);
    }
  }
  if (received.size() < size) return std::nullopt;
  return Reply{std::atoi(received.data() + kStatusAt), size};
}

// Some connections and the thread that serves them.
class Loop {
 public:
  Loop(const Options& options, std::size_t connections)
      : options_(options),
        request_(options.request()),
        queue_(::epoll_create1(0)),
        connections_(connections) {}
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;
  ~Loop() {
    for (const Connection& connection : connections_) ::close(connection.socket);
    ::close(queue_);
  }

  void run(std::latch& all_connected) {
    connect_all();
    all_connected.arrive_and_wait();
    if (unconnected == 0) exchange();
  }

  [[nodiscard]] std::span<const Connection> connections() const { return connections_; }

  std::size_t unconnected = 0;
  std::size_t unanswered = 0;  // connections whose last reply did not come
  std::size_t lost = 0;        // connections that the server closed
  std::size_t refused = 0;     // replies with another status than 200
  nanoseconds processor_time{0};

 private:
  void connect_all() {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(options_.port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    for (std::size_t i = 0; i < connections_.size(); ++i) {
      const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
      const int yes = 1;
      ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
      ::connect(socket, reinterpret_cast<sockaddr*>(&address), sizeof address);
      connections_[i].socket = socket;
      watch(EPOLL_CTL_ADD, i, EPOLLOUT);
    }
    unconnected = connections_.size();
    const Clock::time_point deadline = Clock::now() + options_.patience;
    while (unconnected > 0 && Clock::now() < deadline) {
      for (const std::size_t i : ready_until(deadline)) {
        int error = 0;
        socklen_t size = sizeof error;
        ::getsockopt(connections_[i].socket, SOL_SOCKET, SO_ERROR, &error, &size);
        if (error != 0) return;
        watch(EPOLL_CTL_MOD, i, EPOLLIN);
        --unconnected;
      }
    }
  }

  void exchange() {
    begin_ = Clock::now() + options_.warm_up;
    end_ = begin_ + options_.duration;
    nanoseconds used_before = thread_time();
    bool warm = false;
    for (Connection& connection : connections_) send(connection);
    while (open_ > 0) {
      const Clock::time_point now = Clock::now();
      if (!warm && now >= begin_) {
        warm = true;
        used_before = thread_time();
      }
      if (now >= end_) break;
      for (const std::size_t i : ready_until(end_)) receive(connections_[i]);
    }
    processor_time = thread_time() - used_before;
    await_the_last();
  }

  void await_the_last() {
    const Clock::time_point deadline = Clock::now() + options_.patience;
    while (open_ > 0 && Clock::now() < deadline) {
      for (const std::size_t i : ready_until(deadline)) receive(connections_[i]);
    }
    for (Connection& connection : connections_) {
      if (!connection.awaits) continue;
      ++unanswered;
      note_time(connection, Clock::now() - connection.sent);
    }
  }

  void send(Connection& connection) {
    connection.sent = Clock::now();
    connection.awaits = true;
    ++open_;
    const ssize_t count = ::send(connection.socket, request_.data(), request_.size(), MSG_NOSIGNAL);
    // A request of ours fits into the empty buffer of a socket.
    if (count != static_cast<ssize_t>(request_.size())) lose(connection);
  }

  void receive(Connection& connection) {
    std::array<char, 65536> bytes;
    const ssize_t count = ::recv(connection.socket, bytes.data(), bytes.size(), 0);
    const Clock::time_point now = Clock::now();
    if (count < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (count <= 0) return lose(connection);
    connection.received.append(bytes.data(), static_cast<std::size_t>(count));
    const std::optional<Reply> reply = complete_reply(connection.received);
    if (!reply) return;
    connection.received.erase(0, reply->size);
    connection.awaits = false;
    --open_;
    ++connection.replies;
    if (reply->status != 200) ++refused;
    if (now >= begin_) note_time(connection, now - connection.sent);
    if (now >= begin_ && now < end_) ++connection.calls;
    if (now < end_) send(connection);
  }

  void lose(Connection& connection) {
    ++lost;
    --open_;
    connection.awaits = false;
    ::epoll_ctl(queue_, EPOLL_CTL_DEL, connection.socket, nullptr);
  }

  static void note_time(Connection& connection, nanoseconds time) {
    connection.times.add(time);
    connection.longest = std::max(connection.longest, time);
  }

  void watch(int operation, std::size_t connection, std::uint32_t events) {
    epoll_event event{};
    event.events = events;
    event.data.u64 = connection;
    ::epoll_ctl(queue_, operation, connections_[connection].socket, &event);
  }

  // The connections on which something happened; none when the time is over.
  const std::vector<std::size_t>& ready_until(Clock::time_point deadline) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now());
    const int count = ::epoll_wait(queue_, events_.data(), static_cast<int>(events_.size()),
                                   static_cast<int>(std::max<nanoseconds::rep>(left.count(), 0)));
    ready_.clear();
    for (int i = 0; i < count; ++i) ready_.push_back(events_[static_cast<std::size_t>(i)].data.u64);
    return ready_;
  }

  static nanoseconds thread_time() {
    timespec time{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return std::chrono::seconds(time.tv_sec) + nanoseconds(time.tv_nsec);
  }

  const Options& options_;
  const std::string request_;
  const int queue_;
  std::vector<Connection> connections_;
  std::size_t open_ = 0;  // requests without a reply yet
  Clock::time_point begin_;
  Clock::time_point end_;
  std::array<epoll_event, 256> events_{};
  std::vector<std::size_t> ready_;
};

Options options_from(int argc, char** argv) {
  Options options{static_cast<std::uint16_t>(std::atoi(argv[1])),
                  std::strtoul(argv[2], nullptr, 10), from_seconds(std::atof(argv[3])), argv[4]};
  for (int i = 5; i < argc; ++i) {
    const std::string_view argument = argv[i];
    const std::size_t equals = std::min(argument.find('='), argument.size() - 1);
    const std::string_view name = argument.substr(0, equals);
    const std::string value(argument.substr(equals + 1));
    if (name == "threads") {
      options.threads = std::strtoul(value.c_str(), nullptr, 10);
    } else if (name == "warm_up") {
      options.warm_up = from_seconds(std::atof(value.c_str()));
    } else if (name == "patience") {
      options.patience = from_seconds(std::atof(value.c_str()));
    } else if (name == "accept") {
      options.accept = value;
    } else {
      std::fprintf(stderr, "closed_loop: unknown option %s\n", argv[i]);
      std::exit(2);
    }
  }
  options.connections = std::max<std::size_t>(options.connections, 1);
  options.threads = std::clamp<std::size_t>(options.threads, 1, options.connections);
  return options;
}

struct Sums {
  Histogram times;
  nanoseconds longest{0};
  std::uint64_t replies = 0;
  std::uint64_t calls = 0;
  std::uint64_t least = UINT64_MAX;
  std::uint64_t most = 0;
  double worst_p99 = 0;  // of a single connection, ns
  std::size_t unconnected = 0, unanswered = 0, lost = 0, refused = 0;
  nanoseconds processor_time{0};

  void add(const Loop& loop) {
    unconnected += loop.unconnected;
    unanswered += loop.unanswered;
    lost += loop.lost;
    refused += loop.refused;
    processor_time += loop.processor_time;
    for (const Connection& connection : loop.connections()) {
      times.add(connection.times);
      longest = std::max(longest, connection.longest);
      replies += connection.replies;
      calls += connection.calls;
      least = std::min(least, connection.calls);
      most = std::max(most, connection.calls);
      worst_p99 = std::max(worst_p99, connection.times.quantile(0.99));
    }
  }
};

void print(const Options& options, const Sums& sums) {
  const double seconds = std::chrono::duration<double>(options.duration).count();
  const auto microseconds = [&](double share) { return sums.times.quantile(share) / 1e3; };
  std::printf("{\"connections\": %zu, \"threads\": %zu, \"seconds\": %g, ", options.connections,
              options.threads, seconds);
  std::printf("\"replies\": %llu, \"calls\": %llu, \"calls_per_second\": %.1f, ",
              static_cast<unsigned long long>(sums.replies),
              static_cast<unsigned long long>(sums.calls),
              static_cast<double>(sums.calls) / seconds);
  std::printf("\"p50\": %.1f, \"p90\": %.1f, \"p99\": %.1f, \"p99.9\": %.1f, \"max\": %.1f, ",
              microseconds(0.5), microseconds(0.9), microseconds(0.99), microseconds(0.999),
              static_cast<double>(sums.longest.count()) / 1e3);
  std::printf("\"worst_connection_p99\": %.1f, ", sums.worst_p99 / 1e3);
  std::printf("\"least_calls\": %llu, \"most_calls\": %llu, ",
              static_cast<unsigned long long>(sums.least),
              static_cast<unsigned long long>(sums.most));
  std::printf("\"unconnected\": %zu, \"unanswered\": %zu, \"lost\": %zu, \"refused\": %zu, ",
              sums.unconnected, sums.unanswered, sums.lost, sums.refused);
  std::printf("\"busy\": %.3f}\n",
              std::chrono::duration<double>(sums.processor_time).count() / seconds);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 5) {
    std::fprintf(stderr, "usage: closed_loop PORT CONNECTIONS SECONDS BODY [NAME=VALUE ...]\n");
    return 2;
  }
  const Options options = options_from(argc, argv);
  std::latch all_connected(static_cast<std::ptrdiff_t>(options.threads));
  std::vector<std::unique_ptr<Loop>> loops;
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < options.threads; ++i) {
    const std::size_t share =
        options.connections / options.threads + (i < options.connections % options.threads);
    loops.push_back(std::make_unique<Loop>(options, share));
    threads.emplace_back([&loop = *loops.back(), &all_connected] { loop.run(all_connected); });
  }
  for (std::thread& thread : threads) thread.join();
  Sums sums;
  for (const auto& loop : loops) sums.add(*loop);
  print(options, sums);
  return sums.unconnected == 0 ? 0 : 1;
}
