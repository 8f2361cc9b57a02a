"""What can be run beyond `scripts/test`: benchmarks, other Python versions, fuzzing, sanitizers.

`nox -l` lists the sessions; `nox -s NAME -- ARGUMENTS` runs one.
"""

from __future__ import annotations

import os
import pathlib

import nox

nox.options.sessions = ["tests"]
nox.options.default_venv_backend = "venv"

# What the Python tests under sanitizers are: all that runs in the compiled core.
SANITIZED = [
    *("tests/end_to_end", "tests/conformance", "tests/unit/tuberd"),
    *sorted(str(each) for each in pathlib.Path("tests/unit/tuber").glob("test_codec*.py")),
]
# These run other programs (a compiler, a browser, nginx), which a preloaded sanitizer spoils, or
# fork beside threads, as those tests do that are marked `forks`.
NOT_SANITIZED = [
    f"tests/end_to_end/test_{each}.py"
    for each in (
        *("cpp_instrument", "nanobind", "support_header", "without_numpy", "travelling"),
        *("browsers", "readme", "slow_peers", "docs_access"),
    )
]

PYTHONS = ["3.10", "3.11", "3.12", "3.13"]


@nox.session(python=PYTHONS)
def tests(session: nox.Session) -> None:
    """The Python test suite on one Python version: `nox -s tests-3.12`."""
    session.install(
        "./client",
        "./server[orjson]",
        *nox.project.dependency_groups(nox.project.load_toml("pyproject.toml"), "test"),
    )
    session.run("pytest", *session.posargs)


@nox.session
@nox.parametrize("version", ["cbor2>=5.6,<6", "cbor2>=6"])
def cbor_peers(session: nox.Session, version: str) -> None:
    """Our CBOR beside that of cbor2, in the series in C and in the one in Rust."""
    session.install(
        *("./client", "./server[orjson]", version, "numpy", "uvloop"),
        *("pytest", "pytest-timeout", "hypothesis"),
    )
    session.run("pytest", "tests/unit/tuber/test_codec_cbor_peers.py", *session.posargs)


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
    """Long runs: cut connections (`-- CALLS SEEDS`), 2,000 stops, a quiet call of ten minutes."""
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
    """HTTP beside h11 and llhttp: 20,000 streams for each, and llhttp's own cases."""
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
    source = "aiohttp-3.13.2"  # its source distribution carries llhttp with its tests
    place = session.create_tmp()
    fetch = ("pip", "download", "--quiet", "--no-deps", "--no-binary=aiohttp", f"--dest={place}")
    session.run(*fetch, source.replace("-", "=="))
    session.run("python", "-m", "tarfile", "-e", f"{place}/{source}.tar.gz", place)
    cases = f"{place}/{source}/vendor/llhttp/test/request"
    session.run("python", "-m", "tests.conformance.llhttp_cases", cases)


@nox.session
def sanitizers(session: nox.Session) -> None:
    """The C++ tests under AddressSanitizer with UBSan, and under ThreadSanitizer."""
    for name, flags in (("address", "address,undefined"), ("thread", "thread")):
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
        session.run("ctest", "--test-dir", build, "--output-on-failure", external=True)


@nox.session
def python_sanitizers(session: nox.Session) -> None:
    """The Python tests with a core under AddressSanitizer and UBSan; `-- TESTS` for some."""
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
    # UBSan takes the catching of a forced unwinding, which has no object, for a null reference.
    # The interpreter is not built with it, so it is loaded first; so is the library whose
    # exceptions it watches. Python keeps much to its end: test_growth.py looks for leaks.
    libraries = [
        session.run("g++", f"-print-file-name={name}", external=True, silent=True)
        for name in ("libasan.so", "libubsan.so", "libstdc++.so")
    ]
    session.run(
        *("python", "-m", "pytest", "-p", "no:faulthandler", "-m", "not forks"),
        # Those count bytes of memory.
        *(
            "-k",
            "not mb_takes and not where_it_was_received and not beyond_the_memory and not curl",
        ),
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
    """The libFuzzer targets, `-- SECONDS` each (60 unless told); needs clang with libFuzzer."""
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
    for name in ("head", "chunked", "cbor", "fields", "files"):
        found = f"{session.create_tmp()}/{name}"  # what is new goes there, and not into the tree
        os.makedirs(found, exist_ok=True)
        session.run(
            f"{build}/core/fuzz/fuzz_{name}",
            f"-max_total_time={seconds}",
            "-print_final_stats=1",
            found,
            f"server/core/fuzz/seeds/{name}",
            external=True,
        )
