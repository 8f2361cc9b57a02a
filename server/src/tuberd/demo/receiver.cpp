// The simulation: a tone, noise, and the leakage that each window lets through.
#include "receiver.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <utility>

namespace tuber_demo {
namespace {

constexpr int kMaxBins = 65536;
constexpr int kMaxSamples = 100'000'000;  // 0.4 s of the digitiser
constexpr double kToneHz = 62.5e6;
constexpr double kToneAmplitude = 0.5;    // of full scale
constexpr double kNoiseAmplitude = 0.01;  // of full scale
constexpr double kNoiseFloorDb = -92.0;   // of one bin
constexpr double kMaxAttenuationDb = 31.5;
constexpr double kPi = 3.14159265358979323846;

struct Leakage {
  double side_lobe_db;  // the highest side lobe, below the tone
  double per_bin_db;    // how fast the lobes fall, for each bin away from the tone
};

Leakage leakage_of(Window window) {
  switch (window) {
    case Window::FLAT:
      return {-13.3, -0.5};
    case Window::HANN:
      return {-31.5, -1.5};
    case Window::BLACKMAN:
      return {-58.1, -1.5};
  }
  throw std::invalid_argument("not a window");
}

// A linear congruential generator (Numerical Recipes): the same on every platform and standard
// library, which std::uniform_real_distribution is not.
class Noise {
 public:
  explicit Noise(std::uint32_t seed) : state_(seed) {}

  double next() {  // even in -1 ... 1
    state_ = state_ * 1664525u + 1013904223u;
    return static_cast<double>(state_) / 2147483648.0 - 1.0;
  }

 private:
  std::uint32_t state_;
};

void check_range(const char* what, int given, int most) {
  if (given < 1 || given > most) {
    throw std::invalid_argument(std::string(what) + " must be 1 ... " + std::to_string(most) +
                                ", not " + std::to_string(given));
  }
}

double decibels(double power) {
  return 10.0 * std::log10(power);
}

}  // namespace

Receiver::Receiver(std::string serial, std::uint32_t seed)
    : serial_(std::move(serial)), seed_(seed), gains_(kChannels, 0.0) {}

Window Receiver::window() const {
  const std::lock_guard lock(mutex_);
  return window_;
}

void Receiver::set_window(Window window) {
  const std::lock_guard lock(mutex_);
  window_ = window;
}

std::vector<double> Receiver::gains() const {
  const std::lock_guard lock(mutex_);
  return gains_;
}

double Receiver::attenuation() const {
  const std::lock_guard lock(mutex_);
  return attenuation_;
}

void Receiver::set_attenuation(double db) {
  if (!(db >= 0.0 && db <= kMaxAttenuationDb)) {
    throw std::invalid_argument("the attenuation must be 0 ... 31.5 dB");
  }
  const std::lock_guard lock(mutex_);
  attenuation_ = db;
}

void Receiver::set_gain(int channel, double db) {
  if (channel < 0 || channel >= kChannels) {
    throw std::out_of_range("there is no channel " + std::to_string(channel) +
                            ", the channels are 0 ... " + std::to_string(kChannels - 1));
  }
  const std::lock_guard lock(mutex_);
  gains_[static_cast<std::size_t>(channel)] = db;
}

std::vector<double> Receiver::spectrum(int bins) const {
  check_range("bins", bins, kMaxBins);
  const Leakage leakage = leakage_of(window());
  const double gain_db = gains()[0] - attenuation();
  const double tone_db = decibels(kToneAmplitude * kToneAmplitude) + gain_db;
  const int tone_bin = std::min(bins - 1, static_cast<int>(kToneHz / (kSampleRateHz / 2) * bins));
  std::vector<double> powers;
  powers.reserve(static_cast<std::size_t>(bins));
  for (int bin = 0; bin < bins; ++bin) {
    const int distance = std::abs(bin - tone_bin);
    const double lobe_db = leakage.side_lobe_db + leakage.per_bin_db * (distance - 1);
    powers.push_back(std::max(tone_db + (distance == 0 ? 0.0 : lobe_db), kNoiseFloorDb + gain_db));
  }
  return powers;
}

std::vector<double> Receiver::integrate(int samples) const {
  check_range("samples", samples, kMaxSamples);
  constexpr double kPhaseStep = 2.0 * kPi * kToneHz / kSampleRateHz;
  Noise noise(seed_);
  std::vector<double> powers;
  for (const double gain_db : gains()) {
    double sum = 0.0;
    for (int sample = 0; sample < samples; ++sample) {
      const double tone = kToneAmplitude * std::sin(kPhaseStep * sample);
      const double voltage = tone + kNoiseAmplitude * noise.next();
      sum += voltage * voltage;
    }
    powers.push_back(decibels(2.0 * sum / samples) + gain_db - attenuation());
  }
  return powers;
}

void Receiver::check_capture(int count) {
  check_range("samples", count, kMaxSamples);
}

void Receiver::capture(std::complex<float>* samples, int count) const {
  check_capture(count);
  const auto amplitude = static_cast<float>(kToneAmplitude);
  const auto gain = static_cast<float>(std::pow(10.0, gains()[0] / 20.0));
  const std::vector<std::complex<float>> waveform = this->waveform();
  Noise noise(seed_);
  for (int i = 0; i < count; ++i) {
    const std::complex<float> played =
        waveform.empty() ? 0.0f : waveform[static_cast<std::size_t>(i) % waveform.size()];
    const auto in_phase = static_cast<float>(kNoiseAmplitude * noise.next());
    const auto quadrature = static_cast<float>(kNoiseAmplitude * noise.next());
    samples[i] = gain * (amplitude + played + std::complex<float>(in_phase, quadrature));
  }
}

std::vector<std::complex<float>> Receiver::waveform() const {
  const std::lock_guard lock(mutex_);
  return waveform_;
}

void Receiver::load_waveform(std::vector<std::complex<float>> samples) {
  const std::lock_guard lock(mutex_);
  waveform_ = std::move(samples);
}

}  // namespace tuber_demo
