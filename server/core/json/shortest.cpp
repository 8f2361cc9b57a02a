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

// A number of 192 bits, the most significant word first.
struct Product {
  std::uint64_t high, middle, low;

  [[nodiscard]] std::uint64_t rounded_to_odd() const { return high | (middle > 1 ? 1 : 0); }
};

Product multiply(const Wide& power, std::uint64_t factor) {
  const Wide low = multiply(power.low, factor);
  const Wide high = multiply(power.high, factor);
  const std::uint64_t middle = high.low + low.high;
  return {high.high + (middle < low.high ? 1 : 0), middle, low.low};
}

Product shift_left(const Wide& power, int count) {  // by 1 to 63
  return {power.high >> (64 - count), power.high << count | power.low >> (64 - count),
          power.low << count};
}

Product add(const Product& a, const Product& b) {
  const std::uint64_t low = a.low + b.low;
  const std::uint64_t middle = a.middle + b.middle;
  const std::uint64_t with_carry = middle + (low < a.low ? 1 : 0);
  const std::uint64_t carry = (middle < a.middle ? 1 : 0) + (with_carry < middle ? 1 : 0);
  return {a.high + b.high + carry, with_carry, low};
}

Product subtract(const Product& a, const Product& b) {
  const std::uint64_t middle = a.middle - b.middle;
  const std::uint64_t borrow = a.low < b.low ? 1 : 0;
  const std::uint64_t carry = (a.middle < b.middle ? 1 : 0) + (middle < borrow ? 1 : 0);
  return {a.high - b.high - carry, middle - borrow, a.low - b.low};
}

constexpr int kSignificandBits = 52;
constexpr int kBias = 1023 + kSignificandBits;

// The decimal digits of a number below 10^8 as bytes, the first one in the lowest byte.
std::uint64_t eight_digits(std::uint32_t number) {
  std::uint64_t parts = number / 10000 | static_cast<std::uint64_t>(number % 10000) << 32;
  std::uint64_t quotients = (parts * 10486 >> 20) & 0x0000007f0000007f;  // by 100
  parts = quotients | (parts - quotients * 100) << 16;
  quotients = (parts * 103 >> 10) & 0x000f000f000f000f;  // by 10
  return quotients | (parts - quotients * 10) << 8;
}

// Up to 17 digits as bytes, in words. Zeros follow the number.
struct Digits {
  std::uint64_t first, second, third;
  int count;  // without zeros at the end
};

// REQUIRES: 0 < number < 10^17. Returns the digits of the number and the number of zeros before it.
Digits digits_of(std::uint64_t number, int& zeros) {
  const std::uint64_t high = number / 100'000'000;
  const std::uint64_t lead = high / 100'000'000;
  const std::uint64_t a = eight_digits(static_cast<std::uint32_t>(high % 100'000'000));
  const std::uint64_t b = eight_digits(static_cast<std::uint32_t>(number % 100'000'000));
  Digits digits{lead | a << 8, a >> 56 | b << 8, b >> 56, 0};
  zeros = 0;
  while ((digits.first & 0xff) == 0) {  // once for half of all numbers, more for small ones
    const int bits = digits.first == 0 ? 56 : std::countr_zero(digits.first) / 8 * 8;
    zeros += bits / 8;
    digits.first = digits.first >> bits | digits.second << (64 - bits);
    digits.second = digits.second >> bits | digits.third << (64 - bits);
    digits.third = 0;
  }
  digits.count = digits.third != 0    ? 17
                 : digits.second != 0 ? 16 - std::countl_zero(digits.second) / 8
                                      : 8 - std::countl_zero(digits.first) / 8;
  return digits;
}

void store(std::uint64_t bytes, char* out) {
  if constexpr (std::endian::native == std::endian::big) {
    for (int i = 0; i < 8; ++i) out[i] = static_cast<char>(bytes >> (8 * i));
  } else {
    std::memcpy(out, &bytes, 8);
  }
}

constexpr std::uint64_t kZeros = 0x3030303030303030;

void store(const Digits& digits, char* out) {
  store(digits.first | kZeros, out);
  store(digits.second | kZeros, out + 8);
  out[16] = static_cast<char>('0' + digits.third);
}

char* write_exponent(int exponent, char* out) {
  *out++ = 'e';
  *out++ = exponent < 0 ? '-' : '+';
  const int magnitude = exponent < 0 ? -exponent : exponent;
  if (magnitude >= 100) *out++ = static_cast<char>('0' + magnitude / 100);
  *out++ = static_cast<char>('0' + magnitude / 10 % 10);
  *out++ = static_cast<char>('0' + magnitude % 10);
  return out;
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
  const int k = lower_is_closer ? floor_log10_of_three_quarters(q) : floor_log10_of_power_of_2(q);
  const int h = q + floor_log2_of_power_of_10(-k) + 1;
  const Wide& power = kPowers[static_cast<std::size_t>(-k - kMinPower)];
  const Product product = multiply(power, 4 * c << h);
  // The bounds are half a unit away: two of four, and one below a power of two.
  const Product below = subtract(product, shift_left(power, lower_is_closer ? h : h + 1));
  const std::uint64_t vbl = below.rounded_to_odd();
  const std::uint64_t vb = product.rounded_to_odd();
  const std::uint64_t vbr = add(product, shift_left(power, h + 1)).rounded_to_odd();
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
  int zeros = 0;
  const Digits digits = digits_of(decimal.digits, zeros);
  const int point = decimal.exponent + 17 - zeros;  // the value is 0.DIGITS * 10^point
  if (point > 16 || point < -3) {
    store(digits, out + 1);
    out[0] = out[1];
    out[1] = '.';
    return write_exponent(point - 1, out + (digits.count > 1 ? digits.count + 1 : 1));
  }
  if (point <= 0) {
    std::memcpy(out, "0.000", 5);
    store(digits, out + 2 - point);
    return out + 2 - point + digits.count;
  }
  if (point < 8) {
    // In one word: the digits before the point, the point, and those after it.
    const std::uint64_t first = digits.first | kZeros;
    const std::uint64_t before = (std::uint64_t{1} << 8 * point) - 1;
    store((first & before) | (first & ~before) << 8 | std::uint64_t{'.'} << 8 * point, out);
    const std::uint64_t second = digits.second | kZeros;
    store(first >> 56 | second << 8, out + 8);
    out[16] = static_cast<char>(second >> 56);
    out[17] = static_cast<char>('0' + digits.third);
  } else {
    store(digits, out);
    std::memmove(out + point + 1, out + point, static_cast<std::size_t>(17 - point));
    out[point] = '.';
  }
  if (digits.count > point) return out + digits.count + 1;
  out[point + 1] = '0';
  return out + point + 2;
}

}  // namespace tuber::json
