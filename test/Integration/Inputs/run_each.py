"""Runs a library on each sample of an array, for models whose batch is fixed to one: run_each.py NIBBLE M.so IN.npy OUTPUT OUT.npy"""

import array
import os
import subprocess
import sys
import tempfile

import arrays

nibble, library, source, output, out = sys.argv[1:]
shape, elements = arrays.load(source)
size = len(elements) // shape[0]
results = array.array("f")
with tempfile.TemporaryDirectory() as folder:
    sample = os.path.join(folder, "sample.npy")
    for i in range(shape[0]):
        arrays.save(sample, (1, *shape[1:]), elements[i * size : (i + 1) * size])
        subprocess.run([nibble, "run", library, "--input", sample, "--output-dir", folder], check=True)
        result_shape, result = arrays.load(os.path.join(folder, output + ".npy"))
        results.extend(result)
arrays.save(out, (shape[0], *result_shape[1:]), results)
