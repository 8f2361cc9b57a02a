// The simulation: a tone, a noise floor, and the leakage that each window lets through.
#include "receiver.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <utility>

namespace tuber_demo {
namespace {

constexpr int kMaxBins = 65536;
constexpr int kMaxSamples = 100'000'000;  // 0.4 s of the digitiser
constexpr double kNoiseFloorDb = -92.0;
constexpr double kToneAmplitude = 0.5;  // of full scale
constexpr double kNoiseAmplitude = 0.01;

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

void check_range(const char* what, int given, int most) {
  if (given < 1 || given > most) {
    throw std::invalid_argument(std::string(what) + " must be 1 ... " + std::to_string(most) +
                                ", not " + std::to_string(given));
  }
}

double decibels(double power) { return 10.0 * std::log10(power); }

}  // namespace

Receiver::Receiver(std::string serial, std::uint32_t seed)
    : serial_(std::move(serial)), state_(seed), gains_(kChannels, 0.0) {}

void Receiver::set_gain(int channel, double db) {
  if (channel < 0 || channel >= kChannels) {
    throw std::out_of_range("there is no channel " + std::to_string(channel) +
                            ", the channels are 0 ... " + std::to_string(kChannels - 1));
  }
  gains_[static_cast<std::size_t>(channel)] = db;
}

std::vector<double> Receiver::spectrum(int bins) const {
  check_range("bins", bins, kMaxBins);
  const auto [side_lobe_db, per_bin_db] = leakage_of(window_);
  const double tone_db = decibels(kToneAmplitude * kToneAmplitude) + gains_[0];
  const int tone_bin = std::min(bins - 1, static_cast<int>(kToneHz / (kSampleRateHz / 2) * bins));
  std::vector<double> powers(static_cast<std::size_t>(bins));
  for (int bin = 0; bin < bins; ++bin) {
    const int distance = std::abs(bin - tone_bin);
    const double leaked_db =
        distance == 0 ? tone_db : tone_db + side_lobe_db + per_bin_db * (distance - 1);
    powers[static_cast<std::size_t>(bin)] = std::max(leaked_db, kNoiseFloorDb + gains_[0]);
  }
  return powers;
}

std::vector<double> Receiver::integrate(int samples) {
  check_range("samples", samples, kMaxSamples);
  const double phase_step = 2.0 * std::acos(-1.0) * kToneHz / kSampleRateHz;
  std::vector<double> powers;
  for (const double gain_db : gains_) {
    double sum = 0.0;
    for (int sample = 0; sample < samples; ++sample) {
      const double voltage = kToneAmplitude * std::sin(phase_step * sample) + kNoiseAmplitude * noise();
      sum += voltage * voltage;
    }
    powers.push_back(decibels(sum / samples) + gain_db);
  }
  return powers;
}

// A linear congruential generator (Numerical Recipes): the same on every platform and standard
// library, which std::uniform_real_distribution is not.
double Receiver::noise() {
  state_ = state_ * 1664525u + 1013904223u;
  return static_cast<double>(state_) / 2147483648.0 - 1.0;
}

}  // namespace tuber_demo
