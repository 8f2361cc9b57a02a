// The shortest decimal number that is read back as the same double (Raffaello Giulietti, "The
// Schubfach way to render doubles", 2020). Several times as fast as the std::to_chars of GCC.
#pragma once

#include <cstdint>

namespace tuber::json {

// digits * 10^exponent.
struct Decimal {
  std::uint64_t digits;
  int exponent;
};

// Of all numbers with the fewest digits, the one closest to the value. `digits` may end with zeros.
// REQUIRES: a finite value other than zero. The sign is ignored.
[[nodiscard]] Decimal shortest_decimal(double value);

// Writes a finite value as Python's repr does: 1.0, 1e-07, 1.5e+300. Returns the end. May write
// up to kRealSpace bytes.
[[nodiscard]] char* write_real(double value, char* out);
inline constexpr int kRealSpace = 48;

}  // namespace tuber::json
