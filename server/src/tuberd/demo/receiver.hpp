// A simulated receiver board: the C++ half of the demo instrument. Plain C++, as it would be
// without tuber; bindings.cpp makes Python classes of it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace tuber_demo {

// The window in front of the Fourier transform.
enum class Window { FLAT, HANN, BLACKMAN };

// Four channels of a 250 MHz digitiser with a tone at 62.5 MHz in noise. All noise comes from the
// seed: the same calls in the same order give the same numbers. Not safe for concurrent calls.
class Receiver {
 public:
  static constexpr int kChannels = 4;
  static constexpr double kSampleRateHz = 250e6;
  static constexpr double kToneHz = 62.5e6;

  Receiver(std::string serial, std::uint32_t seed);

  const std::string& serial() const { return serial_; }
  Window window() const { return window_; }
  void set_window(Window window) { window_ = window; }
  const std::vector<double>& gains() const { return gains_; }

  // Throws std::out_of_range when there is no such channel.
  void set_gain(int channel, double db);

  // Power in each of `bins` bins from 0 Hz to half the sample rate, in dB below full scale.
  // Throws std::invalid_argument when bins is not 1 ... 65536.
  std::vector<double> spectrum(int bins) const;

  // Mean power of each channel over this many samples, in dB below full scale.
  // Throws std::invalid_argument when samples is not 1 ... 100000000.
  std::vector<double> integrate(int samples);

 private:
  double noise();  // even in -1 ... 1

  std::string serial_;
  std::uint32_t state_;
  Window window_ = Window::HANN;
  std::vector<double> gains_;
};

}  // namespace tuber_demo
