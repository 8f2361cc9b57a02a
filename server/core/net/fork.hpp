// Tells a thread whether it has become that of a forked child.
#pragma once

namespace tuber::net {

// A number that is another one in every process that is forked from here. Costs a read of memory.
[[nodiscard]] unsigned process_number();

}  // namespace tuber::net
