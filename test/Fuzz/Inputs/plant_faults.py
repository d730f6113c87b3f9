"""Plants faults in a lowered program, one at a time, and says which of them the comparison with the reference misses.

Usage: plant_faults.py INTERPRET LOWERED.mlir INPUT.npy WANT.npy

LOWERED.mlir is a program after phase lower with filters in their own order, WANT.npy its right output. Each fault is an edit of the
text that a wrong lowering could have made. It is caught when INTERPRET (nibble-interpret) refuses the program or computes another
output. A fault whose place is not found, and one that is missed, are errors.
"""

import os
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../../Integration/Inputs"))
import compare  # noqa: E402

# Name, the text to look for, the text instead, and which occurrence from 0.
FAULTS = [
    ("pad value off by one", "%c0_i8 = arith.constant 0 : i8", "%c0_i8 = arith.constant 1 : i8", 1),
    ("input zero point off by one", "%c0_i32 = arith.constant 0 : i32", "%c0_i32 = arith.constant 1 : i32", 0),
    ("rounds down instead of to nearest", "math.roundeven", "math.floor", 1),
    ("truncates instead of rounding", "math.roundeven", "math.trunc", 4),
    ("saturates one code too early", "arith.constant 2.550000e+02 : f32", "arith.constant 2.540000e+02 : f32", 0),
    ("does not saturate above", "arith.constant 2.550000e+02 : f32", "arith.constant 6.500000e+04 : f32", 0),
    ("does not saturate below", "arith.maxnumf %2, %cst_0", "arith.addf %2, %cst_0", 0),
    ("takes unsigned codes for signed ones", "arith.extui", "arith.extsi", -1),
    ("reads a neighbour's halo", "[0, 1, 1, 0] [1, 16, 16, 16]", "[0, 1, 2, 0] [1, 16, 16, 16]", 0),
    ("leaves the last column of the halo unset", "linalg.fill ins(%c0_i8 : i8) outs(%arg4", "// linalg.fill outs(%arg4", 0),
    ("reads the weights of another layer", "memref.view %arg3[%c11840]", "memref.view %arg3[%c12160]", 0),
    ("shifts the weights by one lane", "memref.view %arg3[%c1600]", "memref.view %arg3[%c1601]", 0),
    ("takes the bias of the neighbouring channels", "memref.view %arg3[%c640]", "memref.view %arg3[%c644]", 0),
    ("swaps rows and columns of the filter", "#map1 = affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, d1 + d3, d2 + d4, d5)>",
     "#map1 = affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, d1 + d4, d2, d5)>", 0),
    ("leaves the residual out", "arith.addf %4, %1", "arith.addf %1, %cst_0", 0),
    ("multiplies by the scale of another layer", "memref.view %arg3[%c768]", "memref.view %arg3[%c1024]", 0),
    ("overlaps two buffers of the workspace", "memref.view %arg2[%c8384]", "memref.view %arg2[%c5184]", 0),
]  # fmt: skip


def plant(text, wanted, instead, occurrence):
    """The text with one occurrence replaced; nothing when there are too few."""
    pieces = text.split(wanted)
    if len(pieces) < 2 or occurrence >= len(pieces) - 1:
        return None
    at = occurrence % (len(pieces) - 1) + 1
    return wanted.join(pieces[:at]) + instead + wanted.join(pieces[at:])


def computes(interpret, program, source, want, folder):
    """Whether the program is accepted and computes the wanted output."""
    path, output = os.path.join(folder, "program.mlir"), os.path.join(folder, "output.txt")
    with open(path, "w") as file:
        file.write(program)
    with open(output, "w") as file:
        run = subprocess.run([interpret, path, "--input", source], stdout=file, stderr=subprocess.DEVNULL)
    return run.returncode == 0 and compare.printed(output, want)


def main():
    interpret, lowered, source, want = sys.argv[1:]
    with open(lowered) as file:
        text = file.read()
    missed = []
    with tempfile.TemporaryDirectory() as folder:
        if not computes(interpret, text, source, want, folder):
            sys.exit("error: the program without a fault is wrong already")
        for name, wanted, instead, occurrence in FAULTS:
            program = plant(text, wanted, instead, occurrence)
            if program is None:
                missed.append(f"error: {name}: nothing to plant it in")
            elif computes(interpret, program, source, want, folder):
                missed.append(f"error: {name}: not caught")
            else:
                print(f"caught: {name}")
    print(f"{len(FAULTS) - len(missed)} of {len(FAULTS)} faults caught")
    sys.exit("\n".join(missed) or 0)


if __name__ == "__main__":
    main()
