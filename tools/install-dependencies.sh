#!/usr/bin/env bash
# Installs what building and testing nibble needs and this Debian 12 machine does not have. Does nothing when all is there.
set -euo pipefail

packages=(
  # the compiler is built on LLVM and MLIR 22, and with clang 22
  clang-22 lld-22 libmlir-22-dev llvm-22-dev llvm-22-tools mlir-22-tools
  # build tools
  ccache cmake ninja-build
  # rounding of weights: linear algebra
  libeigen3-dev
  # file formats: ONNX; npz and images
  libonnx-dev libprotobuf-dev protobuf-compiler
  libjpeg-dev libpng-dev libzip-dev
  # integer programs: mixed precision
  coinor-libcbc-dev
  # tests
  libbenchmark-dev libgtest-dev python3 qemu-user-static
)

missing=()
for package in "${packages[@]}"; do
  status=$(dpkg-query -W -f='${Status}' "$package" 2>/dev/null || true)
  [[ $status == "install ok installed" ]] || missing+=("$package")
done
[[ ${#missing[@]} == 0 ]] && exit 0

echo "installing: ${missing[*]}"
as_root=()
if [[ $(id -u) != 0 ]]; then
  if ! command -v sudo >/dev/null; then
    echo "error: not root and no sudo; install these packages and run again: ${missing[*]}" >&2
    exit 1
  fi
  as_root=(sudo)
fi
"${as_root[@]}" apt-get update -q
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "${missing[@]}"
