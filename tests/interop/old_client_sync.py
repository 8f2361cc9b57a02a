"""Run by the predecessor's Python: its synchronous client against the server named on the line."""

import json
import sys
import warnings

import tuber


def main(hostname: str) -> None:
    board = tuber.resolve_simple(hostname, "Board")
    seen = {
        "doc": board.__doc__,
        "static": board.SERIAL,
        "increment": board.increment([1, 2, 3]),
        "keywords": dict(board.keywords(1, second="y").__dict__),
        "nested": board.clock.frequency(),
        "array": [channel.scaled() for channel in board.channels],
        "length": len(board.channels),
        "container": board.named["a"].scaled(0.5),
        "keys": list(board.named.keys()),
        "everywhere": board.channels.tuber_call("scaled", 3.0),
        "signature": "numbers" in str(board.increment.__signature__),
        "big": board.big(),
    }
    try:
        board.fail()
    except tuber.TuberRemoteError as error:
        seen["error"] = str(error).strip().splitlines()[-1]
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        seen["warned"] = board.warn()
    seen["warnings"] = [str(warning.message) for warning in caught]
    with board.tuber_context() as context:
        futures = [context.increment([i]) for i in range(5)]
    seen["batch"] = [future.result() for future in futures]
    with board.tuber_context(return_exceptions=True) as context:
        context.increment([1])
        context.fail()
        context.increment([2])
        seen["mixed"] = [result if isinstance(result, list) else "error" for result in context()]
    whole = tuber.resolve_simple(hostname)
    seen["registry"] = [whole.Board.SERIAL, whole.Channels[1].scaled()]
    print(json.dumps(seen))


main(sys.argv[1])
