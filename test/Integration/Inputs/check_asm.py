"""Checks the loops of integer kernels in an assembly file of `nibble compile --emit=asm` (x86, AT&T syntax).

Usage: check_asm.py FILE.s [--dots COUNT] [--list]

A hot loop is an innermost loop with dot products (vpdpbusd). Each has to have at least COUNT of them (default: 8, which hide the
latency of four cycles of two units), no access to the stack, and no store of 32-bit integers. A summary is printed, with --list one
line for each loop; loops that break a rule are errors, and so is a file without hot loops.
"""

import argparse
import re
import sys

LABEL = re.compile(r'^"?([\w.$]+)"?:')
JUMP = re.compile(r"^\s+j\w+\s+([\w.$]+)")
STACK = re.compile(r"\(%rsp[,)]")
# A function that keeps its frame there; elsewhere rbp is a register like others.
FRAME = re.compile(r"^\s+(movq\s+%rsp|leaq\s+[^,]*\(%rsp\)),\s*%rbp")
STACK_WITH_FRAME = re.compile(r"\(%r[sb]p[,)]")
# A vector register whose elements are 32-bit integers, written to memory.
INTEGER_STORE = re.compile(r"^\s+vmovdq[ua]\w*\s+%[xyz]mm\d+,\s*[^%\s]*\(")
EXTRACT_STORE = re.compile(r"^\s+(vpextrd|vextracti\w+)\s+.*,\s*[^%\s,]*\([^)]*\)(\s|$)")
CONVERSION = re.compile(r"^\s+vcvtdq2ps\b")


class Loop:
    """Lines from the target of a backward jump to the jump."""

    def __init__(self, function, has_frame, first, last, lines):
        self.function, self.first, self.last, self.body = function, first, last, lines[first : last + 1]
        self.stack = STACK_WITH_FRAME if has_frame else STACK

    def count(self, pattern):
        return sum(bool(pattern.search(line)) for line in self.body)

    def contains(self, other):
        return self is not other and self.first <= other.first and other.last <= self.last

    def problems(self, least):
        if (dots := self.dots()) < least:
            yield f"{dots} dot products, expected at least {least}"
        if accesses := self.count(self.stack):
            yield f"{accesses} accesses to the stack"
        # A loop over pixels with the whole reduction inside stores bytes, behind the conversion of the sums.
        stores = 0 if self.count(CONVERSION) else self.count(INTEGER_STORE) + self.count(EXTRACT_STORE)
        if stores:
            yield f"{stores} stores of integer vectors"

    def dots(self):
        return self.count(re.compile(r"^\s+(\{\w+\}\s+)?vpdpbusd\b"))

    def __str__(self):
        return f"{self.function}, lines {self.first + 1} to {self.last + 1}"


def find_loops(lines):
    function, has_frame, positions, loops = "", False, {}, []
    for number, line in enumerate(lines):
        if match := LABEL.match(line):
            if not match[1].startswith(".L"):
                function, has_frame = match[1], False
            positions[match[1]] = number
        elif FRAME.match(line):
            has_frame = True
        elif (match := JUMP.match(line)) and match[1] in positions:
            loops.append(Loop(function, has_frame, positions[match[1]], number, lines))
    return [loop for loop in loops if not any(loop.contains(other) for other in loops)]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file")
    parser.add_argument("--dots", type=int, default=8)
    parser.add_argument("--list", action="store_true")
    arguments = parser.parse_args()
    with open(arguments.file) as file:
        hot = [loop for loop in find_loops(file.read().splitlines()) if loop.dots()]
    failed = not hot
    for loop in hot:
        if arguments.list:
            print(f"{loop}: {loop.dots()} dot products in {len(loop.body)} lines")
        for problem in loop.problems(arguments.dots):
            print(f"error: {loop}: {problem}")
            failed = True
    print(f"{len(hot)} hot loops, {sum(loop.dots() for loop in hot)} dot products")
    sys.exit(failed)


if __name__ == "__main__":
    main()
