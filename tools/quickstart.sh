#!/usr/bin/env bash
# Installs what is missing, builds nibble, compiles a small real model to an int8 executable, runs it on real data and prints the
# report. What it makes lies in build/quickstart/; running it again does only what is left to do.
set -euo pipefail
cd "$(dirname "$0")/.."

models=$PWD/test/Models
work=$PWD/build/quickstart
step() { printf '\n== %s\n' "$*"; }
run() { printf '$ %s\n' "$*"; "$@"; }
trap 'echo "error: quickstart failed at line $LINENO: $BASH_COMMAND" >&2' ERR

step "1/5 installing what is missing"
bash tools/install-dependencies.sh

step "2/5 building (minutes the first time, seconds after that)"
bash tools/build.sh nibble
PATH=$PWD/build/bin:$PATH

mkdir -p "$work"
cd "$work"
step "3/5 compiling test/Models/glyphs.onnx, calibrated on 64 of its images, to an int8 executable"
run nibble compile "$models/glyphs.onnx" --calibrate "$models/calib.npz" -o glyphs
ls -l glyphs

step "4/5 running it on the 1000 test images"
# A .npz file is a zip archive of .npy files.
python3 -m zipfile -e "$models/test.npz" data
run ./glyphs --input data/image.npy --output-dir out
ls -l out/logits.npy

step "5/5 comparing it with the float model"
run nibble report "$models/glyphs.onnx" --calibrate "$models/calib.npz" --data "$models/test.npz" --label-key y --html report.html

step "done: the executable, its outputs and the page are in build/quickstart/; nibble --help says what else there is"
