#!/usr/bin/env python3
"""Runs a command and tells what it cost: wall seconds, CPU seconds of its own (user and system, its children included), most memory in MB.

Usage: measure.py FILE COMMAND…   The three figures are appended to FILE as one line; what the command prints goes where it would have gone.
Source: getrusage(2) through wait4(2); ru_maxrss is in KiB on Linux.
"""
import os
import sys
import time

figures, command = sys.argv[1], sys.argv[2:]
begun = time.monotonic()
child = os.posix_spawnp(command[0], command, os.environ)
_, status, usage = os.wait4(child, 0)
wall = time.monotonic() - begun
with open(figures, "a", encoding="utf-8") as file:
    print(f"{wall:.3f} {usage.ru_utime + usage.ru_stime:.3f} {usage.ru_maxrss / 1024:.1f}", file=file)
sys.exit(os.waitstatus_to_exitcode(status))
