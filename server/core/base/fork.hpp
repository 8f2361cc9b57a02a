// Tells a thread whether it has become that of a forked child, and what such a child must not have.
#pragma once

namespace tuber::base {

// A number that is another one in every process that is forked from here. Costs a read of memory.
[[nodiscard]] unsigned process_number();

// Closes the descriptor in each process that is forked from here, before any of its own code runs.
// REQUIRES: called for one descriptor, at most.
void close_in_children(int descriptor);

}  // namespace tuber::base
