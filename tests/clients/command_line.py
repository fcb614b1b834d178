"""Runs commands of tavus-cli, one line of JSON each: [argument, …] in, {"exit", "out"} out. Nothing is patched."""

import json
import sys

from tavus_mcp.cli.main import app
from typer.testing import CliRunner

for line in sys.stdin:
    done = CliRunner().invoke(app, json.loads(line))
    trouble = "" if done.exception is None or isinstance(done.exception, SystemExit) else repr(done.exception)
    print(json.dumps({"exit": done.exit_code, "out": done.output + trouble}), flush=True)
