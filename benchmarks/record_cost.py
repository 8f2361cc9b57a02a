"""What the record of each call costs, the composing of the call's name included.

Usage: python -m benchmarks.record_cost     needs the headers and the library of this Python
"""

from __future__ import annotations

import subprocess
import sysconfig
import tempfile
from pathlib import Path

CORE = Path(__file__).parents[1] / "server" / "core"
SOURCES = [
    Path(__file__).with_name("record_cost.cpp"),
    CORE / "python" / "call_record.cpp",
    *(CORE / "net" / f"{name}.cpp" for name in ("call_log", "descriptor", "fork", "log", "peer")),
    CORE / "net" / "text.cpp",
]


def main() -> None:
    paths = sysconfig.get_paths()
    libraries = sysconfig.get_config_var("LIBDIR")
    with tempfile.TemporaryDirectory() as place:
        program = f"{place}/record_cost"
        command = ["c++", "-std=c++20", "-O3", "-DNDEBUG", f"-I{CORE}", f"-I{paths['include']}"]
        command += [*map(str, SOURCES), f"-L{libraries}", f"-Wl,-rpath,{libraries}", "-pthread"]
        command += [f"-lpython{sysconfig.get_config_var('LDVERSION')}", "-o", program]
        subprocess.run(command, check=True)
        subprocess.run([program], check=True)


if __name__ == "__main__":
    main()
