"""Tasks in addition to `scripts/test`: benchmarks, other Python versions, fuzzing, sanitizers.

`nox -l` lists the sessions; `nox -s NAME -- ARGUMENTS` runs one.
"""

from __future__ import annotations

import os
import subprocess
import sys

import nox

nox.options.sessions = ["tests"]
nox.options.default_venv_backend = "venv"

# The Python tests to run under sanitizers: all that use the compiled core.
SANITIZED = [
    *("tests/end_to_end", "tests/conformance", "tests/unit/tuberd"),
    *("tests/unit/tuber/codec", "tests/unit/tuber/test_codecs.py"),
]
# These run other programs (a compiler, a browser, nginx), which a preloaded sanitizer breaks, or
# fork while threads run, like the tests marked `forks`.
NOT_SANITIZED = [
    f"tests/end_to_end/test_{each}.py"
    for each in (
        *("cpp_instrument", "nanobind", "support_header", "without_numpy", "travelling"),
        *("browsers", "docs", "slow_peers", "docs_access"),
    )
]

PYTHONS = ["3.10", "3.11", "3.12", "3.13"]


@nox.session(python=PYTHONS)
def tests(session: nox.Session) -> None:
    """Run the Python tests with one Python version: `nox -s tests-3.12`."""
    session.install(
        "./client",
        "./server[orjson]",
        *nox.project.dependency_groups(nox.project.load_toml("pyproject.toml"), "test"),
    )
    session.run("pytest", *session.posargs)


@nox.session
def stress(session: nox.Session) -> None:
    """Run the Python tests three times in random order while other programs keep all cores busy."""
    session.install(
        "./client",
        "./server[orjson]",
        *nox.project.dependency_groups(nox.project.load_toml("pyproject.toml"), "stress"),
    )
    cores = os.cpu_count() or 1
    parallel = ("-n", str(cores), "--dist", "loadfile")
    busy = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(cores)]
    try:
        for _ in range(3):
            session.run("pytest", "-p", "randomly", "-m", "not slow", *parallel, *session.posargs)
    finally:
        for process in busy:
            process.kill()
            process.wait()


@nox.session
def docs(session: nox.Session) -> None:
    """The documentation as a site, in build/docs; every warning is an error."""
    # The core is only imported, so it is built unoptimised.
    session.install("./client", "./server", "--config-settings=cmake.build-type=Debug")
    session.install(*nox.project.dependency_groups(nox.project.load_toml("pyproject.toml"), "docs"))
    session.run("sphinx-build", "-W", "--keep-going", "-E", "docs", "build/docs", *session.posargs)


@nox.session
@nox.parametrize("version", ["cbor2>=5.6,<6", "cbor2>=6"])
def cbor_peers(session: nox.Session, version: str) -> None:
    """Compare our CBOR codec with cbor2: the versions in C and those in Rust."""
    session.install(
        *("./client", "./server[orjson]", version, "numpy", "uvloop"),
        *("pytest", "pytest-timeout", "hypothesis"),
    )
    session.run("pytest", "tests/unit/tuber/codec/test_cbor_peers.py", *session.posargs)


def _bench(session: nox.Session, name: str) -> None:
    """Install this tree and what measures it, and run one comparison."""
    groups = nox.project.dependency_groups(nox.project.load_toml("pyproject.toml"), "measure")
    session.install("./client", "./server[orjson]", *groups)
    session.run("python", "-m", "benchmarks", name, *session.posargs)


@nox.session
def bench(session: nox.Session) -> None:
    """Compare speed with a floor and the predecessor; `-- --quick` takes a few minutes."""
    _bench(session, "compare")


@nox.session
def bench_peers(session: nox.Session) -> None:
    """Compare speed with Pyro5, RPyC, gRPC and others; `-- --quick` takes a few minutes."""
    _bench(session, "peers")


@nox.session
def bench_scaling(session: nox.Session) -> None:
    """Measure speed over connections, cores and sizes; `-- --quick` takes a few minutes."""
    _bench(session, "scaling")


@nox.session
def instructions(session: nox.Session) -> None:
    """Compare instructions of requests and calls with the record (`-- --record`); valgrind."""
    session.install(
        *nox.project.dependency_groups(nox.project.load_toml("pyproject.toml"), "instructions")
    )
    session.install(
        "--no-build-isolation",
        "./client",
        "./server",
        "--config-settings=cmake.define.CMAKE_STRIP=",  # for the names of functions; no code
        "--config-settings=install.strip=false",
    )
    session.run("python", "-m", "benchmarks.instructions", *session.posargs)


@nox.session
def soak(session: nox.Session) -> None:
    """Make ten million calls of all kinds (`-- CALLS`) and report what the server holds."""
    session.install("./client", "./server[orjson]", "numpy", "psutil")
    session.run("python", "-m", "benchmarks.soak", *session.posargs)


