// The extension module tuberd._core: creates a serve::Server for Python objects. The arguments are
// documented in tuberd.service.server.
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <system_error>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/pipe_signal.hpp"
#include "files/static_files.hpp"
#include "ops/fatal_signals.hpp"
#include "python/call_warnings.hpp"
#include "python/cbor/codec.hpp"
#include "python/cbor/python_class.hpp"
#include "python/endpoint.hpp"
#include "python/json/codec.hpp"
#include "python/source.hpp"
#include "serve/server.hpp"
#include "site/site.hpp"

namespace py = pybind11;

namespace tuber::python {
namespace {

// A new reference to an attribute.
Handle attribute(const py::object& owner, const char* name) {
  return Handle::steal(owner.attr(name).cast<py::object>().release().ptr());
}

// `callbacks` is a tuberd.served.core_callbacks.CoreCallbacks; call.hpp describes the attributes.
CoreCallbacks make_callbacks(const py::object& callbacks) {
  return {.objects = attribute(callbacks, "objects"),
          .reachable = attribute(callbacks, "reachable"),
          .find_method = attribute(callbacks, "find_method"),
          .find_readonly_method = attribute(callbacks, "find_readonly_method"),
          .walk = attribute(callbacks, "walk"),
          .describe = attribute(callbacks, "describe"),
          .describe_failure = attribute(callbacks, "describe_failure")};
}

Codecs make_codecs() {
  Codecs codecs;
  codecs.push_back(std::make_unique<JsonCodec>(JsonImports::load()));
  codecs.push_back(std::make_unique<CborCodec>(CborImports::load()));
  return codecs;
}

// The head is received into one buffer, whose size stays bounded even without a limit.
constexpr std::size_t kLargestHead = 64 * 1024 * 1024;

// The largest body that can be in memory.
constexpr auto kLargestBody =
    static_cast<std::uint64_t>(std::numeric_limits<std::ptrdiff_t>::max());

// Stands for no time limit. Clocks can represent it, including those of 32-bit boards.
constexpr std::chrono::hours kNoTime{24 * 365 * 50};

// `limits` are the members of tuberd.service.limits.Limits; 0 means no limit.
http::Limits make_limits(const py::dict& limits) {
  const auto number = [&limits](const char* name) {
    const auto value = limits[name].cast<std::uint64_t>();
    return value == 0 ? std::numeric_limits<std::uint64_t>::max() : value;
  };
  const auto rate = [&limits](const char* name) { return limits[name].cast<std::uint64_t>(); };
  const auto time = [&limits](const char* name) {
    const auto seconds = std::chrono::duration<double>(limits[name].cast<double>());
    if (seconds.count() == 0) return std::chrono::milliseconds(kNoTime);
    return std::min<std::chrono::milliseconds>(
        std::chrono::ceil<std::chrono::milliseconds>(seconds), kNoTime);
  };
  http::Limits made;
  made.request_line = std::min<std::uint64_t>(number("request_line"), kLargestHead);
  made.head = std::min<std::uint64_t>(number("head"), kLargestHead);
  made.fields = number("fields");
  made.body = std::min(number("body"), kLargestBody);
  made.connections = number("connections");
  made.connections_per_address = number("connections_per_address");
  made.calls = number("calls");
  made.waiting = number("waiting");
  made.waiting_per_address = number("waiting_per_address");
  made.batch_calls = number("batch_calls");
  made.reply = number("reply");
  made.value_memory = number("value_memory");
  made.chunk_line = number("chunk_line");
  made.head_timeout = time("head_timeout");
  made.stall_timeout = time("stall_timeout");
  made.min_upload_rate = rate("min_upload_rate");
  made.upload_rate_window = time("upload_rate_window");
  made.min_download_rate = rate("min_download_rate");
  made.idle_timeout = time("idle_timeout");
  return made;
}

// `options` is a tuberd.service.logs.LogOptions.
std::shared_ptr<ops::Log> make_log(const py::object& options) {
  using Level = ops::LogOptions::Level;
  const auto level = options.attr("level").cast<std::string>();
  ops::LogOptions made;
  made.level = level == "info" ? Level::info : level == "error" ? Level::error : Level::warning;
  if (options.attr("format").cast<std::string>() == "json") {
    made.format = ops::LogOptions::Format::json;
  }
  made.access = options.attr("access").cast<bool>();
  return std::make_shared<ops::Log>(made);
}

// `tokens` are pairs of a token and whether it allows control (tuberd.service.tokens.Token).
std::vector<http::Token> make_tokens(const std::vector<std::pair<std::string, bool>>& tokens) {
  std::vector<http::Token> made;
  for (const auto& [text, may_control] : tokens) {
    made.push_back({text, may_control ? http::Access::control : http::Access::read});
  }
  return made;
}

// The destructor waits for workers, which may need the GIL.
struct DeleteWithoutGil {
  void operator()(serve::Server* server) const {
    GilReleased released;
    delete server;
  }
};
using ServerHolder = std::unique_ptr<serve::Server, DeleteWithoutGil>;

ServerHolder make_server(const py::object& callbacks, const std::string& bind, std::uint16_t port,
                         const std::optional<py::bytes>& uds, int uds_mode,
                         std::optional<int> inherited_socket, const std::string& run_id,
                         const std::optional<std::string>& webroot, int max_age,
                         std::unordered_map<std::string, std::string> media_types,
                         std::vector<std::string> allowed_hosts,
                         std::vector<std::string> allowed_origins,
                         const std::vector<std::pair<std::string, bool>>& tokens, bool read_only,
                         const py::dict& limits, const py::object& log) {
  block_unwound_workers_at_exit();
  serve::ServerOptions options;
  options.limits = make_limits(limits);
  std::shared_ptr<const SharedDispatch> service(
      new SharedDispatch{.dispatcher = Dispatcher(make_callbacks(callbacks), options.limits),
                         .codecs = make_codecs()},
      DeleteWithGil{});
  options.log = make_log(log);
  const auto parts = std::make_shared<site::SiteParts>();
  parts->calls = std::make_shared<ops::CallLog>(options.log);
  parts->policy = {std::move(allowed_hosts), std::move(allowed_origins)};
  parts->tokens = make_tokens(tokens);
  parts->read_only = read_only;
  parts->run_id = run_id;
  if (webroot) {
    parts->files = std::make_shared<files::StaticFiles>(*webroot, std::chrono::seconds(max_age),
                                                        std::move(media_types));
  }
  options.bind = bind;
  options.port = port;
  options.inherited_socket = inherited_socket;
  if (uds) {
    options.unix_socket = io::UnixAddress{std::string(*uds), static_cast<mode_t>(uds_mode)};
  }
  // nosniff and same-origin: a browser must not run a reply as a script or pass it to other sites.
  options.common_fields = "X-Tuber-Run: " + run_id +
                          "\r\n"
                          "X-Content-Type-Options: nosniff\r\n"
                          "Cross-Origin-Resource-Policy: same-origin\r\n";
  PyInterpreterState* interpreter = PyInterpreterState_Get();
  return ServerHolder(new serve::Server(std::move(options), [interpreter, service, parts] {
    return std::make_unique<site::Site>(
        std::make_unique<Endpoint>(interpreter, service, *parts->calls), parts);
  }));
}

bool wait(serve::Server& server, double seconds) {
  GilReleased released;
  return server.wait(std::chrono::milliseconds(static_cast<std::int64_t>(seconds * 1000)));
}

int watch_signals(serve::Server& server, std::vector<int> numbers, double grace) {
  return server.watch_signals(std::move(numbers), std::chrono::ceil<std::chrono::milliseconds>(
                                                      std::chrono::duration<double>(grace)));
}

py::dict counts(const serve::Server& server) {
  const serve::Server::Counts now = server.counts();
  py::dict counts;
  counts["workers"] = now.workers;
  counts["connections"] = now.connections;
  counts["calls"] = now.calls;
  counts["waiting"] = now.waiting;
  return counts;
}

void raise_os_error(const std::system_error& error) {
  // Paths, and the system's messages in some locales, need not be UTF-8.
  const auto text = py::reinterpret_steal<py::object>(PyUnicode_DecodeUTF8(
      error.what(), static_cast<Py_ssize_t>(std::strlen(error.what())), "backslashreplace"));
  py::object exception =
      py::reinterpret_borrow<py::object>(PyExc_OSError)(error.code().value(), text);
  PyErr_SetObject(reinterpret_cast<PyObject*>(Py_TYPE(exception.ptr())), exception.ptr());
}

}  // namespace

PYBIND11_MODULE(_core, module) {
  py::register_exception_translator([](std::exception_ptr raised) {
    try {
      if (raised) std::rethrow_exception(raised);
    } catch (const std::system_error& error) {
      raise_os_error(error);
    }
  });

  py::class_<serve::Server, ServerHolder>(module, "Server")
      .def(py::init(&make_server), py::kw_only(), py::arg("callbacks"), py::arg("bind"),
           py::arg("port"), py::arg("uds"), py::arg("uds_mode"), py::arg("inherited_socket"),
           py::arg("run_id"), py::arg("webroot"), py::arg("max_age"), py::arg("media_types"),
           py::arg("allowed_hosts"), py::arg("allowed_origins"), py::arg("tokens"),
           py::arg("read_only"), py::arg("limits"), py::arg("log"))
      .def_property_readonly("port", &serve::Server::port)
      .def("start", &serve::Server::start, py::call_guard<GilReleased>())
      .def("request_stop", &serve::Server::request_stop, py::call_guard<GilReleased>())
      .def("watch_signals", &watch_signals, py::arg("numbers"), py::arg("grace"))
      .def("abandon", &serve::Server::abandon)
      .def("wait", &wait, py::arg("seconds"))
      .def("counts", &counts);

  define_received_bytes(module);
  define_cbor_codec(module);
  define_json_functions(module);

  module.def("name_calls_at_fatal_signals", &ops::name_calls_at_fatal_signals,
             py::arg("over_handlers"));
  module.def("write_if_ready", [](int descriptor, const std::string& line) {
    return base::write_if_ready(descriptor, line);
  });
  module.def("without_pipe_signal", [](const py::function& function) {
    const base::PipeSignalBlocked blocked;
    function();
  });
  module.def("monotonic", [] {
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch())
        .count();
  });

  module.def("collecting", &CallWarnings::collecting);
  module.def("current_call", &CallWarnings::current_call);
  module.def("keep_warning_hooks", [](const py::dict& warnings, const py::type& filters_type,
                                      const py::tuple& first, const py::function& install) {
    CallWarnings::keep({.module = Handle::borrow(warnings.ptr()),
                        .filters_type = Handle::borrow(filters_type.ptr()),
                        .first = Handle::borrow(first.ptr()),
                        .install = Handle::borrow(install.ptr())});
  });
  module.def("collect", [](const py::str& text) {
    if (!CallWarnings::collect(text.ptr())) throw py::error_already_set();
  });
}

}  // namespace tuber::python
