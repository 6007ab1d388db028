# SPDX-License-Identifier: MIT
"""memscope in gdb: `source PREFIX/share/memscope/memscope_gdb.py`, then `help memscope`.

The commands run the program `memscope` on the journal of the process that is debugged; the process
itself is not touched, and may be stopped anywhere.
"""
import os
import subprocess

import gdb

PROGRAM = os.path.normpath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "bin", "memscope"))


def journal_of_inferior():
    """What `memscope` takes as FILE: the journal that the process has mapped, else its pid."""
    pid = gdb.selected_inferior().pid
    if pid == 0:
        raise gdb.GdbError("There is no process; `run` the program first.")
    try:
        with open("/proc/%d/maps" % pid, encoding="utf-8", errors="surrogateescape") as maps:
            for line in maps:
                path = line.rstrip("\n").split(None, 5)[5:]
                if path and path[0].endswith(".mscope"):
                    return path[0]
    except OSError:  # of a core file: the pid that it had
        pass
    return str(pid)


def run(command, arguments, last=()):
    """Prints what `memscope COMMAND ARGUMENTS FILE LAST` does."""
    environment = dict(os.environ, NO_COLOR="1")
    try:
        done = subprocess.run(
            [PROGRAM, command, *arguments, journal_of_inferior(), *last],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment, check=False)
    except OSError as error:
        raise gdb.GdbError("cannot run %s: %s" % (PROGRAM, error.strerror))
    gdb.write(done.stdout.decode("utf-8", "replace"))
    said = done.stderr.decode("utf-8", "replace").strip()
    if said:
        raise gdb.GdbError(said)


class Memscope(gdb.Command):
    """Where the memory of the program is, as memscope has recorded it."""

    def __init__(self):
        super().__init__("memscope", gdb.COMMAND_DATA, prefix=True)


class View(gdb.Command):
    def __init__(self, name, text):
        self.name = name
        self.__doc__ = "%s\nUsage: memscope %s [OPTIONS], as `memscope help %s` has them." % (text, name, name)
        super().__init__("memscope " + name, gdb.COMMAND_DATA)

    def invoke(self, argument, from_tty):
        run(self.name, gdb.string_to_argv(argument))


class WhatIs(gdb.Command):
    """Tell which block an address is in: type, variable, stack.
Usage: memscope whatis EXPRESSION
Of a pointer or a number the address is its value, of an object where it is."""

    def __init__(self):
        super().__init__("memscope whatis", gdb.COMMAND_DATA, gdb.COMPLETE_EXPRESSION)

    def invoke(self, argument, from_tty):
        if not argument:
            raise gdb.GdbError("memscope whatis needs an expression.")
        value = gdb.parse_and_eval(argument)
        of_value = (gdb.TYPE_CODE_PTR, gdb.TYPE_CODE_INT, gdb.TYPE_CODE_ENUM)
        if value.type.strip_typedefs().code not in of_value:
            if value.address is None:
                raise gdb.GdbError("%s has no address." % argument)
            value = value.address
        run("whatis", [], ["%#x" % (int(value) & (2**64 - 1))])


Memscope()
WhatIs()
View("types", "The C types of heap blocks.")
View("variables", "The annotated variables and what they hold.")
View("hotspots", "The places that allocate.")
View("leaks", "Blocks that are live; with --scan only when the program runs.")
View("summary", "What matters of the run so far.")
