"""Make docs/notebook.png: `python docs/notebook.py`.

Serve the demo instrument, run the cells in IPython, and photograph what they show, in the look of a
notebook, with headless Chromium. Needs ipython, matplotlib and chromium. Nothing shown is made up.
"""

from __future__ import annotations

import base64
import io
import shutil
import subprocess
import sys
import tempfile
from html import escape
from pathlib import Path
from typing import Any

from IPython.core.displayhook import CapturingDisplayHook
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output
from PIL import Image, ImageChops
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

import tuberd.demo

PICTURE = Path(__file__).with_name("notebook.png")
REGISTRY = Path(tuberd.demo.__file__).with_name("registry.py")
WIDTH, HEIGHT, COLOURS = 780, 1600, 48

CELLS = [
    'import tuber\n\nboard = tuber.resolve_simple("localhost:8080")\nboard.PowerSupply',
    "board.PowerSupply.output_offset = 0.5\n"
    "board.PowerSupply.set_voltage(12), board.PowerSupply.measure_current()",
    "try:\n    board.PowerSupply.set_voltage(99)\nexcept ValueError as error:\n    print(error)",
    "import matplotlib.pyplot as plt\n\n"
    "samples = board.Receiver.capture(4096)\n"
    "plt.figure(figsize=(6.6, 2))\n"
    'plt.psd(samples, Fs=250, label=f"{samples.dtype}, {samples.shape}")\n'
    "plt.legend();",
]

STYLE = """
body { font: 14px/1.4 sans-serif; margin: 10px; background: white; width: 760px; }
.cell { display: grid; grid-template-columns: 62px 1fr; margin-bottom: 6px; }
.prompt { font: 12px/1.5 monospace; color: #307fc1; padding-top: 7px; }
.out { color: #bf5b3d; }
pre { font: 13px/1.4 monospace; margin: 0; white-space: pre-wrap; }
.code { background: #f5f5f5; border: 1px solid #e0e0e0; padding: 6px 8px; }
.shown { padding: 5px 8px; }
table { border-collapse: collapse; font-size: 13px; }
th { text-align: left; padding: 3px 8px; }
td { padding: 1px 8px; }
"""


class Shell(InteractiveShell):
    """An IPython without a window system."""

    def enable_gui(self, gui: object = None) -> None:
        """Do nothing: figures are shown inline."""


def rendered(number: int, code: str, shell: InteractiveShell) -> str:
    """Run a cell; return the HTML of its code and of everything it shows."""
    with capture_output() as captured:
        shell.display_trap.hook = CapturingDisplayHook(shell, captured._outputs)
        shell.run_cell(code, store_history=True)
    source = highlight(code, PythonLexer(), HtmlFormatter(nowrap=True))
    rows = [(f"[{number}]:", "prompt", f'<pre class="code">{source}</pre>')]
    if captured.stdout.strip():
        rows.append(("", "prompt", f'<pre class="shown">{escape(captured.stdout.strip())}</pre>'))
    for output in captured.outputs:
        is_figure = "image/png" in output.data
        if code.endswith(";") and not is_figure:
            continue  # as a notebook does
        prompt = "" if is_figure else f"[{number}]:"
        rows.append((prompt, "prompt out", f'<div class="shown">{shown(output.data)}</div>'))
    return "".join(
        f'<div class="cell"><div class="{kind}">{prompt}</div>{body}</div>'
        for prompt, kind, body in rows
    )


def shown(representations: dict[str, Any]) -> str:
    """The richest form of an output, as a notebook chooses it."""
    if "image/png" in representations:
        image = representations["image/png"]
        text = image if isinstance(image, str) else base64.b64encode(image).decode()
        return f'<img src="data:image/png;base64,{text}">'
    plain = f"<pre>{escape(representations.get('text/plain', ''))}</pre>"
    return str(representations.get("text/html", plain))


def page() -> str:
    """Run all cells; return the notebook as HTML."""
    shell = Shell.instance(colors="nocolor")
    shell.run_cell("%matplotlib inline")
    cells = [rendered(number, code, shell) for number, code in enumerate(CELLS, start=1)]
    style = STYLE + HtmlFormatter(style="friendly").get_style_defs("")
    return f"<!doctype html><meta charset=utf-8><style>{style}</style>{''.join(cells)}"


def photograph(html: str, directory: str) -> Image.Image:
    """Return the picture of a page, without the empty part below it."""
    source, target = Path(directory, "notebook.html"), Path(directory, "notebook.png")
    source.write_text(html, encoding="utf-8")
    program = shutil.which("chromium") or "chromium-browser"
    command = [program, "--headless", "--no-sandbox", "--hide-scrollbars", f"--screenshot={target}"]
    command = [*command, f"--window-size={WIDTH},{HEIGHT}", source.as_uri()]
    subprocess.run(command, check=True, capture_output=True)
    picture = Image.open(io.BytesIO(target.read_bytes())).convert("RGB")
    used = ImageChops.difference(picture, Image.new("RGB", picture.size, "white")).getbbox()
    return picture.crop((0, 0, WIDTH, used[3] + 10 if used else HEIGHT))


def main() -> None:
    """Make the picture."""
    serve = [sys.executable, "-m", "tuberd", "-r", str(REGISTRY), "-p", "8080"]
    with subprocess.Popen([*serve, "--bind", "127.0.0.1"], stdout=subprocess.PIPE) as server:
        try:
            assert server.stdout is not None
            server.stdout.readline()  # when it is ready
            html = page()
        finally:
            server.terminate()
    with tempfile.TemporaryDirectory() as directory:
        picture = photograph(html, directory)
    picture.quantize(COLOURS).save(PICTURE, optimize=True)
    print(f"{PICTURE.name}: {picture.size[0]}x{picture.size[1]}, {PICTURE.stat().st_size} bytes")


if __name__ == "__main__":
    main()
