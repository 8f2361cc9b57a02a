// The Python face of the receiver: ordinary pybind11. Nothing here knows that it will be served.
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include "receiver.hpp"
#include "tuber_support.hpp"

namespace py = pybind11;
using tuber_demo::Receiver;
using tuber_demo::Window;

PYBIND11_MODULE(_receiver, m) {
  m.doc() = "A simulated receiver board.";

  py::str_enum<Window>(m, "Window", "The window in front of the Fourier transform.")
      .value("FLAT", Window::FLAT, "none: narrowest, leaks most")
      .value("HANN", Window::HANN, "raised cosine")
      .value("BLACKMAN", Window::BLACKMAN, "three terms: widest, leaks least");

  py::class_<Receiver> receiver(m, "Receiver", "A four-channel digitiser with a tone at 62.5 MHz.");
  // Clients read these anew at each access, and may set them.
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
           "Sets the gain of a channel, in dB; IndexError when there is no such channel.")
      .def("get_window", &Receiver::window, "The window in use.")
      .def("set_window", &Receiver::set_window, py::arg("window") = Window::HANN,
           "Chooses the window of the spectrum.")
      .def("spectrum", &Receiver::spectrum, py::arg("bins") = 1024,
           "Power of channel 0 in each bin from 0 Hz to half the sample rate, in dBFS.")
      .def("integrate", &Receiver::integrate, py::arg("samples") = 100000,
           py::call_guard<py::gil_scoped_release>(),
           "Mean power of each channel over this many samples, in dBFS. Other calls go on "
           "meanwhile.");
}
