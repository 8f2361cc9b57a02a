"""What can be run beyond `scripts/test`: benchmarks, other Python versions, fuzzing, sanitizers.

`nox -l` lists the sessions; `nox -s NAME -- ARGUMENTS` runs one.
"""

from __future__ import annotations

import nox

nox.options.sessions = ["tests"]
nox.options.default_venv_backend = "venv"

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
def bench(session: nox.Session) -> None:
    """Speed beside a floor and the predecessor; `-- --quick` takes under a minute."""
    session.run("python", "-m", "benchmarks", *session.posargs)


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
    for target in ("fuzz_head", "fuzz_chunked", "fuzz_cbor"):
        session.run(f"{build}/core/fuzz/{target}", f"-max_total_time={seconds}", external=True)
