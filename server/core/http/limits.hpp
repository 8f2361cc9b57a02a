// Every limit for a peer, each with its reason. The Python twin of the wire limits is
// tuber/protocol; a test compares the two.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <limits>

namespace tuber::http {

struct Limits {
  // A request line longer than this is an attack or a mistake: our targets are "/tuber" or a file.
  std::size_t request_line = 8 * 1024;
  // For cookies and the fields of proxies; small enough that 10,000 half-sent heads are harmless.
  std::size_t head = 32 * 1024;
  std::size_t fields = 100;
  // The largest array a method is likely to take in one call.
  std::uint64_t body = 64 * 1024 * 1024;
  // A connection costs a descriptor and some hundred bytes. Well above what a crate of boards and
  // their clients need. Lowered to the number of descriptors that the process may have.
  std::size_t connections = 16'384;
  // For untrusted networks. No default: many users may share one gateway.
  std::size_t connections_per_address = std::numeric_limits<std::size_t>::max();
  // Each call holds a thread until its reply is sent. More at once than this means that a method
  // hangs and clients retry; they get 503 at once.
  std::size_t calls = 1'024;
  // The calls of one batch: some seconds of work, and replies that fit into memory.
  std::size_t batch_calls = 10'000;
  // A reply is kept in memory until its client has read it. Larger values should be split.
  std::uint64_t reply = 1024 * 1024 * 1024;
  // Size lines and extensions of chunks. Client libraries write short ones.
  std::size_t chunk_line = 256;

  // For the complete head, however slowly its bytes come: a silent or trickling peer keeps a worker
  // thread no longer than this.
  std::chrono::milliseconds head_time{10'000};
  // For the next bytes of a body or of a reply's reading: a peer that stands still is gone.
  std::chrono::milliseconds stall_time{30'000};
  // Bytes a second of a body, over each body_time: the memory it fills is held for so long. Slower
  // than any link in use.
  std::uint64_t body_rate = 16 * 1024;
  std::chrono::milliseconds body_time{10'000};
  // Bytes a second that the reader of a reply takes, over each stall_time: it holds a worker,
  // and would for ever if a byte now and then were enough. Below any link in use.
  std::uint64_t reply_rate = 1024;
  // A parked connection costs little, but not nothing: notebooks are left open over night.
  std::chrono::milliseconds idle_time{3'600'000};
};

}  // namespace tuber::http
