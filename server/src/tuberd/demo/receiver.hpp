// A simulated receiver board: the C++ half of the demo instrument. Plain C++ without anything of
// tuber; bindings.cpp makes Python classes of it.
#pragma once

#include <complex>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string>
#include <vector>

namespace tuber_demo {

// The window in front of the Fourier transform.
enum class Window { FLAT, HANN, BLACKMAN };

// Four channels of a 250 MHz digitiser with a tone at 62.5 MHz in noise. The noise comes from the
// seed, so the same call gives the same numbers. All powers are in dBFS: decibels relative to a
// sine of full scale. Thread-safe, because the server calls methods concurrently.
class Receiver {
 public:
  static constexpr int kChannels = 4;
  static constexpr double kSampleRateHz = 250e6;

  Receiver(std::string serial, std::uint32_t seed);

  const std::string& serial() const { return serial_; }
  Window window() const;
  void set_window(Window window);
  std::vector<double> gains() const;  // dB, one a channel

  double attenuation() const;  // dB, before all channels
  // Throws std::invalid_argument when it is not 0 ... 31.5.
  void set_attenuation(double db);

  // Throws std::out_of_range when there is no such channel.
  void set_gain(int channel, double db);

  // Power of channel 0 in each of `bins` bins from 0 Hz to half the sample rate.
  // Throws std::invalid_argument when bins is not 1 ... 65536.
  std::vector<double> spectrum(int bins) const;

  // Mean power of each channel over this many samples.
  // Throws std::invalid_argument when samples is not 1 ... 100000000.
  std::vector<double> integrate(int samples) const;

  // Writes `count` samples of channel 0 into `samples`, mixed down from 62.5 MHz: I is the real
  // part, Q the imaginary part, 1 is full scale. A loaded waveform is added.
  // Throws std::invalid_argument when count is not 1 ... 100000000.
  void capture(std::complex<float>* samples, int count) const;
  static void check_capture(int count);

  // Plays these samples into channel 0, repeatedly; an empty vector ends it.
  void load_waveform(std::vector<std::complex<float>> samples);

 private:
  std::vector<std::complex<float>> waveform() const;

  const std::string serial_;
  const std::uint32_t seed_;
  mutable std::mutex mutex_;  // guards the members below
  Window window_ = Window::HANN;
  double attenuation_ = 0.0;
  std::vector<double> gains_;
  std::vector<std::complex<float>> waveform_;
};

}  // namespace tuber_demo