@nox.session
def faults(session: nox.Session) -> None:
    """Run long: cut connections (`-- CALLS SEEDS`), 2,000 stops, a silent call of ten minutes."""
    calls, seeds = session.posargs or ("2000", "5")
    session.install(
        "./client",
        "./server[orjson]",
        *nox.project.dependency_groups(nox.project.load_toml("pyproject.toml"), "test"),
    )
    session.run(
        "pytest",
        "tests/end_to_end/test_at_most_once.py",
        env={"TUBER_FAULT_CALLS": calls, "TUBER_FAULT_SEEDS": seeds},
    )
    session.run(
        "pytest",
        "tests/end_to_end/test_vanishing.py",
        "tests/end_to_end/test_stopping.py",
        env={"TUBER_LONG_CALL_SECONDS": "600", "TUBER_STOPS": "2000"},
    )


@nox.session
def conformance(session: nox.Session) -> None:
    """Compare HTTP with h11 and llhttp: 20,000 streams each, and llhttp's own cases."""
    session.install(
        "./client",
        "./server[orjson]",
        *nox.project.dependency_groups(nox.project.load_toml("pyproject.toml"), "test"),
    )
    session.run(
        "pytest",
        "tests/conformance/test_http_against_others.py",
        env={"TUBER_HTTP_EXAMPLES": "20000"},
    )
    source = "aiohttp-3.13.2"  # its source distribution contains llhttp and its tests
    place = session.create_tmp()
    fetch = ("pip", "download", "--quiet", "--no-deps", "--no-binary=aiohttp", f"--dest={place}")
    session.run(*fetch, source.replace("-", "=="))
    session.run("python", "-m", "tarfile", "-e", f"{place}/{source}.tar.gz", place)
    cases = f"{place}/{source}/vendor/llhttp/test/request"
    session.run("python", "-m", "tests.conformance.llhttp_cases", cases)


@nox.session
def sanitizers(session: nox.Session) -> None:
    """Run the C++ tests under AddressSanitizer with UBSan, and under ThreadSanitizer."""
    # Replaying fuzz inputs takes one thread only.
    for name, flags, tests in (
        ("address", "address,undefined", ()),
        ("thread", "thread", ("--exclude-regex", "replay")),
    ):
        build = session.create_tmp() + f"/{name}"
        session.run(
            "cmake",
            "-S",
            "server",
            "-B",
            build,
            "-DTUBER_BUILD_MODULE=OFF",
            "-DTUBER_BUILD_TESTS=ON",
            "-DCMAKE_BUILD_TYPE=Debug",
            f"-DCMAKE_CXX_FLAGS=-fsanitize={flags} -fno-omit-frame-pointer",
            external=True,
        )
        session.run("cmake", "--build", build, "-j2", external=True)
        session.run("ctest", "--test-dir", build, "--output-on-failure", *tests, external=True)


@nox.session
def python_sanitizers(session: nox.Session) -> None:
    """Run Python tests with the core under AddressSanitizer and UBSan; `-- TESTS` selects."""
    flags = (
        "-fsanitize=address,undefined -fno-sanitize=null -fno-omit-frame-pointer "
        "-fno-sanitize-recover=undefined -g"
    )
    session.install(
        "./client", *nox.project.dependency_groups(nox.project.load_toml("pyproject.toml"), "test")
    )
    session.install(
        "./server[orjson]",
        f"--config-settings=cmake.define.CMAKE_CXX_FLAGS={flags}",
        "--config-settings=install.strip=false",
    )
    # No null checks: catching a forced unwinding, which has no object, looks like a null reference.
    # The interpreter is built without sanitizers, so they are preloaded, with the library whose
    # exceptions they watch. Leaks are found by test_growth.py: Python frees little at its exit.
    libraries = [
        session.run("g++", f"-print-file-name={name}", external=True, silent=True)
        for name in ("libasan.so", "libubsan.so", "libstdc++.so")
    ]
    session.run(
        *("python", "-m", "pytest", "-p", "no:faulthandler", "-m", "not forks"),
        # These tests count bytes of memory.
        *("-k", "not copied and not memory_limit and not curl"),
        *(session.posargs or (*SANITIZED, *(f"--ignore={each}" for each in NOT_SANITIZED))),
        env={
            "LD_PRELOAD": " ".join(str(path).strip() for path in libraries),
            "ASAN_OPTIONS": "detect_leaks=0:abort_on_error=1:allocator_may_return_null=1",
            "UBSAN_OPTIONS": "print_stacktrace=1",
            "PYTHONMALLOC": "malloc",
        },
    )


@nox.session
def fuzz(session: nox.Session) -> None:
    """Run each fuzz target for `-- SECONDS` (default: 60); needs clang with libFuzzer."""
    seconds = session.posargs[0] if session.posargs else "60"
    build = session.create_tmp() + "/fuzz"
    session.run(
        "cmake",
        "-S",
        "server",
        "-B",
        build,
        "-DCMAKE_CXX_COMPILER=clang++",
        "-DTUBER_BUILD_MODULE=OFF",
        "-DTUBER_BUILD_FUZZERS=ON",
        external=True,
    )
    session.run("cmake", "--build", build, "-j2", external=True)
    for name in ("head", "chunked", "cbor", "fields", "files", "json"):
        found = f"{session.create_tmp()}/{name}"  # new inputs go there, not into the tree
        os.makedirs(found, exist_ok=True)
        session.run(
            f"{build}/core/fuzz/fuzz_{name}",
            f"-max_total_time={seconds}",
            "-print_final_stats=1",
            found,
            f"server/core/fuzz/seeds/{name}",
            external=True,
        )
