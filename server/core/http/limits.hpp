// Every limit that the core imposes on a peer, each with its reason. The limits of the wire are
// repeated in tuber/protocol; a test compares them.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <limits>

namespace tuber::http {

struct Limits {
  // Bytes. Targets are "/tuber" or a file; a longer request line is an attack or a mistake.
  std::size_t request_line = 8 * 1024;
  // Bytes. Large enough for cookies and the fields of proxies, small enough that 10,000 incomplete
  // heads are harmless.
  std::size_t head = 32 * 1024;
  std::size_t fields = 100;
  // Bytes. The largest array that a method is likely to accept in one call.
  std::uint64_t body = 64 * 1024 * 1024;
  // A connection costs a descriptor and some hundred bytes. Well above the needs of a crate of
  // boards and their clients. A process with fewer descriptors gets a lower limit.
  std::size_t connections = 16'384;
  // Unlimited, because many users may share one gateway. For networks with unknown clients.
  std::size_t connections_per_address = std::numeric_limits<std::size_t>::max();
  // Each call holds a thread until the client has read its reply. More calls at once usually mean
  // that a method hangs while clients keep retrying. Further calls fail immediately.
  std::size_t calls = 1'024;
  // Suspended requests hold a connection and up to 100 kB, but no thread. Enough for a crowd that
  // follows an instrument; more are refused at once.
  std::size_t waiting = 10'000;
  std::size_t waiting_per_address = std::numeric_limits<std::size_t>::max();
  // Calls in one batch: some seconds of work, and replies that fit into memory.
  std::size_t batch_calls = 10'000;
  // Bytes. A reply is kept in memory until its client has read it.
  std::uint64_t reply = 1024 * 1024 * 1024;
  // Bytes that the values of a request may take in addition to three times its body; an array that
  // is used in place counts nothing. Room for a million containers, which take one byte each in a
  // body. The process has other work to do with its memory.
  std::uint64_t value_memory = 256 * 1024 * 1024;
  // Size lines and extensions of chunks; only clients' libraries write them, and they are short.
  std::size_t chunk_line = 256;

  // For the complete head. A client that sends nothing, or one byte now and then, cannot hold a
  // worker longer than this.
  std::chrono::milliseconds head_timeout{10'000};
  // For the next bytes of a body or a reply. A peer without progress is assumed to be gone.
  std::chrono::milliseconds stall_timeout{30'000};
  // Bytes per second of a body, on average over each upload_rate_window. It limits how long a slow
  // body can hold memory. Slower than any link in use.
  std::uint64_t min_upload_rate = 16 * 1024;
  std::chrono::milliseconds upload_rate_window{10'000};
  // Bytes per second at which a client reads a reply, over each stall_timeout. Reading holds a
  // worker; without this rate, single bytes could hold it without end. Below any link in use.
  std::uint64_t min_download_rate = 1024;
  // An idle connection costs little memory, and notebooks are left open overnight.
  std::chrono::milliseconds idle_timeout{3'600'000};
};

}  // namespace tuber::http
