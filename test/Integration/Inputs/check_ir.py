"""Checks what is promised of the IR after a phase, as `nibble compile --compile-to=fuse|lower --elide-weights` prints it.

Usage: check_ir.py fuse FILE.mlir [--sums COUNT] [--transposes COUNT]
       check_ir.py lower FILE.mlir

fuse: every contraction is an integer nibble.conv or nibble.contract; no tensor of i32 but constants, and the sums of COUNT average
pools; no float tensor on a way from one integer op to another; at most COUNT transposes.
lower: no view of i32 into the workspace.
"""

import argparse
import re
import sys

RESULT = re.compile(r"^\s+(%[\w]+)(?::\d+)? = (?:\"?)([\w.]+)")
VALUE = re.compile(r"%[\w]+")
FLOAT_CONTRACTIONS = re.compile(r"linalg\.\w*(conv|matmul|matvec|mmt4d|contract)\w*")


class Operation:
    def __init__(self, number, line, name, op):
        self.number, self.line, self.name, self.op = number, line, name, op
        self.operands = VALUE.findall(line.split(" = ", 1)[1])
        # The type of the result is the last one of a line that ends an op or opens its region.
        types = re.findall(r"(?:tensor|memref)<[^>]*>", line)
        self.type = types[-1] if types else ""

    def is_integer(self):
        return self.op in ("nibble.conv", "nibble.contract") and "inputScheme" in self.line


def parse(path):
    with open(path) as file:
        for number, line in enumerate(file, 1):
            if match := RESULT.match(line):
                yield Operation(number, line, match[1], match[2])


def check_fused(operations, arguments):
    last, sums, transposes = {}, 0, 0
    # Values that were computed from results of integer ops and are float: their ops, for the message.
    floats = {}
    for operation in operations:
        from_float = [floats[v] for v in operation.operands if v in floats]
        from_integer = [last[v] for v in operation.operands if v in last]
        is_contraction = operation.op in ("nibble.conv", "nibble.contract")
        if is_contraction and not operation.is_integer() or FLOAT_CONTRACTIONS.fullmatch(operation.op):
            yield operation, "is a float contraction"
        if (is_contraction or operation.op == "nibble.quantize") and from_float:
            yield operation, f"reads the float tensor of line {from_float[0].number}, which comes from integer ops"
        if operation.op == "linalg.transpose":
            transposes += 1
        if operation.op != "arith.constant" and re.search(r"[x<]i32>", operation.type):
            sums += operation.op == "linalg.fill"
            if operation.op not in ("linalg.fill", "linalg.generic", "tensor.empty"):
                yield operation, "makes a tensor of i32"
        if operation.is_integer() or from_integer or from_float:
            (floats if "f32>" in operation.type else last)[operation.name] = operation
    if sums > arguments.sums:
        yield None, f"{sums} reductions make sums of i32 in memory, expected at most {arguments.sums}"
    if transposes > arguments.transposes:
        yield None, f"{transposes} transposes, expected at most {arguments.transposes}"


def check_lowered(operations, arguments):
    with open(arguments.file) as file:
        workspace = re.search(r'(%\w+): memref<\w+> {nibble.role = "workspace"}', file.read())[1]
    for operation in operations:
        if operation.op == "memref.view" and workspace in operation.operands and operation.type.endswith("xi32>"):
            yield operation, "is a view of i32 into the workspace"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("phase", choices=["fuse", "lower"])
    parser.add_argument("file")
    parser.add_argument("--sums", type=int, default=0)
    parser.add_argument("--transposes", type=int, default=10**9)
    arguments = parser.parse_args()
    operations = list(parse(arguments.file))
    check = {"fuse": check_fused, "lower": check_lowered}[arguments.phase]
    problems = list(check(operations, arguments))
    for operation, problem in problems:
        place = f"{arguments.file}:{operation.number}: {operation.name} = {operation.op} " if operation else ""
        print(f"error: {place}{problem}")
    integers = sum(operation.is_integer() for operation in operations)
    print(f"{integers} integer contractions, {len(operations)} ops")
    sys.exit(bool(problems) or not operations or (arguments.phase == "fuse" and not integers))


if __name__ == "__main__":
    main()
