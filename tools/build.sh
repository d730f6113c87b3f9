#!/usr/bin/env bash
# Usage: tools/build.sh [TARGET...]
# Configures build/ with the default preset, with ccache where there is one, and builds the targets (default: all).
set -euo pipefail
cd "$(dirname "$0")/.."

options=()
if command -v ccache >/dev/null; then
  options=(-DCMAKE_C_COMPILER_LAUNCHER=ccache -DCMAKE_CXX_COMPILER_LAUNCHER=ccache)
  # Without these ccache takes no file that uses a precompiled header.
  export CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime
fi
cmake --preset default "${options[@]}"
cmake --build build --target "${@:-all}"
