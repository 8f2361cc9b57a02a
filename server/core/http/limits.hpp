// Every limit the core puts on a peer, each with its reason. The Python twin of the wire limits is
// tuber/protocol.py; a test compares the two.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <limits>

namespace tuber::http {

struct Limits {
  // A request line longer than this is an attack or a mistake: our targets are "/tuber" or a file.
  std::size_t request_line = 8 * 1024;
  // Room for cookies and proxies' fields, small enough that 10,000 half-sent heads are harmless.
  std::size_t head = 32 * 1024;
  std::size_t fields = 100;
  // The largest array a method is likely to take in one call.
  std::uint64_t body = 64 * 1024 * 1024;
  // A connection costs a descriptor and some hundred bytes. Well above what a crate of boards and
  // their clients need; a process gets fewer when it may have fewer descriptors.
  std::size_t connections = 16'384;
  // Many users come through one gateway, so nothing is right for all; for networks of strangers.
  std::size_t connections_per_address = std::numeric_limits<std::size_t>::max();
  // Each call holds a thread until its reply has been read. More at once than this is a method that
  // hangs, and clients that come again and again: they are told so at once.
  std::size_t calls = 1'024;
  // The calls of one batch: some seconds' work, and replies that fit into memory.
  std::size_t batch_calls = 10'000;
  // A reply is kept in memory until its client has read it. Nobody waits for more in one piece.
  std::uint64_t reply = 1024 * 1024 * 1024;
  // Size lines and extensions of chunks; only clients' libraries write them, and they are short.
  std::size_t chunk_line = 256;

  // For the complete head: a client that sends nothing, or one byte now and then, keeps a worker no
  // longer than this.
  std::chrono::milliseconds head_timeout{10'000};
  // For the next bytes of a body, or of a reply that is read: a peer without progress is gone.
  std::chrono::milliseconds stall_timeout{30'000};
  // Bytes per second of a body, over each upload_rate_window: the body's memory is held that long.
  // Slower than any link in use.
  std::uint64_t min_upload_rate = 16 * 1024;
  std::chrono::milliseconds upload_rate_window{10'000};
  // Bytes per second at which a client reads a reply, over each stall_timeout. Reading holds a
  // worker, and would do so for ever if single bytes were enough. Below any link in use.
  std::uint64_t min_download_rate = 1024;
  // A parked connection costs little, but not nothing: notebooks are left open over night.
  std::chrono::milliseconds idle_timeout{3'600'000};
};

}  // namespace tuber::http
