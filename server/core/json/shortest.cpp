// See shortest.hpp. Names and steps are those of the paper.
#include "json/shortest.hpp"

#include <array>
#include <bit>
#include <cstring>

namespace tuber::json {
namespace {

struct Wide {
  std::uint64_t high;
  std::uint64_t low;
};

Wide multiply(std::uint64_t a, std::uint64_t b) {
#ifdef __SIZEOF_INT128__
  __extension__ using Product = unsigned __int128;
  const Product product = static_cast<Product>(a) * b;
  return {static_cast<std::uint64_t>(product >> 64), static_cast<std::uint64_t>(product)};
#else
  const std::uint64_t a0 = a & 0xffffffff, a1 = a >> 32, b0 = b & 0xffffffff, b1 = b >> 32;
  const std::uint64_t middle = a1 * b0 + (a0 * b0 >> 32);
  const std::uint64_t other = a0 * b1 + (middle & 0xffffffff);
  return {a1 * b1 + (middle >> 32) + (other >> 32), a * b};
#endif
}

constexpr int kMinPower = -292, kMaxPower = 324;

// The powers of ten as 128-bit integers times a power of two, the highest bit set, rounded up.
//
// Each follows from its neighbour by a multiplication or division by ten, with 256 bits. The errors
// of 324 steps stay far below the last bit that is kept; a test compares all powers.
constexpr std::array<Wide, kMaxPower - kMinPower + 1> make_powers() {
  using Limbs = std::array<std::uint32_t, 8>;  // the most significant one first
  constexpr Limbs kOne{0x80000000};
  const auto rounded_up = [](const Limbs& limbs) {
    const auto word = [&](int i) { return std::uint64_t{limbs[i]} << 32 | limbs[i + 1]; };
    Wide wide{word(0), word(2)};
    if ((word(4) | word(6)) != 0 && ++wide.low == 0) ++wide.high;
    return wide;
  };
  std::array<Wide, kMaxPower - kMinPower + 1> powers{};
  powers[-kMinPower] = rounded_up(kOne);
  Limbs limbs = kOne;
  for (int power = 1; power <= kMaxPower; ++power) {
    std::uint64_t carry = 0;
    for (int i = 7; i >= 0; --i) {
      carry += std::uint64_t{limbs[i]} * 10;
      limbs[i] = static_cast<std::uint32_t>(carry);
      carry >>= 32;
    }
    while (carry != 0) {  // shift right until it fits
      for (int i = 7; i > 0; --i) limbs[i] = limbs[i] >> 1 | limbs[i - 1] << 31;
      limbs[0] = limbs[0] >> 1 | static_cast<std::uint32_t>(carry & 1) << 31;
      carry >>= 1;
    }
    powers[power - kMinPower] = rounded_up(limbs);
  }
  limbs = kOne;
  for (int power = -1; power >= kMinPower; --power) {
    std::uint64_t rest = 0;
    for (std::uint32_t& limb : limbs) {
      rest = rest << 32 | limb;
      limb = static_cast<std::uint32_t>(rest / 10);
      rest %= 10;
    }
    // The three or four bits that are shifted in are those of the remainder.
    while (limbs[0] >> 31 == 0) {
      rest *= 2;
      for (int i = 0; i < 7; ++i) limbs[i] = limbs[i] << 1 | limbs[i + 1] >> 31;
      limbs[7] = limbs[7] << 1 | static_cast<std::uint32_t>(rest / 10);
      rest %= 10;
    }
    powers[power - kMinPower] = rounded_up(limbs);
  }
  return powers;
}

constexpr auto kPowers = make_powers();

// floor(log2(10^e)), floor(log10(2^e)) and floor(log10(3/4 * 2^e)), for every e that occurs.
constexpr int floor_log2_of_power_of_10(int e) {
  return (e * 1741647) >> 19;
}
constexpr int floor_log10_of_power_of_2(int e) {
  return (e * 1262611) >> 22;
}
constexpr int floor_log10_of_three_quarters(int e) {
  return (e * 1262611 - 524031) >> 22;
}

std::uint64_t round_to_odd(const Wide& power, std::uint64_t factor) {
  const Wide low = multiply(power.low, factor);
  Wide high = multiply(power.high, factor);
  high.low += low.high;
  high.high += high.low < low.high ? 1 : 0;
  return high.high | (high.low > 1 ? 1 : 0);
}

constexpr int kSignificandBits = 52;
constexpr int kBias = 1023 + kSignificandBits;

constexpr auto kPairs = [] {
  std::array<char, 200> pairs{};
  for (int i = 0; i < 100; ++i) {
    pairs[2 * i] = static_cast<char>('0' + i / 10);
    pairs[2 * i + 1] = static_cast<char>('0' + i % 10);
  }
  return pairs;
}();

void write_pair(std::uint32_t number, char* out) {
  std::memcpy(out, &kPairs[2 * number], 2);
}

void write_8_digits(std::uint32_t number, char* out) {
  const std::uint32_t high = number / 10000, low = number % 10000;
  write_pair(high / 100, out);
  write_pair(high % 100, out + 2);
  write_pair(low / 100, out + 4);
  write_pair(low % 100, out + 6);
}

// Writes 17 digits, with zeros before the number. REQUIRES: number < 10^17.
void write_17_digits(std::uint64_t number, char* out) {
  const auto low = static_cast<std::uint32_t>(number % 100000000);
  const std::uint64_t high = number / 100000000;
  out[0] = static_cast<char>('0' + high / 100000000);
  write_8_digits(static_cast<std::uint32_t>(high % 100000000), out + 1);
  write_8_digits(low, out + 9);
}

// Zeros at the end of 16 digits.
int trailing_zeros(const char* digits) {
  std::array<std::uint64_t, 2> words;
  std::memcpy(words.data(), digits, sizeof(words));
  for (std::uint64_t& word : words) word ^= 0x3030303030303030;
  if constexpr (std::endian::native == std::endian::big) {
    return words[1] != 0 ? std::countr_zero(words[1]) / 8 : 8 + std::countr_zero(words[0]) / 8;
  }
  return words[1] != 0 ? std::countl_zero(words[1]) / 8 : 8 + std::countl_zero(words[0]) / 8;
}

// Copies of a constant size take two instructions, so more is copied than is kept.
constexpr int kCopied = 24;

char* write_exponent(int exponent, char* out) {
  *out++ = 'e';
  *out++ = exponent < 0 ? '-' : '+';
  const auto magnitude = static_cast<std::uint32_t>(exponent < 0 ? -exponent : exponent);
  if (magnitude >= 100) *out++ = static_cast<char>('0' + magnitude / 100);
  write_pair(magnitude % 100, out);
  return out + 2;
}

}  // namespace

Decimal shortest_decimal(double value) {
  const auto bits = std::bit_cast<std::uint64_t>(value);
  const std::uint64_t fraction = bits & ((std::uint64_t{1} << kSignificandBits) - 1);
  const int biased = static_cast<int>(bits >> kSignificandBits & 0x7ff);
  std::uint64_t c = fraction;
  int q = 1 - kBias;
  if (biased != 0) {
    c |= std::uint64_t{1} << kSignificandBits;
    q = biased - kBias;
    // An integer below 2^53 is its own shortest form.
    if (q <= 0 && -q <= kSignificandBits && (c & ((std::uint64_t{1} << -q) - 1)) == 0)
      return {c >> -q, 0};
  }
  const bool is_even = c % 2 == 0;
  const bool lower_is_closer = fraction == 0 && biased > 1;
  const std::uint64_t cbl = 4 * c - 2 + (lower_is_closer ? 1 : 0);
  const int k = lower_is_closer ? floor_log10_of_three_quarters(q) : floor_log10_of_power_of_2(q);
  const int h = q + floor_log2_of_power_of_10(-k) + 1;
  const Wide& power = kPowers[static_cast<std::size_t>(-k - kMinPower)];
  const std::uint64_t vbl = round_to_odd(power, cbl << h);
  const std::uint64_t vb = round_to_odd(power, 4 * c << h);
  const std::uint64_t vbr = round_to_odd(power, (4 * c + 2) << h);
  const std::uint64_t lower = vbl + (is_even ? 0 : 1);
  const std::uint64_t upper = vbr - (is_even ? 0 : 1);
  // Selected without branches: which candidate is taken is as good as random.
  const std::uint64_t s = vb / 4;
  const std::uint64_t tens = s / 10;
  const bool tens_down_is_inside = lower <= 40 * tens;
  const bool tens_up_is_inside = 40 * tens + 40 <= upper;
  const bool down_is_inside = lower <= 4 * s;
  const bool up_is_inside = 4 * s + 4 <= upper;
  const std::uint64_t middle = 4 * s + 2;
  const bool closer_is_up = vb > middle || (vb == middle && s % 2 != 0);
  const bool up = down_is_inside != up_is_inside ? up_is_inside : closer_is_up;
  const std::uint64_t one_less = 10 * (tens + (tens_up_is_inside ? 1 : 0));
  const bool is_one_less = s >= 10 && tens_down_is_inside != tens_up_is_inside;
  return {is_one_less ? one_less : s + (up ? 1 : 0), k};
}

char* write_real(double value, char* out) {
  if (std::bit_cast<std::uint64_t>(value) >> 63 != 0) *out++ = '-';
  if (value == 0) {
    std::memcpy(out, "0.0", 3);
    return out + 3;
  }
  const Decimal decimal = shortest_decimal(value);
  std::array<char, 17 + kCopied> buffer;  // the digits, and what is copied but not kept
  write_17_digits(decimal.digits, buffer.data());
  int first = buffer[0] == '0' ? 1 : 0;
  while (buffer[static_cast<std::size_t>(first)] == '0') ++first;
  const int end = 17 - trailing_zeros(buffer.data() + 1);
  const char* const digits = buffer.data() + first;
  const int count = end - first;
  const int point = decimal.exponent + 17 - first;  // the value is 0.DIGITS * 10^point
  if (point > 16 || point < -3) {
    out[0] = digits[0];
    out[1] = '.';
    std::memcpy(out + 2, digits + 1, kCopied);
    return write_exponent(point - 1, out + (count > 1 ? count + 1 : 1));
  }
  if (point <= 0) {
    std::memcpy(out, "0.000", 5);
    std::memcpy(out + 2 - point, digits, kCopied);
    return out + 2 - point + count;
  }
  std::memcpy(out, digits, kCopied);
  if (point >= count) {
    std::memset(out + count, '0', kCopied);
    std::memcpy(out + point, ".0", 2);
    return out + point + 2;
  }
  out[point] = '.';
  std::memcpy(out + point + 1, digits + point, kCopied);
  return out + count + 1;
}

}  // namespace tuber::json
