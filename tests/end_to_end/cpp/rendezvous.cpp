// A method that returns true once a given number of calls are inside it: they ran concurrently. It
// waits with the GIL released, and returns false if the other calls do not come.
#include <pybind11/pybind11.h>

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <mutex>

namespace {

class Rendezvous {
 public:
  bool meet(std::size_t together, double seconds) {
    std::unique_lock lock(mutex_);
    ++inside_;
    all_came_.notify_all();
    return all_came_.wait_for(lock, std::chrono::duration<double>(seconds),
                              [&] { return inside_ >= together; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable all_came_;
  std::size_t inside_ = 0;
};

}  // namespace

PYBIND11_MODULE(rendezvous, module) {
  pybind11::class_<Rendezvous>(module, "Rendezvous")
      .def(pybind11::init<>())
      .def("meet", &Rendezvous::meet, pybind11::arg("together"), pybind11::arg("seconds"),
           pybind11::call_guard<pybind11::gil_scoped_release>(),
           "Waits until that many calls are here; returns false after the timeout.");
}
