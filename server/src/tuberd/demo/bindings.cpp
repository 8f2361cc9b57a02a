// The Python bindings of the receiver: ordinary pybind11, without anything of tuberd.
#include <pybind11/complex.h>
#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <complex>
#include <vector>

#include "receiver.hpp"
#include "tuber_support.hpp"

namespace py = pybind11;
using tuber_demo::Receiver;
using tuber_demo::Window;

namespace {

using Samples = py::array_t<std::complex<float>, py::array::c_style | py::array::forcecast>;

Samples capture(const Receiver& receiver, int samples) {
  Receiver::check_capture(samples);
  Samples captured(samples);
  std::complex<float>* begin = captured.mutable_data();
  const py::gil_scoped_release released;
  receiver.capture(begin, samples);
  return captured;
}

int load_waveform(Receiver& receiver, const Samples& samples) {
  if (samples.ndim() != 1) throw py::value_error("a waveform must have one dimension");
  receiver.load_waveform({samples.data(), samples.data() + samples.size()});
  return static_cast<int>(samples.size());
}

}  // namespace

PYBIND11_MODULE(_receiver, m) {
  m.doc() = "A simulated receiver board.";

  py::str_enum<Window>(m, "Window", "The window in front of the Fourier transform.")
      .value("FLAT", Window::FLAT, "none: narrowest, leaks most")
      .value("HANN", Window::HANN, "raised cosine")
      .value("BLACKMAN", Window::BLACKMAN, "three terms: widest, leaks least");

  py::class_<Receiver> receiver(m, "Receiver", "A four-channel digitiser with a tone at 62.5 MHz.");
  // Live properties: each access reads the instrument, and clients may set them.
  receiver.attr("__tuber_dynamic__") = py::make_tuple("attenuation_db");
  receiver.def(py::init<std::string, std::uint32_t>(), py::arg("serial"), py::arg("seed") = 1)
      .def_property_readonly("serial", &Receiver::serial, "The serial number.")
      .def_property_readonly(
          "sample_rate_hz", [](const Receiver&) { return Receiver::kSampleRateHz; },
          "Samples per second and channel.")
      .def_property_readonly("gains", &Receiver::gains, "The gain of each channel, in dB.")
      .def_property("attenuation_db", &Receiver::attenuation, &Receiver::set_attenuation,
                    "The attenuation before all channels, 0 to 31.5 dB.")
      .def("set_gain", &Receiver::set_gain, py::arg("channel"), py::arg("db"),
           "Set the gain of a channel, in dB; IndexError if there is no such channel.")
      .def("get_window", &Receiver::window, "The window in use.")
      .def("set_window", &Receiver::set_window, py::arg("window") = Window::HANN,
           "Choose the window of the spectrum.")
      .def("spectrum", &Receiver::spectrum, py::arg("bins") = 1024,
           "Power of channel 0 in each bin from 0 Hz to half the sample rate, in dBFS.")
      .def("integrate", &Receiver::integrate, py::arg("samples") = 100000,
           py::call_guard<py::gil_scoped_release>(),
           "Mean power of each channel over this many samples, in dBFS. Other calls run "
           "meanwhile.")
      .def(
          "capture", &capture, py::arg("samples") = 4096,
          "I/Q samples of channel 0, mixed down from 62.5 MHz: a complex64 array; 1 is full scale.")
      .def("load_waveform", &load_waveform, py::arg("samples"),
           "Play an array of I/Q samples into channel 0, repeatedly; return their number.");
}
