// A wavemeter for lasers. The class is plain C++. The lower half of this file binds it with
// pybind11. Nothing here knows about the network.
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <stdexcept>
#include <tuber_support.hpp>
#include <utility>
#include <vector>

namespace py = pybind11;

enum class Medium { VACUUM, AIR };

class Wavemeter {
 public:
  explicit Wavemeter(std::vector<double> lines_nm) : lines_nm_(std::move(lines_nm)) {}

  double wavelength(std::size_t channel, Medium medium) const {
    constexpr double kIndexOfAir = 1.000273;  // dry, 15 degrees, 1 atm
    if (channel >= lines_nm_.size()) throw std::out_of_range("no laser is on this channel");
    const double vacuum_nm = lines_nm_[channel];
    return medium == Medium::AIR ? vacuum_nm / kIndexOfAir : vacuum_nm;
  }

  std::vector<double> all(Medium medium) const {
    std::vector<double> found;
    for (std::size_t channel = 0; channel < lines_nm_.size(); ++channel) {
      found.push_back(wavelength(channel, medium));
    }
    return found;
  }

  void expose(double milliseconds) {
    if (milliseconds <= 0) throw std::invalid_argument("the exposure must be more than 0 ms");
    exposure_ms_ = milliseconds;
  }

  double exposure_ms() const { return exposure_ms_; }

 private:
  std::vector<double> lines_nm_;
  double exposure_ms_ = 1.0;
};

PYBIND11_MODULE(wavemeter, m) {
  py::str_enum<Medium>(m, "Medium", "The medium in which the light travels.")
      .value("VACUUM", Medium::VACUUM)
      .value("AIR", Medium::AIR);

  py::class_<Wavemeter>(m, "Wavemeter", "A wavemeter with one laser on each channel.")
      .def(py::init<std::vector<double>>(), py::arg("lines_nm"))
      .def_property_readonly("exposure_ms", &Wavemeter::exposure_ms, "The exposure, in ms.")
      .def("expose", &Wavemeter::expose, py::arg("milliseconds"), "Set the exposure.")
      .def("wavelength", &Wavemeter::wavelength, py::arg("channel"),
           py::arg("medium") = Medium::VACUUM, "Return the wavelength on a channel, in nm.")
      .def("all", &Wavemeter::all, py::arg("medium") = Medium::VACUUM,
           "Return the wavelengths on all channels, in nm.");
}
